"""The rows behind one figure of one unit and week; they sum to the figure, to the last one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from reporting.coverage import Coverage
from reporting.models import WeekUnit
from reporting.pages import board as boards
from reporting.pages.figure_words import BASE, COVERED, Figure
from reporting.scopes import belongs

if TYPE_CHECKING:
    from reporting.pages.lineage import Lineage
    from reporting.pages.weeks import ChosenWeek

OF_COVERAGE = (BASE, "holders", "unreported", "base_missing")


@dataclass(frozen=True, slots=True)
class Part:
    """One row: a subordinate, the unit itself (`url` empty), or what no row explains."""

    name: str
    value: int
    url: str = ""
    note: str = ""
    coverage: Coverage | None = None  # where the figure is a rate's numerator


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Rows that sum to `total`. `n_zero` subordinates with nothing are left out."""

    figure: Figure
    parts: list[Part]
    total: int
    coverage: Coverage | None
    own_value: int
    n_zero: int
    has_children: bool
    scope: str

    @property
    def has_base(self) -> bool:
        """Coverage shows the denominator beside the numerator."""
        return self.figure.name == COVERED


def read(chosen: ChosenWeek, line: Lineage, figure: Figure, scope: str) -> Breakdown:
    """One statement: the unit's own row and its subordinates' in the week, as far as the reader may see them."""
    rows = _rows(chosen, line, figure)
    own = next((row for row in rows if row["unit_id"] == line.row.unit_id), None)
    below = [row for row in rows if row is not own and belongs(row["kind_id"], row["line"], scope)]
    is_whole = scope == boards.ALL and line.sees_all
    children = [_child(chosen, figure, row) for row in below]
    own_value = _own(figure, own, has_children=bool(below)) if own and scope == boards.ALL else 0
    shown = sum(part.value for part in children) + own_value
    total = _value(figure, own, "sub") if is_whole and own else shown
    parts = [part for part in children if part.value or (part.coverage and part.coverage.holders)]
    if own_value:
        parts.insert(0, Part(_("本级"), own_value, note=_("本单位自己的")))
    if total != shown:
        parts.append(_unexplained(figure, own, total - shown))
    coverage = _coverage(figure, total, [own] if is_whole and own else below)
    n_zero = len(children) - len([part for part in parts if part.url])
    return Breakdown(figure, parts, total, coverage, own_value, n_zero, bool(below), scope)


def _rows(chosen: ChosenWeek, line: Lineage, figure: Figure) -> list[dict[str, object]]:
    visible = WeekUnit.objects.within(line.in_charge).for_week(chosen.closed.pk)
    own = visible.filter(unit_id=line.row.unit_id)
    below = visible.children_of(line.row.unit_id, is_national=line.is_national)
    columns = {f"{side}_{name}" for side in ("own", "sub") for name, _sign in figure.parts}
    columns |= {"own_base_members", *(f"sub_{name}" for name in OF_COVERAGE)}
    return list(
        (below | own).in_official_order().values("unit_id", "kind_id", "line", "name", *sorted(columns))
    )


def _value(figure: Figure, row: dict[str, object], side: str) -> int:
    return sum(sign * int(str(row[f"{side}_{name}"] or 0)) for name, sign in figure.parts)


def _own(figure: Figure, row: dict[str, object], *, has_children: bool) -> int:
    """A base recorded for a superior replaces the sum of its children's, so it is no part of that sum."""
    return 0 if figure.name == BASE and has_children else _value(figure, row, "own")


def _child(chosen: ChosenWeek, figure: Figure, row: dict[str, object]) -> Part:
    url = chosen.address(reverse("reporting:show-rows", args=[chosen.week, row["unit_id"], figure.name]))
    value = _value(figure, row, "sub")
    return Part(str(row["name"]), value, url, coverage=_coverage(figure, value, [row]))


def _coverage(figure: Figure, part: int, rows: list[dict[str, object]]) -> Coverage | None:
    """The rate that these rows come to, or why there is none; None for figures that are no part of a rate."""
    if figure.name != COVERED:
        return None
    base, *counts = (sum(int(str(row[f"sub_{name}"] or 0)) for row in rows) for name in OF_COVERAGE)
    return Coverage(part, base or None, *counts)


def _unexplained(figure: Figure, own: dict[str, object] | None, value: int) -> Part:
    if own is not None and own["own_base_members"] is not None and figure.name == BASE:
        return Part(_("本级登记的底数与下级合计之差"), value, note=_("以本级登记的底数为准"))
    if own is not None and own["own_base_members"] is not None and figure.name == COVERED:
        return Part(_("缺底数的下级所报人数"), value, note=_("按本级登记的底数计入"))
    return Part(_("已调整到其他上级的单位"), value, note=_("当时属本单位，现在不归您查看"))
