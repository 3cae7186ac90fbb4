"""The weekly page of a kind or a line that no unit directly below has: the units of the whole subtree, page by page.

Placement, names, order and figures are those of the week; of the tree of today only what the reader may see.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from orgs.choices import Kind, Line
from orgs.models import OrgUnit, UnitKind
from reporting.coverage import Coverage, change_in_points, shown_change
from reporting.models import WeekUnit
from reporting.pages import board as boards
from reporting.pages import kpis
from reporting.pages.figure_words import BASE
from reporting.pages.overview import unit_url, week_url
from reporting.querysets.further import Further
from reporting.scopes import ALL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from orgs.querysets.scope import UnitsInCharge
    from reporting.pages.board import Board, Entry
    from reporting.scopes import Scope

PER_PAGE = 50
SHOWN = ("reported", "holders", BASE, "covered_capped")
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Below:
    """What may stand anywhere below the root, in the order of the choices: kinds and lines that the reader may ask for.

    `children` and `line_of` are the rules of every kind below, whatever the reader sees of it.
    """

    kinds: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    children: dict[str, Sequence[str]] = field(default_factory=dict)
    line_of: dict[str, str] = field(default_factory=dict)

    def leading_to(self, among: Scope) -> list[str]:
        """The kinds below which such a unit may stand."""
        wanted = (
            {among.kind}
            if among.kind
            else {kind for kind, line in self.line_of.items() if line in {"", among.line}}
        )
        return sorted(kind for kind in self.line_of if _reached(kind, self.children) & wanted)


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit of the list, with the name of its superior then."""

    entry: Entry
    superior: str
    kind: str
    url: str
    urls: dict[str, str]  # figure -> its rows


@dataclass(frozen=True, slots=True)
class FurtherPage:
    """A page of the units; `found` are all of them."""

    board: Board
    found: Further
    page: Page[int]
    lines: list[UnitLine]
    sorts: list[tuple[str, str, bool]]
    earlier_url: str
    later_url: str


def below(board: Board, in_charge: UnitsInCharge) -> Below:
    """What may be asked for under the root; one statement.

    Nothing under the national office, which chooses a province first; of a department nothing of other lines.
    """
    root = board.root
    if root is None or root.kind_id == Kind.NATIONAL:
        return Below()
    kinds = UnitKind.objects.values_list("code", "line", "allowed_children")
    children = {code: below for code, _line, below in kinds}
    reached = _reached(root.kind_id, children)
    line_of = {code: line for code, line, _below in kinds if code in reached}
    seen = {line for span in in_charge.spans for line in span.lines or Line.values}
    return Below(
        tuple(code for code in Kind.values if line_of.get(code) in {"", *seen}),
        tuple(line for line in Line.values if line in seen and line in line_of.values()),
        children,
        line_of,
    )


def is_asked(board: Board, there: Below) -> bool:
    """Whether the page asks for a kind or a line that stands further below only."""
    among, rows = board.among, board.in_operation()
    if among.kind and among.kind not in {row.kind_id for row in rows}:
        return among.kind in there.kinds
    return bool(among.line) and among.line not in {row.line for row in rows} and among.line in there.lines


def find(board: Board, there: Below, in_charge: UnitsInCharge) -> Further:
    """No statement yet. The board has a root."""
    among, root = board.among, board.root
    visible = OrgUnit.objects.within(in_charge).order_by().values("pk").query.sql_with_params()
    return Further(
        board.chosen.closed.pk,
        root.unit_id if root else 0,
        there.leading_to(among),
        among.kind,
        among.line,
        visible,
        board.sort,
    )


def read(board: Board, found: Further, number: str | None) -> FurtherPage:
    """Four statements: how many, which, their rows with those of the week before, their superiors."""
    page: Page[int] = Paginator(found, PER_PAGE).get_page(number)  # type: ignore[arg-type]  # slices are all it takes
    whole = replace(board, among=board.among.seen_as(ALL))
    entries = _entries(whole, list(page))
    superiors = _superiors(whole, entries)
    chosen = board.chosen
    return FurtherPage(
        whole,
        found,
        page,
        [_line(whole, each, superiors) for each in entries],
        _sorts(whole),
        week_url(whole, chosen.earlier.week) if chosen.earlier else "",
        week_url(whole, chosen.later.week) if chosen.later else "",
    )


def everyone(board: Board, found: Further) -> Iterator[tuple[Entry, str]]:
    """All of them with the name of the superior, for a file; some hundred at a time."""
    ids = found[: found.count()]
    for at in range(0, len(ids), AT_ONCE):
        entries = _entries(board, ids[at : at + AT_ONCE])
        superiors = _superiors(board, entries)
        yield from ((each, superiors.get(each.row.parent_id or 0, "")) for each in entries)


def _reached(kind: str, children: dict[str, Sequence[str]]) -> set[str]:
    """The kinds that may stand anywhere below a unit of the kind."""
    found: set[str] = set()
    waiting = [kind]
    while waiting:
        for each in children.get(waiting.pop(), ()):
            if each not in found:
                found.add(each)
                waiting.append(each)
    return found


def _entries(board: Board, ids: list[int]) -> list[Entry]:
    chosen = board.chosen
    pks = [pk for pk in (chosen.closed.pk, chosen.week_before_pk) if pk is not None]
    rows = {
        (row.week_id, row.unit_id): row
        for row in boards.read_rows(WeekUnit.objects.for_weeks(pks).filter(unit_id__in=ids))
    }
    found = []
    for pk in ids:
        row, before = rows[chosen.closed.pk, pk], rows.get((chosen.week_before_pk or 0, pk))
        covered = Coverage.of(row)
        change = change_in_points(covered, Coverage.of(before) if before else None)
        found.append(boards.Entry(row, covered, shown_change(change), []))
    return found


def _superiors(board: Board, entries: list[Entry]) -> dict[int, str]:
    ids = {each.row.parent_id for each in entries} - {None}
    rows = WeekUnit.objects.for_week(board.chosen.closed.pk).filter(unit_id__in=ids)
    return dict(rows.values_list("unit_id", "name"))


def _line(board: Board, entry: Entry, superiors: dict[int, str]) -> UnitLine:
    pk = entry.row.unit_id
    return UnitLine(
        entry,
        superiors.get(entry.row.parent_id or 0, ""),
        str(Kind(entry.row.kind_id).label),
        unit_url(board, pk),
        kpis.rows_urls(board, SHOWN, pk),
    )


def _sorts(board: Board) -> list[tuple[str, str, bool]]:
    labels = {
        boards.OFFICIAL: _("规定排序"),
        boards.BY_COVERAGE: _("覆盖率从低到高"),
        boards.BY_GAP: _("还差人数"),
    }
    address = week_url(board, board.chosen.week)
    return [(label, f"{address}&sort={sort}", sort == board.sort) for sort, label in labels.items()]
