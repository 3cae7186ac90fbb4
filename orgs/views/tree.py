"""Finding units: search over the own scope, the picker, and its page without script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from orgs import unit_search
from orgs.http import whole_number
from orgs.models import OrgUnit
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest
    from orgs.querysets.tree import OrgUnitQuerySet

MOST_PICKED = 20
MOST_FOUND = 50


@login_required
@require_safe
def list_units(request: LeagueRequest) -> HttpResponse:
    """Search, and before any search the units of the own appointments."""
    text = request.GET.get("q", "").strip()
    visible = OrgUnit.objects.visible_to(request.user)
    if text:
        found = unit_search.find(visible, request.user.units_in_charge(), text, MOST_FOUND)
    else:
        own = visible.filter(pk__in=request.user.units_in_charge().own_unit_ids())
        found = unit_search.Matches(list(own.with_path().with_child_counts()))
    context = {"text": text, "units": found.units, "is_partial": found.is_partial, "most": MOST_FOUND}
    return render(request, "orgs/unit/list.html", context)


@login_required
@require_safe
def pick_unit(request: LeagueRequest) -> JsonResponse:
    """At most twenty units for the picker; before anything is typed, the own ones."""
    return JsonResponse({"results": [_picked(unit) for unit in _candidates(request)]})


@login_required
@require_safe
def pick_unit_page(request: LeagueRequest) -> HttpResponse:
    """The picker without script: a search page with radio buttons that leads back to `next` with `?parent=ID`."""
    back = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = ""
    text = request.GET.get("q", "").strip()
    context = {"text": text, "units": _candidates(request), "next": back, "most": MOST_PICKED}
    return render(request, "orgs/unit/pick.html", context)


def _candidates(request: LeagueRequest) -> list[OrgUnit]:
    text = request.GET.get("q", "").strip()
    in_charge = request.user.units_in_charge()
    units: OrgUnitQuerySet = OrgUnit.objects.within(in_charge)
    under, kind = whole_number(request.GET.get("under")), request.GET.get("kind", "")
    if under is not None:
        top = units.filter(pk=under).select_related("kind").first()
        in_charge = UnitsInCharge.below(top) if top else UnitsInCharge(())
        units = units.within(in_charge)
    if kind:
        units = units.filter(kind=kind)
    if not (text or under or kind):
        units = units.filter(pk__in=in_charge.own_unit_ids())
    return unit_search.best_matches(units, in_charge, text, MOST_PICKED)


def _picked(unit: OrgUnit) -> dict[str, object]:
    return {
        "id": unit.pk,
        "name": unit.name,
        "path": " › ".join(unit.path_names),
        "kind": unit.kind.name,
        "n_children": unit.n_children,
    }
