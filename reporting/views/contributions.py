"""报送: the list with its boxes, sending one up, deciding about it, counts per direct unit, quoting in a bulletin (WB-3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs import exports
from orgs.exceptions import NotAllowed, OrgsError
from orgs.http import own_unit, whole_number
from orgs.permissions import EXPORT, FILL, REVIEW, may_anywhere
from reporting.choices import ContributionState
from reporting.forms.passages import ContributionForm, DecideForm
from reporting.models import Bulletin, Contribution
from reporting.operations import bulletin_quotes
from reporting.operations import contributions as operations
from reporting.pages import contributions as pages

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse, HttpResponseBase

    from orgs.http import LeagueRequest

PER_PAGE = 50
FILTERS = ("box", "state", "q")


@login_required
@require_safe
def list_contributions(request: LeagueRequest) -> HttpResponseBase:
    """Everything sent by units of the own scope, the newest first; box, state and words by address, `?export=` as a file."""
    chosen = pages.Filter.of(*(request.GET.get(name, "") for name in FILTERS))
    in_charge = request.user.units_in_charge()
    if exports.is_wanted(request):
        in_charge = in_charge.allowing(EXPORT)
    found = chosen.apply(Contribution.objects.within(in_charge), in_charge).for_list()
    if exports.is_wanted(request):
        named = [name for name in FILTERS if request.GET.get(name)]
        return exports.answer(request, pages.table(pages.lines(found)), filters=named)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": pages.lines(page),
        "filter": chosen,
        "may_send": may_anywhere(request.user, FILL),
        "may_count": may_anywhere(request.user, REVIEW),
    }
    return render(request, "reporting/contributions/list.html", context)


@login_required
@require_safe
def list_contributing_units(request: LeagueRequest) -> HttpResponseBase:
    """报送统计 by the units directly below; `?unit=` and `?year=`, `?export=` as a file."""
    unit = own_unit(request, exports.verb_for(request))
    in_charge = request.user.units_in_charge().allowing(exports.verb_for(request))
    found = pages.units(unit, in_charge, request.GET.get("year", ""))
    if exports.is_wanted(request):
        return exports.answer(request, pages.unit_table(found), filters=["year"])
    return render(request, "reporting/contributions/units.html", {"list": found})


@login_required
@require_http_methods(["GET", "POST"])
def new_contribution(request: LeagueRequest) -> HttpResponse:
    """报送 in the name of the person's unit."""
    unit = own_unit(request, FILL)
    to = {each.pk: each for each in operations.addressees(unit)}
    form = ContributionForm(request.POST or None, addressees=to.values())
    if form.is_valid():
        try:
            made = operations.send(unit, to[form.cleaned_data["to"]], form.passage(), by=request.user)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已报送。"))
            return redirect("reporting:show-contribution", made.pk)
    context = {"form": form, "unit": unit, "addressees": to}
    return render(request, "reporting/contributions/new.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def show_contribution(request: LeagueRequest, pk: int) -> HttpResponse:
    """One contribution; whom it was sent to decides here."""
    return _show(request, pk, DecideForm())


@login_required
@require_POST
def adopt_contribution(request: LeagueRequest, pk: int) -> HttpResponse:
    """采用."""
    return _decide(request, pk, operations.adopt, _("已采用，并通知报送单位。"))


@login_required
@require_POST
def note_contribution(request: LeagueRequest, pk: int) -> HttpResponse:
    """已阅."""
    return _decide(request, pk, operations.note, _("已阅，并通知报送单位。"))


@login_required
@require_POST
def quote_contributions(request: LeagueRequest, pk: int) -> HttpResponse:
    """引用 those ticked in the draft of a bulletin; `drop` takes one out again."""
    get_object_or_404(Bulletin.objects.actionable_by(request.user).drafts(), pk=pk)
    version = whole_number(request.POST.get("version")) or 0
    dropped = whole_number(request.POST.get("drop"))
    chosen = [number for each in request.POST.getlist("pk") if (number := whole_number(each))]
    try:
        if dropped:
            bulletin_quotes.unquote(pk, dropped, version=version, by=request.user)
        else:
            bulletin_quotes.quote(pk, chosen, version=version, by=request.user)
    except NotAllowed:
        raise
    except OrgsError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已取消引用。") if dropped else _("已引用，写在正文末尾。"))
    return redirect("reporting:show-bulletin", pk)


def _decide(request: LeagueRequest, pk: int, act: Callable[..., Contribution], done: str) -> HttpResponse:
    get_object_or_404(Contribution.objects.actionable_by(request.user), pk=pk)
    form = DecideForm(request.POST)
    if form.is_valid():
        try:
            act(pk, remark=form.cleaned_data["remark"], by=request.user)
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, done)
            return redirect("reporting:show-contribution", pk)
    return _show(request, pk, form)


def _show(request: LeagueRequest, pk: int, form: DecideForm) -> HttpResponse:
    found = get_object_or_404(Contribution.objects.visible_to(request.user).for_page(), pk=pk)
    decides = Contribution.objects.actionable_by(request.user).filter(pk=pk).exists()
    quoting = Bulletin.objects.readable_by(request.user).filter(contributions=found)
    context = {
        "contribution": found,
        "tone": pages.TONES[ContributionState(found.state)],
        "form": form,
        "bulletin": quoting.first() if found.bulletin_id else None,
        "may_adopt": decides and found.state != "adopted",
        "may_note": decides and found.state == "sent",
    }
    return render(request, "reporting/contributions/show.html", context, status=422 if form.errors else 200)
