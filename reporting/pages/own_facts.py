"""The end of the drill-down: a unit's own accounts and groups as they stood, its events and checks of the week."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from accounts.models import AccountVersion, GroupVersion, Platform
from orgs.choices import Measure
from orgs.models import UnitBaseVersion
from reporting.choices import CheckKind
from reporting.models import SpotCheck
from reporting.pages import changes, own_requirements
from reporting.querysets.pages import stood_at_end_of

if TYPE_CHECKING:
    from reporting.models import ClosedWeek
    from reporting.pages.changes import Change
    from reporting.pages.figure_words import Figure
    from reporting.pages.lineage import Lineage
    from reporting.pages.own_requirements import AskedOf

RECORDED = {
    "cadres": Measure.CADRES,
    "cadres_with_account": Measure.CADRES_WITH_ACCOUNT,
    "cadres_min_ok": Measure.CADRES_IN_TOUCH,
}


@dataclass(frozen=True, slots=True)
class OwnFacts:
    """What the registry held of one unit at Sunday 24:00, or what happened to it in the week; with platform names."""

    accounts: list[tuple[AccountVersion, str]] = field(default_factory=list)
    groups: list[tuple[GroupVersion, str]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    checks: list[SpotCheck] = field(default_factory=list)
    recorded: list[UnitBaseVersion] = field(default_factory=list)
    requirements: list[AskedOf] = field(default_factory=list)
    is_of_channels: bool = False

    @property
    def n_changed_objects(self) -> int:
        """Several events of one object in a week count as one."""
        return len({(change.label, change.object_key) for change in self.changes})


def read(closed: ClosedWeek, line: Lineage, figure: Figure) -> OwnFacts:
    """At most three statements. The unit has been found in the reader's scope before."""
    week = closed.week
    unit_pk = line.row.unit_id
    if figure.name in {"checks", "checks_poor"}:
        found = SpotCheck.objects.within(line.in_charge).filter(unit_id=unit_pk, kind=CheckKind.POSTS)
        return OwnFacts(checks=list(found.in_week(week, closed.known_until).for_list()))
    if figure.is_flow:
        figures = [name for name, _sign in figure.parts if name in changes.KINDS_OF_FIGURE]
        return OwnFacts(changes=changes.of_unit(week, line.in_charge, unit_pk, figures) if figures else [])
    if figure.name in own_requirements.FIGURES:
        return OwnFacts(requirements=own_requirements.read(week, unit_pk, figure.name))
    standing = stood_at_end_of(week)
    if figure.name in RECORDED:
        numbers = UnitBaseVersion.objects.filter(standing, unit_id=unit_pk, measure=RECORDED[figure.name])
        return OwnFacts(recorded=list(numbers))
    accounts = list(AccountVersion.objects.filter(standing, unit_id=unit_pk).order_by("account_id"))
    groups = list(GroupVersion.objects.filter(standing, unit_id=unit_pk).order_by("group_id"))
    names = dict(Platform.objects.values_list("code", "name"))
    return OwnFacts(
        accounts=[(version, names.get(version.platform_id, "")) for version in accounts],
        groups=[(version, names.get(version.platform_id, "")) for version in groups],
        is_of_channels=True,
    )
