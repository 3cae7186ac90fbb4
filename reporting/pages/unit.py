"""Everything the page of one unit in one week shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.kernel.numbers import thousands
from orgs.querysets.scope import UnitsInCharge
from reporting.choices import CheckGrade, CheckKind
from reporting.coverage import Coverage
from reporting.models import SpotCheck
from reporting.pages import board as boards
from reporting.pages import changes, kpis, more_figures, moves, people, trends
from reporting.pages.figure_words import BASE
from reporting.pages.kpis import Kpi
from reporting.pages.overview import unit_url

if TYPE_CHECKING:
    from reporting.pages.board import Board, Entry
    from reporting.pages.changes import Change
    from reporting.pages.lineage import Lineage
    from reporting.pages.more_figures import FigureLine
    from reporting.pages.people import Contact
    from reporting.pages.trends import Trend

CHANGES_SHOWN = 8
CHECKS_SHOWN = 8
ADMINISTRATORS_SHOWN = 3
WARNED_STREAK = 2
# What a line of the list of subordinates, the total below it and the head of the page show.
OF_CHILD = ("reported", "holders", BASE, "covered_capped", "checks", "checks_poor")
OF_TOTAL = (*OF_CHILD, "orgs", "accounts_public")
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
    urls: dict[str, str]  # figure -> its rows
    principal: str


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One spot check of the week."""

    check: SpotCheck
    tone: str


@dataclass(frozen=True, slots=True)
class UnitPage:
    """The page of one unit."""

    lineage: Lineage
    board: Board
    coverage: Coverage
    kpis: list[Kpi]
    more: list[FigureLine]
    moves: list[str]
    children: list[ChildLine]
    sorts: list[tuple[str, str, bool]]
    contacts: list[Contact]
    changes: list[Change]
    checks: list[CheckLine]
    trend: Trend
    crumbs: list[tuple[str, str]]
    earlier_url: str
    later_url: str
    urls: dict[str, str]

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
        more=more_figures.of_unit(lineage),
        moves=moves.notes(board, in_charge),
        children=[_child(board, each, known.get(each.row.unit_id, [])) for each in entries],
        sorts=_sorts(board),
        contacts=known.get(row.unit_id, []),
        changes=changes.of_week(
            chosen.week, in_charge, [board.root] if board.root else [], most=CHANGES_SHOWN
        ),
        checks=_checks(lineage, board),
        # The province's line is that of the tree of the week.
        trend=trends.of_board(board, None if chosen.is_restated else lineage.province_pk),
        crumbs=lineage.crumbs("reporting:show-unit-week", chosen.week),
        earlier_url=unit_url(board, row.unit_id, chosen.earlier.week) if chosen.earlier else "",
        later_url=unit_url(board, row.unit_id, chosen.later.week) if chosen.later else "",
        urls=kpis.rows_urls(board, OF_TOTAL),
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
    return ChildLine(entry, unit_url(board, pk), kpis.rows_urls(board, OF_CHILD, pk), principal)


def _sorts(board: Board) -> list[tuple[str, str, bool]]:
    labels = {boards.OFFICIAL: _("规定排序"), boards.BY_COVERAGE: _("覆盖率从低到高")}
    address = board.chosen.address
    return [(label, address(f"?sort={sort}"), sort == board.sort) for sort, label in labels.items()]


def _checks(lineage: Lineage, board: Board) -> list[CheckLine]:
    if not board.figure("checks"):
        return []
    found = SpotCheck.objects.within(lineage.in_charge).within(UnitsInCharge.below(lineage.unit))
    chosen = board.chosen
    posts = found.filter(kind=CheckKind.POSTS).in_week(chosen.week, chosen.closed.known_until)
    listed = posts.select_related("unit", "group", "account").order_by("-checked_at", "-pk")
    return [CheckLine(check, GRADE_TONES[CheckGrade(check.grade)]) for check in listed[:CHECKS_SHOWN]]
