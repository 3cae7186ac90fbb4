"""毕业换届: choose the intakes, look at what closes and what opens, confirm; take it back until the week ends."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orgs.exceptions import NotAllowed, OrgsError
from orgs.forms.turnover import ChooseIntakeForm, TurnoverForm, UndoForm
from orgs.models import IntakeTurnover
from orgs.operations import intakes, turnover, upper
from orgs.operations.tree import change_of_closing
from orgs.permissions import EDIT_UNITS, may
from orgs.views.unit_forms import crumbs_to, editable

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest
    from orgs.models import OrgUnit

PAST_SHOWN = 20


@login_required
@require_http_methods(["GET", "POST"])
def turn_over(request: LeagueRequest, pk: int) -> HttpResponse:
    """Without intakes in the address, the choice of them; with them, the preview; by POST, the deed."""
    unit = editable(request, pk)
    if unit.is_national or not unit.is_open:
        raise NotAllowed
    asked = ChooseIntakeForm(request.GET or None)
    if request.GET and asked.is_valid():
        return _preview(request, unit, asked.cleaned_data["closed"], asked.cleaned_data["opened"])
    return _choose(request, unit, asked)


@login_required
@require_http_methods(["GET", "POST"])
def undo_turnover(request: LeagueRequest, pk: int) -> HttpResponse:
    """撤回 after a look at what comes back."""
    found = get_object_or_404(IntakeTurnover.objects.visible_to(request.user).for_list(), pk=pk)
    if not may(request.user, EDIT_UNITS, found.unit):
        raise NotAllowed
    form = UndoForm(request.POST or None)
    if form.is_valid():
        try:
            turnover.undo(found, reason=form.cleaned_data["reason"], by=request.user)
            messages.success(request, _("已撤回，原来的团支部和账号已恢复。"))
            return redirect("orgs:turn-over", found.unit_id)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
    hindrance = turnover.why_not_undone(found)
    effects = [] if hindrance else upper.preview(turnover.change_of_undoing(found, by=request.user))
    context = {
        "form": form,
        "turnover": found,
        "unit": found.unit,
        "hindrance": hindrance,
        "effects": effects,
        "n_closed": len(found.closed_unit_ids),
        "n_opened": len(found.opened_unit_ids),
        "crumbs": crumbs_to(request, found.unit, _("撤回毕业换届")),
    }
    return render(request, "orgs/turnover/undo.html", context, status=422 if form.errors else 200)


def _choose(request: LeagueRequest, unit: OrgUnit, form: ChooseIntakeForm) -> HttpResponse:
    past = IntakeTurnover.objects.visible_to(request.user).filter(unit=unit).for_list()[:PAST_SHOWN]
    found = intakes.intakes_below(unit, by=request.user)
    context = {
        "form": form,
        "unit": unit,
        "intakes": [(year, n, year + intakes.YEARS_OF_STUDY) for year, n in found],
        "past": [(each, turnover.is_open_to_undo(each)) for each in past],
        "crumbs": crumbs_to(request, unit, _("毕业换届")),
    }
    return render(request, "orgs/turnover/choose.html", context, status=422 if form.errors else 200)


def _preview(request: LeagueRequest, unit: OrgUnit, closed: int, opened: int) -> HttpResponse:
    proposal = intakes.propose(unit, closed, opened, by=request.user)
    initial = {"seen": proposal.seen, "key": uuid.uuid4().hex}
    form = TurnoverForm(request.POST or None, proposal=proposal, initial=initial)
    if form.is_valid():
        try:
            done = turnover.turn_over(
                unit,
                closed_intake=closed,
                opened_intake=opened,
                new=form.cleaned_data["new"],
                reason=form.cleaned_data["reason"],
                seen=form.cleaned_data["seen"],
                idempotency_key=form.cleaned_data["key"],
                by=request.user,
            )
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            counts = {"closed": len(done.closed_unit_ids), "opened": len(done.opened_unit_ids)}
            messages.success(
                request,
                _("已撤销 %(closed)s 个、新增 %(opened)s 个团支部。本周内可以撤回。") % counts,
            )
            return redirect("orgs:turn-over", unit.pk)
    closing = proposal.closing
    context = {
        "form": form,
        "unit": unit,
        "proposal": proposal,
        "n_closing": len(closing),
        "is_too_many": len(closing) > intakes.MOST_BRANCHES,
        "most": intakes.MOST_BRANCHES,
        "effects": upper.preview(change_of_closing(closing, by=request.user)) if closing else [],
        "crumbs": crumbs_to(request, unit, _("毕业换届")),
    }
    return render(request, "orgs/turnover/preview.html", context, status=422 if form.errors else 200)
