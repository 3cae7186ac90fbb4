"""Which units a requirement asks: the target of a pack as a filter on the tree, without reading a unit (SUP-2.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from orgs.models import OrgUnit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orgs.querysets.tree import OrgUnitQuerySet

_IN = {"kinds": "kind", "lines": "line", "intake_years": "intake_year", "units": "code", "levels": "depth"}
_FLAGS = {"holds_members": "kind__holds_members", "league_organisation": "kind__is_league_organisation"}


def condition(target: Mapping[str, Any]) -> Q:
    """The target as a condition on units, wherever they stand; keys: reporting/packs. `not_units` leaves out what is below them as well."""
    asked = Q(pk__isnull=False)
    for key, column in _IN.items():
        if key in target:
            asked &= Q(**{f"{column}__in": target[key]})
    if "not_units" in target:
        asked &= ~Q(Exists(_above().filter(code__in=target["not_units"])))
    if "not_intake_years" in target:
        asked &= Q(intake_year__isnull=True) | ~Q(intake_year__in=target["not_intake_years"])
    for flag in target.get("attributes", ()):
        asked &= Q(**{_FLAGS[flag]: True})
    if target.get("under"):
        asked &= Q(Exists(_above().filter(code=target["under"])))
    if "with_children" in target:
        has_children = Q(Exists(OrgUnit.objects.filter(parent=OuterRef("pk"), is_open=True)))
        asked &= has_children if target["with_children"] else ~has_children
    return asked


def _above() -> OrgUnitQuerySet:
    """The unit itself and every unit above it, inside a condition on units."""
    units: OrgUnitQuerySet = OrgUnit.objects.all()
    return units.filter(tree_id=OuterRef("tree_id"), lft__lte=OuterRef("lft"), rght__gte=OuterRef("rght"))
