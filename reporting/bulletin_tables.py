"""The tables of a bulletin, worked out from its frozen figures alone; page, .docx and Excel annex show the same cells. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.choices import Kind
from orgs.kernel.numbers import MISSING, percent_of, thousands
from reporting.coverage_words import rate_text

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from reporting.bulletin_figures import Figures, UnitFigures
    from reporting.coverage import Coverage

LEADERS_OF_A_GROUP = 3
Cell = str | int | None


@dataclass(frozen=True, slots=True)
class Column:
    """A caption, whether numbers stand below it, and its width in half-width characters of the annex."""

    label: _StrPromise
    is_number: bool = True
    width: int = 12


@dataclass(frozen=True, slots=True)
class Table:
    """A table as every medium shows it: integers are counts, texts are rates and names, None is missing."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: list[list[Cell]]

    @property
    def texts(self) -> list[list[str]]:
        """The rows as they are read: counts with separators, a dash where a number is unknown."""
        return [[each if isinstance(each, str) else thousands(each) for each in row] for row in self.rows]


COVERAGE, LEADERS, LAGGARDS, UNREPORTED = "coverage", "leaders", "laggards", "unreported"
CHECKS, CHANGES = "checks", "changes"
TITLES = {
    COVERAGE: gettext_lazy("团员微信覆盖率"),
    LEADERS: gettext_lazy("覆盖率居前的单位"),
    LAGGARDS: gettext_lazy("低于80%（良好线）的单位"),
    UNREPORTED: gettext_lazy("未报单位"),
    CHECKS: gettext_lazy("抽查情况"),
    CHANGES: gettext_lazy("账号、群变动情况"),
}
_NUMBER, _NAME = (
    Column(gettext_lazy("序号"), width=6),
    Column(gettext_lazy("单位"), is_number=False, width=36),
)
_RATE, _CHANGE = Column(gettext_lazy("覆盖率"), width=14), Column(gettext_lazy("较上周（百分点）"), width=16)
COLUMNS: dict[str, tuple[Column, ...]] = {
    COVERAGE: (
        _NUMBER, _NAME, Column(gettext_lazy("覆盖团员（人）"), width=14), Column(gettext_lazy("团员底数（人）"), width=14), _RATE, _CHANGE,
        Column(gettext_lazy("未报支部（个）"), width=14),
    ),
    LEADERS: (
        Column(gettext_lazy("类别"), is_number=False, width=16), Column(gettext_lazy("名次"), width=8), _NAME, _RATE, _CHANGE,
        Column(gettext_lazy("名次变化")),
    ),
    LAGGARDS: (_NUMBER, _NAME, _RATE, Column(gettext_lazy("还差（人）")), _CHANGE),
    UNREPORTED: (_NUMBER, _NAME, Column(gettext_lazy("应报支部（个）"), width=14), Column(gettext_lazy("连续未报（周）"), width=14)),
    CHECKS: (_NUMBER, _NAME, Column(gettext_lazy("抽查（次）")), Column(gettext_lazy("其中差（次）"), width=14), Column(gettext_lazy("连续差（次）"), width=14)),
    CHANGES: (
        _NUMBER, _NAME, Column(gettext_lazy("新增（个）")), Column(gettext_lazy("变更（个）")), Column(gettext_lazy("更换管理员（人次）"), width=18),
        Column(gettext_lazy("注销（个）")),
    ),
}  # fmt: skip


def tables(figures: Figures, keys: list[str] | tuple[str, ...] = tuple(TITLES)) -> list[Table]:
    """The wanted tables in their fixed order; one without a row is left out."""
    found = [
        Table(key, str(title), COLUMNS[key], _ROWS[key](figures))
        for key, title in TITLES.items()
        if key in keys
    ]
    return [table for table in found if table.rows]


def change_text(change: Fraction | int | None) -> str:
    """Percentage points with a sign, cut to one decimal."""
    if change is None:
        return MISSING
    if not change:
        return "0"
    shown = percent_of(abs(Fraction(change)) / 100).rstrip("%")
    return f"+{shown}" if change > 0 else f"−{shown}"


def leaders(figures: Figures) -> list[tuple[str, list[tuple[int, UnitFigures, int | None]]]]:
    """(group, [(rank, unit, rank the week before)]): the best of each kind of direct unit; ties share a rank.

    READING: no document says who leads. A unit must have reached the 良好 line; one with more people than its base is
    to be checked first and is not praised.
    """
    found: list[tuple[str, list[tuple[int, UnitFigures, int | None]]]] = []
    groups: dict[str, list[UnitFigures]] = {}
    for each in figures.units:
        groups.setdefault(_group(each.kind), []).append(each)
    for name, group in groups.items():
        now = _ranks([(each.unit_id, each.coverage) for each in group])
        before = _ranks([(each.unit_id, each.before) for each in group if each.before])
        best = sorted(
            (now[each.unit_id], at, each) for at, each in enumerate(group) if _may_lead(each.coverage)
        )
        named = [(rank, each, before.get(each.unit_id)) for rank, _at, each in best]
        found.append((name, [each for each in named if each[0] <= LEADERS_OF_A_GROUP]))
    return [(name, ranked) for name, ranked in found if ranked]


def _group(kind: str) -> str:
    """Cities and counties are compared with each other, every other kind with its like."""
    if kind in {Kind.PREFECTURE, Kind.COUNTY}:
        return _("市县")
    return str(Kind(kind).label) if kind in Kind.values else kind


def _may_lead(coverage: Coverage) -> bool:
    return coverage.is_rate and not coverage.is_low and not coverage.is_over


def _ranks(known: list[tuple[int, Coverage]]) -> dict[int, int]:
    """Rank by the exact fraction among those that may be ranked at all; equal ones share it."""
    shares = {
        pk: coverage.share for pk, coverage in known if coverage.share is not None and not coverage.is_over
    }
    return {pk: 1 + sum(other > share for other in shares.values()) for pk, share in shares.items()}


def _coverage_rows(figures: Figures) -> list[list[Cell]]:
    return [
        [at, each.name, each.coverage.shown_part, each.coverage.base, rate_text(each.coverage), change_text(each.change),
         each.coverage.unreported]
        for at, each in enumerate(figures.units, 1)
    ]  # fmt: skip


def _leader_rows(figures: Figures) -> list[list[Cell]]:
    return [
        [group, rank, each.name, rate_text(each.coverage), change_text(each.change), _moved(rank, before)]
        for group, ranked in leaders(figures)
        for rank, each, before in ranked
    ]


def _moved(rank: int, before: int | None) -> str:
    if before is None:
        return MISSING
    if before == rank:
        return _("不变")
    words = _("升%(n)d位") if before > rank else _("降%(n)d位")
    return words % {"n": abs(before - rank)}


def _laggard_rows(figures: Figures) -> list[list[Cell]]:
    return [
        [at, each.name, rate_text(each.coverage), each.coverage.shortfall, change_text(each.change)]
        for at, each in enumerate(figures.low, 1)
    ]


def _unreported_rows(figures: Figures) -> list[list[Cell]]:
    return [
        [at, each.name, each.coverage.holders, each.weeks_unreported]
        for at, each in enumerate(figures.unreported, 1)
    ]


def _check_rows(figures: Figures) -> list[list[Cell]]:
    checked = [each for each in figures.units if each.flows["checks"]]
    return [
        [at, each.name, each.flows["checks"], each.flows["checks_poor"], each.poor_streak]
        for at, each in enumerate(checked, 1)
    ]


def _change_rows(figures: Figures) -> list[list[Cell]]:
    shown = ("opened", "changed", "admin_changed", "closed")
    moved = [each for each in figures.units if any(each.flows[name] for name in shown)]
    return [[at, each.name, *(each.flows[name] for name in shown)] for at, each in enumerate(moved, 1)]


_ROWS: dict[str, Callable[[Figures], list[list[Cell]]]] = {
    COVERAGE: _coverage_rows,
    LEADERS: _leader_rows,
    LAGGARDS: _laggard_rows,
    UNREPORTED: _unreported_rows,
    CHECKS: _check_rows,
    CHANGES: _change_rows,
}
