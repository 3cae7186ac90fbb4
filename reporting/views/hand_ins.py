"""报送材料: the lists, a unit's documents for one requirement, handing in, accepting and returning, the file itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from orgs import exports
from orgs.exceptions import FileDamaged, NotAllowed, OrgsError
from orgs.http import attachment
from orgs.kernel import clock
from orgs.kernel.sheets import FileRejected
from orgs.models import OrgUnit
from orgs.permissions import EXPORT, FILL, VIEW, may
from reporting.forms.hand_ins import HandInForm, ReturnForm
from reporting.models import Campaign, HandIn
from reporting.operations import hand_ins as operations
from reporting.pages import hand_in_lists, own_hand_ins
from reporting.pages import hand_ins as pages

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse, HttpResponseBase

    from orgs.http import LeagueRequest
    from reporting.pages.hand_ins import Page, Paper


@login_required
@require_safe
def list_hand_ins(request: LeagueRequest) -> HttpResponse:
    """What the own units have to hand in; and for who runs campaigns, what waits to be accepted."""
    context = {"own": own_hand_ins.own(request.user), "running": own_hand_ins.running(request.user)}
    return render(request, "reporting/hand_ins/list.html", context)


@login_required
@require_safe
def list_campaign_hand_ins(request: LeagueRequest, pk: int, code: str) -> HttpResponseBase:
    """Which units have handed in and which have not; `?period=`, `?state=`, `?export=` all pages as a file."""
    verb = exports.verb_for(request)
    campaign = get_object_or_404(Campaign.objects.readable_by(request.user, verb), pk=pk)
    paper = _paper(campaign, code, request.GET.get("period", ""))
    in_charge, state = request.user.units_in_charge().allowing(verb), request.GET.get("state", "")
    if exports.is_wanted(request):
        whole = hand_in_lists.of_paper(paper, in_charge, state=state, page=None, per_page=exports.ALL_ROWS)
        named = [name for name in ("period", "state") if request.GET.get(name)]
        return exports.answer(request, hand_in_lists.as_table(whole), filters=named)
    found = hand_in_lists.of_paper(paper, in_charge, state=state, page=request.GET.get("page"))
    may_export = bool(request.user.units_in_charge().allowing(EXPORT).spans)
    context = {"list": found, "page": found.page, "may_export_here": may_export}
    return render(request, "reporting/hand_ins/units.html", context)


@login_required
@require_safe
def show_hand_ins(request: LeagueRequest, pk: int, code: str, unit_pk: int) -> HttpResponse:
    """The unit's documents for a requirement; it hands in here, and who runs the campaign decides here."""
    return _show(request, _page(request, pk, code, unit_pk, request.GET.get("period", "")))


@login_required
@require_POST
def hand_in(request: LeagueRequest, pk: int, code: str, unit_pk: int) -> HttpResponse:
    """报送. Pressed twice it is handed in once; what is wrong with the file stands beside it."""
    page = _page(request, pk, code, unit_pk, request.POST.get("period", ""))
    if not may(request.user, FILL, page.unit):
        raise NotAllowed
    form = HandInForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            operations.hand_in(
                pk, code, unit_pk, file.read(), file.name, period=page.paper.key, by=request.user
            )
        except NotAllowed:
            raise
        except (FileRejected, OrgsError) as error:
            form.add_error("file", error.message)
        else:
            messages.success(request, _("已报送，等待接收。"))
            return redirect(page.paper.url(unit_pk))
    return _show(request, page, hand_in_form=form)


@login_required
@require_safe
def download_hand_in(request: LeagueRequest, pk: int) -> HttpResponse:
    """The file, only ever as an attachment; not what was handed in, it is not sent."""
    found = get_object_or_404(HandIn.objects.visible_to(request.user), pk=pk)
    try:
        data, kind = operations.content(found, by=request.user)
    except FileDamaged as error:
        messages.error(request, error.message)
        return redirect(operations.link_to(found))
    return attachment(data, kind, found.original_name)


@login_required
@require_POST
def accept_hand_in(request: LeagueRequest, pk: int) -> HttpResponse:
    """接收, with one tap."""
    found = get_object_or_404(HandIn.objects.visible_to(request.user), pk=pk)

    def act() -> None:
        operations.accept(pk, by=request.user)

    return _decided(request, found, act, _("已接收。"))


@login_required
@require_POST
def return_hand_in(request: LeagueRequest, pk: int) -> HttpResponse:
    """退回, with the reason."""
    found = get_object_or_404(HandIn.objects.visible_to(request.user), pk=pk)
    if not HandIn.objects.decidable_by(request.user).filter(pk=pk).exists():
        raise NotAllowed(_("只有部署单位可以接收或退回材料。"))
    form = ReturnForm(request.POST)
    if form.is_valid():

        def act() -> None:
            operations.send_back(pk, reason=form.cleaned_data["reason"], by=request.user)

        return _decided(request, found, act, _("已退回，并告知报送单位。"), form)
    return _show_of(request, found, form)


def _decided(
    request: LeagueRequest,
    found: HandIn,
    act: Callable[[], None],
    done: str,
    form: ReturnForm | None = None,
) -> HttpResponse:
    try:
        act()
    except NotAllowed:
        raise
    except OrgsError as error:
        if form is not None:
            form.add_error(None, error.message)
            return _show_of(request, found, form)
        messages.error(request, error.message)
    else:
        messages.success(request, done)
    return redirect(operations.link_to(found))


def _show_of(request: LeagueRequest, found: HandIn, form: ReturnForm) -> HttpResponse:
    page = _page(request, found.campaign_id, found.requirement_code, found.unit_id, found.period)
    return _show(request, page, return_form=form, returned_pk=found.pk)


def _page(request: LeagueRequest, pk: int, code: str, unit_pk: int, period: str) -> Page:
    campaign = get_object_or_404(Campaign.objects.readable_by(request.user), pk=pk)
    units = OrgUnit.objects.actionable_by(request.user, VIEW).select_related("parent")
    unit = get_object_or_404(units, pk=unit_pk)
    return pages.read(_paper(campaign, code, period), unit, request.user)


def _paper(campaign: Campaign, code: str, period: str) -> Paper:
    return pages.paper_of(pages.requirement_of(campaign, code), period, clock.now())


def _show(
    request: LeagueRequest,
    page: Page,
    *,
    hand_in_form: HandInForm | None = None,
    return_form: ReturnForm | None = None,
    returned_pk: int | None = None,
) -> HttpResponse:
    bad = hand_in_form or return_form
    context = {
        "page": page,
        "bad_form": bad,
        "hand_in_form": hand_in_form or HandInForm(initial={"period": page.paper.key}),
        "return_form": return_form or ReturnForm(),
        "returned_pk": returned_pk,
    }
    return render(request, "reporting/hand_ins/show.html", context, status=422 if bad else 200)
