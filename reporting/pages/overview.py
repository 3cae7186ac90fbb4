"""Everything the weekly page shows, worked out before the template is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.choices import Kind
from orgs.permissions import REMIND
from reporting import sentences
from reporting.coverage import Coverage
from reporting.coverage_words import state_text
from reporting.pages import board as boards
from reporting.pages import changes, gaps, kpis, moves, people, trends
from reporting.scopes import ALL, NAMES, OTHER, SCOPES, TERRITORY, UNIVERSITY

if TYPE_CHECKING:
    from orgs.querysets.scope import UnitsInCharge
    from reporting.pages.board import Board, Entry
    from reporting.pages.changes import Change
    from reporting.pages.kpis import Kpi
    from reporting.pages.people import Contact
    from reporting.pages.trends import Trend
    from reporting.scopes import Scope
    from reporting.sentences import Phrase

CHANGES_SHOWN = 6


@dataclass(frozen=True, slots=True)
class LowLine:
    """A unit below the 良好 line: how many people are missing, who answers for it, where the gap is."""

    entry: Entry
    url: str
    rows_url: str
    contacts: list[Contact]
    main_gap: list[str]


@dataclass(frozen=True, slots=True)
class MissingLine:
    """A unit of which nothing has been reported."""

    entry: Entry
    url: str
    contacts: list[Contact]


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A cell of the ten-week table: its words say all that its colour says."""

    text: str
    coverage: Coverage | None
    url: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    name: str
    url: str
    cells: list[HeatCell]


@dataclass(frozen=True, slots=True)
class Overview:
    """The weekly page."""

    board: Board
    sentence: list[Phrase]
    kpis: list[Kpi]
    moves: list[str]
    scopes: list[tuple[str, str, bool]]
    sorts: list[tuple[str, str, bool]]
    low: list[LowLine]
    missing: list[MissingLine]
    heat: list[HeatRow]
    trend: Trend
    changes: list[Change]
    n_changes: int
    changes_url: str
    plain_url: str  # this page in the newest edition and under the tree of the week
    earlier_url: str
    later_url: str
    may_remind: bool


def of_board(board: Board, in_charge: UnitsInCharge) -> Overview:
    """The page of a board; six statements: gaps, people (2), events (2), moves if any."""
    entries = board.entries()
    low = [each for each in entries if each.coverage.is_low]
    missing = [each for each in entries if each.coverage.is_unreported]
    known = people.contacts(in_charge, {each.row.unit_id: each.row.parent_now for each in [*low, *missing]})
    return Overview(
        board,
        sentence=sentence(board, entries),
        kpis=kpis.weekly_strip(board),
        moves=moves.notes(board, in_charge),
        scopes=_scopes(board),
        sorts=_sorts(board),
        low=_low(board, low, known, in_charge),
        missing=[
            MissingLine(each, unit_url(board, each.row.unit_id), known.get(each.row.unit_id, []))
            for each in missing
        ],
        heat=[heat_row(board, each) for each in entries],
        trend=trends.of_board(board),
        changes=_changes(board, in_charge),
        n_changes=sum(board.figure(name) or 0 for name in changes.KINDS_OF_FIGURE),
        changes_url=kpis.rows_url(board, "movements"),
        plain_url=plain_url(board),
        earlier_url=week_url(board, board.chosen.earlier.week) if board.chosen.earlier else "",
        later_url=week_url(board, board.chosen.later.week) if board.chosen.later else "",
        may_remind=bool(in_charge.allowing(REMIND).spans),
    )


def sentence(board: Board, entries: list[Entry]) -> list[Phrase]:
    """The conclusion of the week, from the board and its entries."""
    n_low = sum(each.coverage.is_low for each in entries)
    n_missing = sum(each.coverage.is_unreported for each in entries)
    return sentences.conclusion(_facts(board, entries, n_low, n_missing))


def unit_url(board: Board, unit_pk: int, week: object = None) -> str:
    """The page of one unit in this week, or in another."""
    shown = week or board.chosen.week
    return board.chosen.address(reverse("reporting:show-unit-week", args=[shown, unit_pk]), shown)


def week_url(board: Board, week: object, among: Scope | None = None) -> str:
    """The same page in another week, or of another scope."""
    return board.chosen.address(_in_week(board, week, among or board.among), week)


def plain_url(board: Board) -> str:
    """The same page and week as everybody reads it: the newest edition, the tree of the week."""
    return _in_week(board, board.chosen.week, board.among)


def _in_week(board: Board, week: object, among: Scope) -> str:
    unit = f"&unit={board.root.unit_id}" if board.root else ""
    return f"?w={week}{unit}&{among.query}"


def heat_row(board: Board, entry: Entry) -> HeatRow:
    """Ten weeks of one unit; a week in which it stood elsewhere has a dash."""
    cells = []
    for cell in entry.cells:
        text = state_text(cell.coverage).rstrip("%") if cell.coverage else "—"
        url = unit_url(board, entry.row.unit_id, cell.week) if cell.coverage else ""
        cells.append(HeatCell(text, cell.coverage, url))
    return HeatRow(entry.row.name, unit_url(board, entry.row.unit_id), cells)


def _facts(board: Board, entries: list[Entry], n_low: int, n_missing: int) -> sentences.WeekFacts:
    whole = _("全省") if board.root and board.root.kind_id == Kind.PROVINCE else _("所属单位")
    who, narrowed = str(NAMES.get(board.among.view, whole)), board.among.seen_as(ALL).words
    return sentences.WeekFacts(
        who=f"{who}（{narrowed}）" if narrowed else who,
        coverage=board.coverage() or Coverage(None, None, 0, 0),
        change=board.coverage_change(),
        n_units=len(entries),
        n_low=n_low,
        n_unreported=n_missing,
        checks=board.figure("checks") or 0,
        checks_poor=board.figure("checks_poor") or 0,
    )


def _scopes(board: Board) -> list[tuple[str, str, bool]]:
    """全部 n / 高校 n / 市县 n / 其它 n, where there is more than one of them."""
    counts, among = board.counts(), board.among
    if sum(counts[view] > 0 for view in SCOPES[1:]) < 2 and among.view == ALL:
        return []
    labels = {ALL: _("全部"), UNIVERSITY: _("高校"), TERRITORY: _("市县"), OTHER: _("其它")}
    week = board.chosen.week
    return [
        (f"{label} {counts[view]}", week_url(board, week, among.seen_as(view)), view == among.view)
        for view, label in labels.items()
    ]


def _sorts(board: Board) -> list[tuple[str, str, bool]]:
    labels = {
        boards.OFFICIAL: _("规定排序"),
        boards.BY_COVERAGE: _("覆盖率从低到高"),
        boards.BY_GAP: _("还差人数"),
    }
    address = week_url(board, board.chosen.week)
    return [(label, f"{address}&sort={sort}", sort == board.sort) for sort, label in labels.items()]


def _low(
    board: Board, low: list[Entry], known: dict[int, list[Contact]], in_charge: UnitsInCharge
) -> list[LowLine]:
    # Where the gap was is told by the tree of the week alone.
    pks = [] if board.chosen.is_restated else [each.row.unit_id for each in low]
    found = gaps.main_gaps(board.chosen.closed.pk, pks, in_charge)
    return [
        LowLine(
            each,
            unit_url(board, each.row.unit_id),
            kpis.rows_url(board, "covered_capped", each.row.unit_id),
            known.get(each.row.unit_id, []),
            found.get(each.row.unit_id, []),
        )
        for each in low
    ]


def _changes(board: Board, in_charge: UnitsInCharge) -> list[Change]:
    roots = [board.root] if board.root and board.is_for_all else board.rows()
    return changes.of_week(board.chosen.week, in_charge, roots, most=CHANGES_SHOWN)
