"""The end of the drill-down: what a unit's own figure is made of, one branch per figure; the rows come to the figure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.models import AccountVersion, GroupVersion, Platform
from orgs.choices import Measure
from orgs.models import UnitBaseVersion
from reporting.choices import CheckGrade, CheckKind
from reporting.models import BaseCorrection, SpotCheck
from reporting.pages import changes, own_requirements, own_rows
from reporting.pages.figure_words import BASE
from reporting.querysets.pages import stood_at_end_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from reporting.models import ClosedWeek
    from reporting.pages.changes import Change
    from reporting.pages.figure_words import Figure
    from reporting.pages.lineage import Lineage
    from reporting.pages.own_requirements import AskedOf
    from reporting.pages.own_rows import Row

RECORDED = {
    BASE: Measure.MEMBERS,
    "cadres": Measure.CADRES,
    "cadres_with_account": Measure.CADRES_WITH_ACCOUNT,
    "cadres_min_ok": Measure.CADRES_IN_TOUCH,
}


@dataclass(frozen=True, slots=True)
class OwnFacts:
    """What the registry held of one unit at Sunday 24:00, or what happened to it in the week; with platform names.

    `rows` say how much each counts; `is_of_channels`: accounts and groups stand beside.
    """

    accounts: list[tuple[AccountVersion, str]] = field(default_factory=list)
    groups: list[tuple[GroupVersion, str]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    checks: list[SpotCheck] = field(default_factory=list)
    recorded: list[UnitBaseVersion | BaseCorrection] = field(default_factory=list)
    requirements: list[AskedOf] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    n_changed_objects: int = 0  # several events of one object in a week count as one
    is_of_channels: bool = False

    @property
    def total(self) -> int:
        """What is listed comes to the unit's own figure."""
        counted = sum(row.value for row in self.rows) + sum(base.count for base in self.recorded)
        return counted + self.n_changed_objects + len(self.checks) + len(self.requirements)


def read(closed: ClosedWeek, line: Lineage, figure: Figure) -> OwnFacts:
    """At most four statements. The unit has been found in the reader's scope before."""
    if figure.is_flow:
        return _of_the_week(closed, line, figure)
    if figure.name in own_requirements.FIGURES:
        # Of a unit that was closed by the end of the week nothing is asked.
        asked = own_requirements.read(closed.week, line.row.unit_id, figure.name) if line.row.is_open else []
        return OwnFacts(requirements=asked)
    if figure.name in RECORDED:
        return OwnFacts(recorded=_recorded(closed, line, RECORDED[figure.name]))
    value = own_value(line, figure)
    if figure.name in _ROWS:
        return OwnFacts(rows=_ROWS[figure.name](closed, line, figure.name) if value else [])
    return _of_channels(closed, line, figure, value)


def own_value(line: Lineage, figure: Figure) -> int | None:
    """The unit's own figure of the week; None is missing."""
    known = [
        sign * value for name, sign in figure.parts if (value := getattr(line.row, f"own_{name}")) is not None
    ]
    return sum(known) if known else None


def is_recorded(line: Lineage, figure: Figure) -> bool:
    """A base recorded for a superior is no part of its rows, but the figure itself."""
    return figure.name == BASE and line.row.own_base_members is not None


def _of_the_week(closed: ClosedWeek, line: Lineage, figure: Figure) -> OwnFacts:
    week, unit_pk = closed.week, line.row.unit_id
    if figure.name in {"checks", "checks_poor"}:
        found = SpotCheck.objects.within(line.in_charge).filter(unit_id=unit_pk, kind=CheckKind.POSTS)
        if figure.name == "checks_poor":
            found = found.filter(grade=CheckGrade.POOR)
        return OwnFacts(checks=list(found.in_week(week, closed.known_until).for_list()))
    if figure.name in own_rows.DAILY:
        return OwnFacts(rows=own_rows.of_days(closed, line, figure.name))
    if figure.name == "groups_active":
        return OwnFacts(rows=own_rows.of_active_groups(closed, line))
    figures = [name for name, _sign in figure.parts]
    listed, n_objects = changes.of_unit(closed, line.in_charge, unit_pk, figures)
    return OwnFacts(changes=listed, n_changed_objects=n_objects)


def _recorded(closed: ClosedWeek, line: Lineage, measure: str) -> list[UnitBaseVersion | BaseCorrection]:
    """What was recorded for the unit itself; of a later edition what it counts instead."""
    if not line.row.is_open:
        return []
    of_unit = {"unit_id": line.row.unit_id, "measure": measure}
    corrected = BaseCorrection.objects.filter(week=closed, **of_unit) if closed.edition > 1 else ()
    return list(corrected) or list(UnitBaseVersion.objects.filter(stood_at_end_of(closed.week), **of_unit))


def _administered(closed: ClosedWeek, line: Lineage, figure: str) -> list[Row]:
    rows = own_rows.of_administrators(closed, line, figure)
    return _of_the_unit(line, 1, "；".join(f"{row.name}　{row.detail}" for row in rows))


def _once(_closed: ClosedWeek, line: Lineage, _figure: str) -> list[Row]:
    return _of_the_unit(line, 1)


def _of_the_unit(line: Lineage, value: int | None, detail: str = "") -> list[Row]:
    return [own_rows.Row(line.row.name, detail, value)] if value else []


def _of_channels(closed: ClosedWeek, line: Lineage, figure: Figure, value: int | None) -> OwnFacts:
    standing, unit_pk = stood_at_end_of(closed.week), line.row.unit_id
    accounts = AccountVersion.objects.filter(standing, unit_id=unit_pk).order_by("account_id")
    groups = GroupVersion.objects.filter(standing, unit_id=unit_pk).order_by("group_id")
    platforms = {each.code: each for each in Platform.objects.all()}
    names = {code: each.name for code, each in platforms.items()}
    held = [(version, names.get(version.platform_id, "")) for version in accounts]
    listed = [(version, names.get(version.platform_id, "")) for version in groups]
    if figure.name in own_rows.ACCOUNTS:
        kinds = {code: each.kind for code, each in platforms.items()}
        return OwnFacts(rows=own_rows.of_accounts(figure.name, held, kinds) if value else [])
    if figure.name in own_rows.GROUPS:
        return OwnFacts(rows=own_rows.of_groups(figure.name, listed, value) if value else [])
    word = _("取最大的一个") if figure.name.startswith("covered") else ""
    return OwnFacts(held, listed, rows=_of_the_unit(line, value, word), is_of_channels=True)


_ROWS: dict[
    str, Callable[[ClosedWeek, Lineage, str], list[Row]]
] = {  # what is not told by accounts and groups
    **dict.fromkeys(own_rows.FORMS, own_rows.of_forms),
    **dict.fromkeys(own_rows.ADMINISTRATORS, own_rows.of_administrators),
    "orgs_with_admin": _administered,
    **dict.fromkeys(("orgs", "holders", "base_missing"), _once),
}
