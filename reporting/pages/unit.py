"""Everything the page of one unit in one week shows."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.kernel import plot
from orgs.kernel.numbers import thousands
from orgs.querysets.scope import UnitsInCharge
from reporting.choices import CheckGrade, CheckKind
from reporting.coverage import Coverage
from reporting.models import SpotCheck, WeekUnit
from reporting.pages import board as boards
from reporting.pages import changes, kpis, moves, people
from reporting.pages.kpis import Kpi
from reporting.pages.overview import unit_url

if TYPE_CHECKING:
    from orgs.kernel.plot import Plot
    from reporting.pages.board import Board, Entry
    from reporting.pages.changes import Change
    from reporting.pages.lineage import Lineage
    from reporting.pages.people import Contact

CHANGES_SHOWN = 8
CHECKS_SHOWN = 8
ADMINISTRATORS_SHOWN = 3
WARNED_STREAK = 2
GRADE_TONES = {
    CheckGrade.EXCELLENT: "ok",
    CheckGrade.GOOD: "info",
    CheckGrade.FAIR: "warn",
    CheckGrade.POOR: "bad",
}


@dataclass(frozen=True, slots=True)
class ChildLine:
    """A subordinate with its bar, its forms, its checks and who leads it."""

    entry: Entry
    url: str
    rows_url: str
    principal: str


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One spot check of the week."""

    check: SpotCheck
    tone: str


@dataclass(frozen=True, slots=True)
class TwoLines:
    """The unit's line and the province's in one plot of one scale."""

    own: Plot
    province: Plot | None
    good_line: object
    points: list[tuple[str, Fraction | None, Fraction | None]]
    last: Fraction | None


@dataclass(frozen=True, slots=True)
class UnitPage:
    """The page of one unit."""

    lineage: Lineage
    board: Board
    coverage: Coverage
    kpis: list[Kpi]
    moves: list[str]
    children: list[ChildLine]
    sorts: list[tuple[str, str, bool]]
    contacts: list[Contact]
    changes: list[Change]
    checks: list[CheckLine]
    trend: TwoLines
    crumbs: list[tuple[str, str]]
    earlier_url: str
    later_url: str

    @property
    def is_warned(self) -> bool:
        """Two checks in a row graded 差: one more, and the year's result can't be 优秀 (SUP-4.1c)."""
        return self.lineage.row.poor_streak >= WARNED_STREAK


def of_unit(lineage: Lineage, board: Board) -> UnitPage:
    """At most seven statements beside the board: people (2), events (2), checks, the province's rate, moves if any."""
    in_charge, row = lineage.in_charge, lineage.row
    entries = board.entries()
    parents = {each.row.unit_id: each.row.parent_now for each in entries} | {
        row.unit_id: lineage.unit.parent_id
    }
    known = people.contacts(
        in_charge, parents, administrators_of=[row.unit_id], most_administrators=ADMINISTRATORS_SHOWN
    )
    chosen = board.chosen
    return UnitPage(
        lineage,
        board,
        coverage=board.coverage() or Coverage(None, None, 0, 0),
        kpis=_strip(board),
        moves=moves.notes(board, in_charge),
        children=[_child(board, each, known.get(each.row.unit_id, [])) for each in entries],
        sorts=_sorts(board),
        contacts=known.get(row.unit_id, []),
        changes=changes.of_week(
            chosen.week, in_charge, [board.root] if board.root else [], most=CHANGES_SHOWN
        ),
        checks=_checks(lineage, board),
        trend=_trend(lineage, board),
        crumbs=lineage.crumbs("reporting:show-unit-week", chosen.week),
        earlier_url=unit_url(board, row.unit_id, chosen.earlier.week) if chosen.earlier else "",
        later_url=unit_url(board, row.unit_id, chosen.later.week) if chosen.later else "",
    )


def _strip(board: Board) -> list[Kpi]:
    strip = [
        kpis.coverage_kpi(board),
        kpis.reported_kpi(board),
        _share(board, _("已建群团组织"), "orgs_with_group", "orgs"),
    ]
    if board.figure("expected"):
        strip.append(_share(board, _("已填 / 应填"), "submitted", "expected"))
    return [
        *strip,
        kpis.flow_kpi(board, _("新增账号、群"), "opened"),
        kpis.flow_kpi(board, _("变更"), "changes", "changed", "admin_changed"),
        kpis.flow_kpi(board, _("注销"), "closed"),
    ]


def _share(board: Board, label: str, part: str, base: str) -> Kpi:
    value, whole = board.figure(part) or 0, board.figure(base) or 0
    note = ((_("还差 %(n)d") % {"n": whole - value}, ""),) if whole > value else ()
    return Kpi(label, thousands(value), kpis.rows_url(board, part), unit=f"/ {thousands(whole)}", notes=note)


def _child(board: Board, entry: Entry, known: list[Contact]) -> ChildLine:
    pk = entry.row.unit_id
    principal = next((contact.name for contact in known if contact.is_principal), "")
    return ChildLine(
        entry, unit_url(board, pk), kpis.rows_url(board, "covered_capped", unit_pk=pk), principal
    )


def _sorts(board: Board) -> list[tuple[str, str, bool]]:
    labels = {boards.OFFICIAL: _("规定排序"), boards.BY_COVERAGE: _("覆盖率从低到高")}
    return [(label, f"?sort={sort}", sort == board.sort) for sort, label in labels.items()]


def _checks(lineage: Lineage, board: Board) -> list[CheckLine]:
    if not board.figure("checks"):
        return []
    found = SpotCheck.objects.within(lineage.in_charge).within(UnitsInCharge.below(lineage.unit))
    posts = found.filter(kind=CheckKind.POSTS).in_week(board.chosen.week)
    listed = posts.select_related("unit", "group", "account").order_by("-checked_at", "-pk")
    return [CheckLine(check, GRADE_TONES[CheckGrade(check.grade)]) for check in listed[:CHECKS_SHOWN]]


def _trend(lineage: Lineage, board: Board) -> TwoLines:
    own = board.trend()
    province = _province_shares(lineage, board)
    beside = [
        (label, province.get(each.pk)) for (label, _share), each in zip(own, board.chosen.recent, strict=True)
    ]
    good = Fraction(4, 5)
    shares = [share for _label, share in [*own, *beside] if share is not None]
    # The lowest share as "target" gives both plots the same floor.
    lowest = min([*shares, good])
    level = plot.line_plot([("", good)], lowest).last
    return TwoLines(
        plot.line_plot(own, lowest),
        plot.line_plot(beside, lowest) if province else None,
        level[1] if level else None,
        [(label, share, other) for (label, share), (_label, other) in zip(own, beside, strict=True)],
        next((share for _label, share in reversed(own) if share is not None), None),
    )


def _province_shares(lineage: Lineage, board: Board) -> dict[int, Fraction | None]:
    """SECURITY: beyond the reader's scope on purpose: one rate of the whole province, as the bulletin publishes it."""
    if lineage.province_pk is None:
        return {}
    columns = (
        "week_id", "coverage_part", "coverage_base", "sub_covered_capped", "sub_holders", "sub_unreported",
        "sub_base_missing",
    )  # fmt: skip
    rows = WeekUnit.objects.for_weeks(board.chosen.pks).filter(unit_id=lineage.province_pk)
    found = rows.with_coverage().values_list(*columns, named=True)
    return {row.week_id: Coverage.of(row).share for row in found}
