"""The rows behind one figure of one unit and week; they sum to the figure, to the last one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from reporting.coverage import Coverage
from reporting.models import WeekUnit
from reporting.pages.figure_words import BASE, COVERED, Figure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reporting.pages.lineage import Lineage
    from reporting.pages.weeks import ChosenWeek
    from reporting.scopes import Scope

OF_COVERAGE = (BASE, "holders", "unreported", "base_missing")


@dataclass(frozen=True, slots=True)
class Part:
    """One row: a subordinate, the unit itself (`url` empty), or what no row explains."""

    name: str
    value: int | None
    url: str = ""
    note: str = ""
    coverage: Coverage | None = None  # where the figure is a rate's numerator
    unit_id: int | None = None  # of a subordinate


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Rows that sum to `total`; None is missing. Subordinates with nothing or without a number are left out, counted."""

    figure: Figure
    parts: list[Part]
    total: int | None
    coverage: Coverage | None
    own_value: int
    n_zero: int
    n_missing: int
    has_children: bool
    among: Scope
    children: list[Part] = field(default_factory=list)  # every subordinate, those with nothing too

    @property
    def scope(self) -> str:
        """The scope in one word."""
        return self.among.text

    @property
    def has_base(self) -> bool:
        """Coverage shows the denominator beside the numerator."""
        return self.figure.name == COVERED

    @property
    def is_no_sum(self) -> bool:
        """Persons counted once in the whole can't be told from the rows of a part of it (R3)."""
        return self.total is None and any(part.value for part in self.parts)


def read(chosen: ChosenWeek, line: Lineage, figure: Figure, scope: Scope) -> Breakdown:
    """One statement: the unit's own row and its subordinates' in the week, as far as the reader may see them."""
    rows = _rows(chosen, line, figure)
    own = next((row for row in rows if row["unit_id"] == line.row.unit_id), None)
    below = [row for row in rows if row is not own and scope.holds(str(row["kind_id"]), str(row["line"]))]
    is_whole = scope.is_all and line.sees_all
    children = [_child(chosen, figure, row) for row in below]
    own_value = _own(figure, own, has_children=bool(below)) if own and scope.is_all else None
    shown = _sum([own_value, *(part.value for part in children)])
    total = _total(figure, own if is_whole else None, shown)
    parts = [part for part in children if part.value or (part.coverage and part.coverage.holders)]
    n_missing = len([part for part in children if part.value is None])
    n_zero = len(children) - n_missing - len([part for part in parts if part.value is not None])
    if own_value:
        parts.insert(0, Part(_("本级"), own_value, note=_("本单位自己的")))
    if total is not None and total != shown:
        parts.append(_unexplained(figure, own, total - (shown or 0), by_line=line.by_line))
    coverage = _coverage(figure, total or 0, [own] if is_whole and own else below)
    return Breakdown(
        figure, parts, total, coverage, own_value or 0, n_zero, n_missing, bool(below), scope, children
    )


def _total(figure: Figure, whole: dict[str, object] | None, shown: int | None) -> int | None:
    """Of the whole unit as the week has it; of a part of it the rows' sum, except for persons."""
    if whole is not None:
        return _value(figure, whole, "sub")
    return None if figure.is_distinct else shown


def _rows(chosen: ChosenWeek, line: Lineage, figure: Figure) -> list[dict[str, object]]:
    visible = WeekUnit.objects.within(line.in_charge).for_week(chosen.closed.pk)
    own = visible.filter(unit_id=line.row.unit_id)
    below = visible.children_of(line.row.unit_id, is_national=line.is_national)
    columns = {f"{side}_{name}" for side in ("own", "sub") for name, _sign in figure.parts}
    columns |= {"own_base_members", *(f"sub_{name}" for name in OF_COVERAGE)}
    return list(
        (below | own).in_official_order().values("unit_id", "kind_id", "line", "name", *sorted(columns))
    )


def _value(figure: Figure, row: dict[str, object], side: str) -> int | None:
    found = [(sign, row[f"{side}_{name}"]) for name, sign in figure.parts]
    return _sum(None if value is None else sign * int(str(value)) for sign, value in found)


def _sum(values: Iterable[int | None]) -> int | None:
    """What is missing everywhere stays missing."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _own(figure: Figure, row: dict[str, object], *, has_children: bool) -> int | None:
    """A base recorded for a superior replaces the sum of its children's, so it is no part of that sum."""
    return None if figure.name == BASE and has_children else _value(figure, row, "own")


def _child(chosen: ChosenWeek, figure: Figure, row: dict[str, object]) -> Part:
    url = chosen.address(reverse("reporting:show-rows", args=[chosen.week, row["unit_id"], figure.name]))
    value = _value(figure, row, "sub")
    coverage = _coverage(figure, value, [row])
    return Part(str(row["name"]), value, url, coverage=coverage, unit_id=int(str(row["unit_id"])))


def _coverage(figure: Figure, part: int | None, rows: list[dict[str, object]]) -> Coverage | None:
    """The rate that these rows come to, or why there is none; None for figures that are no part of a rate."""
    if figure.name != COVERED:
        return None
    base, *counts = (sum(int(str(row[f"sub_{name}"] or 0)) for row in rows) for name in OF_COVERAGE)
    return Coverage(part, base or None, *counts)


def _unexplained(figure: Figure, own: dict[str, object] | None, value: int, *, by_line: bool) -> Part:
    if own is not None and own["own_base_members"] is not None and figure.name == BASE:
        name = _("本级登记的底数与所列下级之差") if by_line else _("本级登记的底数与下级合计之差")
        return Part(name, value, note=_("以本级登记的底数为准"))
    if own is not None and own["own_base_members"] is not None and figure.name == COVERED:
        # To a department other lines below are part of it: no row tells the two apart.
        name = _("其他战线的和缺底数的下级所报人数") if by_line else _("缺底数的下级所报人数")
        return Part(name, value, note=_("按本级登记的底数计入"))
    if by_line:
        name = _("其他战线的所属单位和在几处任职的人") if figure.is_distinct else _("其他战线的所属单位")
        return Part(name, value, note=_("计入合计，由所属战线的部门查看"))
    if figure.is_distinct:
        return Part(_("在几处任职的人"), value, note=_("同一人只计一次，按手机号码辨认"))
    return Part(_("已调整到其他上级的单位"), value, note=_("当时属本单位，现在不归您查看"))
