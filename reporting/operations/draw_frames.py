"""抽样框: the open groups of a scope as the lines a draw is made from, with what each weighs and which layer it is in.

READING of SUP-4.1b: drawn is among the groups that count. One that is registered as dormant (停用) covers nobody and is no
group of its unit in any figure, so its silence is no 差; who would hide a group that way loses it in the same week.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from accounts.choices import GroupStatus
from accounts.models import Group
from orgs.choices import Kind
from orgs.models import OrgUnit
from orgs.querysets.scope import UnitsInCharge
from reporting.choices import CheckGrade, DrawWay, Stratum
from reporting.draw import Line
from reporting.models import SpotCheck
from reporting.operations.inspection import direct_unit_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.querysets.groups import GroupQuerySet

    _StratumOf = Callable[[int, str], str]

ALL = "all"  # the one stratum of a draw without layers


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be drawn: so many groups, or that share of the frame. Empty lists: whatever the scope holds."""

    title: str
    scope: OrgUnit
    size: int | None = None
    share_percent: int | None = None
    lines: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    group_kinds: list[str] = field(default_factory=list)
    way: str = DrawWay.ONLINE
    stratum: str = Stratum.NONE
    uses_risk: bool = False


def lines_of(plan: Plan, in_charge: UnitsInCharge) -> list[Line]:
    """The frame of the plan, as far as the person drawing is in charge; at most five statements."""
    found = _groups(plan, in_charge.narrowed_to(plan.scope))
    weights = _weights(found) if plan.uses_risk else {}
    direct = direct_units(plan.scope) if plan.stratum == Stratum.DIRECT_UNIT else {}
    strata: dict[str, _StratumOf] = {
        Stratum.NONE: lambda *_facts: ALL,
        Stratum.KIND: lambda _unit, kind: kind,
    }
    stratum_of: _StratumOf = strata.get(Stratum(plan.stratum), lambda unit, _kind: f"d{direct[unit]}")
    rows = found.order_by("pk").values_list("pk", "unit_id", "unit__kind_id")
    return [Line(pk, unit, stratum_of(unit, kind), weights.get(pk, 1)) for pk, unit, kind in rows]


def _groups(plan: Plan, in_charge: UnitsInCharge) -> GroupQuerySet:
    groups = Group.objects.within(in_charge).filter(status=GroupStatus.OPEN, unit__is_open=True)
    if plan.lines:
        groups = groups.filter(unit__line__in=plan.lines)
    if plan.kinds:
        groups = groups.filter(unit__kind__in=plan.kinds)
    return groups.filter(kind__in=plan.group_kinds) if plan.group_kinds else groups


def _weights(groups: GroupQuerySet) -> dict[int, int]:
    """按风险加权: one ticket each, one more where nobody administers it or nobody has confirmed it lately, two more
    where its last check was 差. READING: SUP-4.1b says at random only; the weights stand in the frame and on the page.
    """
    weights: dict[int, int] = {}
    for found, more in ((groups.without_administrator(), 1), (groups.stale(), 1)):
        for pk in found.order_by().values_list("pk", flat=True):
            weights[pk] = weights.get(pk, 1) + more
    for pk in _last_poor(groups):
        weights[pk] = weights.get(pk, 1) + 2
    return weights


def _last_poor(groups: GroupQuerySet) -> set[int]:
    checks = SpotCheck.objects.valid().filter(group__in=groups.order_by().values("pk"))
    last = dict(checks.order_by("checked_at", "pk").values_list("group_id", "grade"))
    return {pk for pk, grade in last.items() if grade == CheckGrade.POOR}


def direct_units(scope: OrgUnit) -> dict[int, int]:
    """For each unit of the scope the city, county, university … it belongs to; two statements."""
    top: int = direct_unit_of(scope).pk
    found: dict[int, int] = {}
    rows = OrgUnit.objects.within(UnitsInCharge.below(scope)).order_by("depth", "pk")
    for pk, parent, kind_above in rows.values_list("pk", "parent_id", "parent__kind_id"):
        alone: int = top if pk == scope.pk else pk
        found[pk] = pk if kind_above == Kind.PROVINCE else found.get(parent, alone)
    return found
