"""定向消息: in and out, one with its answer, writing about an object (WB-3.3, MS-2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs import exports
from orgs.exceptions import NotAllowed, OrgsError
from orgs.http import own_unit, whole_number
from orgs.models import OrgUnit
from orgs.permissions import EXPORT, FILL
from orgs.querysets.scope import UnitsInCharge
from reporting import about
from reporting.forms.messages import AnswerForm, MessageForm
from reporting.models import DirectedMessage
from reporting.operations import messages as operations
from reporting.pages import messages as pages

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from orgs.http import LeagueRequest

PER_PAGE = 50


@login_required
@require_safe
def list_directed(request: LeagueRequest) -> HttpResponseBase:
    """Messages to and from the person's own units, the newest first; box by address, `?export=` as a file."""
    box, in_charge = request.GET.get("box", ""), request.user.units_in_charge().allowing(FILL)
    readable = DirectedMessage.objects.readable_by(request.user).for_list()
    if exports.is_wanted(request):
        in_charge = in_charge.allowing(EXPORT)
        readable = readable.received_by(in_charge) | readable.sent_by_units(in_charge)
    found = pages.boxed(readable, box, in_charge)
    if exports.is_wanted(request):
        table = pages.table(pages.lines(found, in_charge))
        return exports.answer(request, table, filters=["box"] if box else [])
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": pages.lines(page, in_charge),
        "chips": pages.chips(box),
        "tabs": pages.tabs("directed"),
        "is_filtered": box in pages.BOXES,
    }
    return render(request, "reporting/messages/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new_directed(request: LeagueRequest) -> HttpResponse:
    """Write about what the address names (`?about=`, `?id=`), to a unit above or below; without it, choose a unit first."""
    unit = own_unit(request, FILL)
    given = request.POST if request.method == "POST" else request.GET
    pk = whole_number(given.get("id"))
    if pk is None:
        return render(request, "reporting/messages/choose.html", {"pick_url": reverse("orgs:list-units")})
    subject = about.find(given.get("about", ""), pk, request.user)
    if subject is None:
        raise Http404
    correspondents = operations.correspondents(unit, subject.unit)
    form, below = MessageForm(request.POST or None, correspondents=correspondents), _below(request, unit)
    if form.is_valid():
        known = {each.pk: each for each in correspondents}
        to = below or known.get(form.cleaned_data.get("to"))
        try:
            if to is None:
                form.add_error(None, _("请选择收件单位。"))
            else:
                made = operations.send(unit, to, subject, form.cleaned_data["text"], by=request.user)
                messages.success(request, _("已发送。"))
                return redirect("reporting:show-directed", made.pk)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
    context = {
        "form": form,
        "unit": unit,
        "subject": subject,
        "below": below,
        "below_q": below.name if below else request.POST.get("below_q", ""),
        "has_below": unit.rght - unit.lft > 1 or unit.is_national,
        "pick_url": reverse("orgs:pick-unit"),
    }
    return render(request, "reporting/messages/new.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def show_directed(request: LeagueRequest, pk: int) -> HttpResponse:
    """One message. Opened by somebody of the unit it went to, it is read."""
    message = _readable(request, pk)
    if request.method == "GET":
        operations.open_message(message, by=request.user)
    return _show(request, message, AnswerForm())


@login_required
@require_POST
def answer_directed(request: LeagueRequest, pk: int) -> HttpResponse:
    """回复."""
    message, form = _readable(request, pk), AnswerForm(request.POST)
    if form.is_valid():
        try:
            operations.answer(pk, form.cleaned_data["answer"], by=request.user)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error("answer", error.message)
        else:
            messages.success(request, _("已回复。"))
            return redirect("reporting:show-directed", pk)
    return _show(request, message, form)


def _readable(request: LeagueRequest, pk: int) -> DirectedMessage:
    return get_object_or_404(DirectedMessage.objects.readable_by(request.user).for_page(), pk=pk)


def _below(request: LeagueRequest, unit: OrgUnit) -> OrgUnit | None:
    """Another unit below the own one, by the picker or, without script, the best match of what was typed."""
    in_charge = UnitsInCharge.below(unit)
    units = OrgUnit.objects.visible_to(request.user).within(in_charge).exclude(pk=unit.pk)
    pk, typed = whole_number(request.POST.get("below")), request.POST.get("below_q", "").strip()
    if pk is not None:
        named: OrgUnit = get_object_or_404(units, pk=pk)
        return named
    return next(iter(units.best_matches(typed, 1)), None) if typed else None


def _show(request: LeagueRequest, message: DirectedMessage, form: AnswerForm) -> HttpResponse:
    own = request.user.units_in_charge().allowing(FILL).own_unit_ids()
    context = {
        "message": message,
        "word": about.word_of(message.about_type),
        "subject": about.find(message.about_type, message.about_id, request.user),
        "form": form,
        "may_answer": message.to_unit_id in own and message.answered_at is None,
    }
    return render(request, "reporting/messages/show.html", context, status=422 if form.errors else 200)
