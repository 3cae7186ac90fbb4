"""计划数: one unit's plan for a requirement, given by the unit, later changed by who runs the campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from orgs.exceptions import NotAllowed, OrgsError
from orgs.models import OrgUnit
from orgs.permissions import FILL, VIEW, may
from reporting.choices import DemandKind
from reporting.forms.hand_ins import PlanForm
from reporting.models import Campaign
from reporting.operations import planned_numbers as operations
from reporting.pages import hand_ins
from reporting.pages import planned_numbers as pages

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest
    from reporting.pages.planned_numbers import Page


@login_required
@require_safe
def show_plan(request: LeagueRequest, pk: int, code: str, unit_pk: int) -> HttpResponse:
    """The number, what came of it, and every number that was given."""
    return _show(request, _page(request, pk, code, unit_pk))


@login_required
@require_POST
def record_plan(request: LeagueRequest, pk: int, code: str, unit_pk: int) -> HttpResponse:
    """填写计划数."""
    page = _page(request, pk, code, unit_pk)
    if not (
        may(request.user, FILL, page.unit)
        or operations.may_change(page.requirement, page.unit, by=request.user)
    ):
        raise NotAllowed
    form = PlanForm(request.POST, needs_reason=page.may_change)
    if form.is_valid():
        try:
            operations.plan(pk, code, unit_pk, by=request.user, **form.cleaned_data)
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已保存计划数。"))
            return redirect("reporting:show-plan", pk, code, unit_pk)
    return _show(request, page, form)


def _page(request: LeagueRequest, pk: int, code: str, unit_pk: int) -> Page:
    campaign = get_object_or_404(Campaign.objects.readable_by(request.user), pk=pk)
    unit = get_object_or_404(OrgUnit.objects.actionable_by(request.user, VIEW), pk=unit_pk)
    return pages.read(hand_ins.requirement_of(campaign, code, DemandKind.PLAN), unit, request.user)


def _show(request: LeagueRequest, page: Page, form: PlanForm | None = None) -> HttpResponse:
    current = page.current
    shown = form or PlanForm(
        initial={"planned": current.planned if current else None}, needs_reason=page.may_change
    )
    context = {"page": page, "form": shown}
    status = 422 if form is not None else 200
    return render(request, "reporting/hand_ins/plan.html", context, status=status)
