"""The tables of the weekly page for a file: the same scope, order and figures as on the page; numbers are numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.choices import Kind
from orgs.kernel.plot import tenths
from orgs.operations.exporting import FileTable
from reporting.coverage_words import rate_text, state_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction

    from orgs.operations.exporting import Cell
    from reporting.coverage import Coverage
    from reporting.pages.board import Board, Entry
    from reporting.pages.breakdown import Breakdown
    from reporting.pages.compared import Compared, Line
    from reporting.pages.difference import Difference
    from reporting.pages.figure_words import Figure
    from reporting.pages.lineage import Lineage
    from reporting.pages.ranking import Ranking
    from reporting.pages.weeks import ChosenWeek

FLOWS = ("opened", "changed", "admin_changed", "closed", "checks", "checks_poor")


def of_board(board: Board) -> FileTable:
    """The subordinates, one row each; what is missing is empty or says so, never 0."""
    edition = edition_text(board.chosen)
    return FileTable.listed(
        name(board.chosen), _labels(), [[*_row(entry), edition] for entry in board.entries()]
    )


def of_further(board: Board, units: Iterable[tuple[Entry, str]], n_units: int) -> FileTable:
    """Units of a kind or line further below, one row each, as `of_board` with the superior."""
    labels = [_("团组织"), _("上级"), *_labels()[1:]]
    edition = edition_text(board.chosen)
    rows = ([*_row(entry)[:1], superior, *_row(entry)[1:], edition] for entry, superior in units)
    title = f"{name(board.chosen)}_{_('各级下级')}"
    return FileTable(title, labels, rows, n_units, heading(board.chosen, _root(board)))


def of_heat(board: Board) -> FileTable:
    """逐周覆盖率 in percent; a week in which the unit stood elsewhere is empty."""
    weeks = [f"{each.week}" for each in board.chosen.recent]
    labels = [_("团组织"), *(_("%(week)s覆盖率（%%）") % {"week": week} for week in weeks)]
    rows = [[entry.row.name, *(percent(cell.coverage) for cell in entry.cells)] for entry in board.entries()]
    return FileTable.listed(
        f"{name(board.chosen)}_{_('逐周覆盖率')}", labels, rows, heading=heading(board.chosen, _root(board))
    )


def of_ranking(board: Board, ranking: Ranking) -> FileTable:
    """活跃度排行 of the kind chosen; units without records have no rank."""
    labels = [
        _("名次"),
        _("团组织"),
        _("日均（条）"),
        _("发布（条）"),
        _("账号、群（个）"),
        _("升降（名次）"),
    ]
    rows: list[list[Cell]] = [
        [
            place.rank,
            place.name,
            None if place.score is None else tenths(place.score),
            None if place.score is None else place.posts,
            place.n_channels,
            place.moved,
        ]
        for place in ranking.places
    ]
    return FileTable.listed(
        f"{name(board.chosen)}_{_('活跃度排行')}", labels, rows, heading=heading(board.chosen, _root(board))
    )


def of_two_weeks(board: Board, found: Compared) -> FileTable:
    """两周对比: one row per unit that was here in either week."""
    then, now = str(found.other.week), str(board.chosen.week)
    labels = [
        _("单位"), _("%(week)s覆盖率（%%）") % {"week": then}, _("%(week)s覆盖率（%%）") % {"week": now},
        _("增减（百分点）"), _("覆盖增减（人）"), _("底数增减（人）"), _("未报增减（个）"), _("其间新增"), _("其间变更"),
        _("其间注销"), _("说明"),
    ]  # fmt: skip
    return FileTable.listed(
        f"{name(board.chosen)}_{_('与%(week)s对比') % {'week': then}}",
        labels,
        [_compared(line) for line in found.lines],
        heading=heading(board.chosen, _root(board)),
    )


def of_breakdown(line: Lineage, found: Breakdown) -> FileTable:
    """构成 of one figure: its rows, and what they come to."""
    figure = found.figure
    labels = [_("单位"), f"{figure.label}（{figure.unit}）"]
    labels += [_("底数（人）"), _("覆盖率（%）")] if found.has_base else []
    rows: list[list[Cell]] = [
        [part.name, part.value, *_base(found, part.coverage), part.note] for part in found.parts
    ]
    rows.append([_("合计"), found.total, *_base(found, found.coverage), ""])
    return FileTable.listed(
        f"{name(line.chosen)}_{figure.label}",
        [*labels, _("说明")],
        rows,
        heading=heading(line.chosen, line.row.name),
    )


def of_difference(line: Lineage, figure: Figure, found: Difference) -> FileTable:
    """增减的构成 of one figure between two weeks, or what happened week by week."""
    what = f"{figure.label}（{figure.unit}）"
    then, now = str(found.other.week), str(line.chosen.week)
    rows: list[list[Cell]]
    if figure.is_flow:
        labels = [_("周次"), what]
        rows = [[row.name, row.change] for row in found.rows]
        rows.append([_("合计"), found.total])
    else:
        labels = [_("单位"), then, now, _("增减"), _("说明")]
        rows = [[row.name, row.before, row.now, row.change, row.note or None] for row in found.rows]
        rows.append([_("合计"), found.before, found.now, found.total, None])
    words = {"heading": heading(line.chosen, line.row.name), "what": what, "week": then}
    return FileTable.listed(
        f"{name(line.chosen)}_{figure.label}_{_('与%(week)s相比') % {'week': then}}",
        labels,
        rows,
        heading=_("%(heading)s　%(what)s　与%(week)s相比") % words,
    )


def heading(chosen: ChosenWeek, unit_name: str) -> str:
    """What the rows are of: unit, week, edition."""
    week = {"unit": unit_name, "year": chosen.week.year, "week": chosen.week.label}
    return "　".join([_("%(unit)s　%(year)d年%(week)s") % week, edition_text(chosen)])


def name(chosen: ChosenWeek) -> str:
    """Of the file: the week, the edition unless there is only the first, and that it was added up anew."""
    parts = [_("周报%(week)s") % {"week": chosen.week}]
    if len(chosen.editions) > 1 or chosen.closed.edition > 1:
        parts.append(_("第%(n)d版") % {"n": chosen.closed.edition})
    if chosen.is_restated:
        parts.append(_("重算"))
    return "_".join(parts)


def edition_text(chosen: ChosenWeek) -> str:
    """The edition, and what qualifies it."""
    parts = [_("第%(n)d版") % {"n": chosen.closed.edition}]
    if chosen.is_superseded:
        parts.append(_("已有第%(n)d版") % {"n": chosen.newest.edition})
    if chosen.is_restated:
        parts.append(_("按现在的组织架构重算"))
    return "，".join(parts)


def percent(coverage: Coverage | None) -> Cell:
    """The rate as a number in percent, cut to one decimal as everywhere; the word where there is none."""
    if coverage is None:
        return None
    return state_text(coverage) if coverage.share is None else tenths(coverage.share * 100)


def _labels() -> list[str]:
    return [
        _("团组织"), _("类型"), _("覆盖率"), _("覆盖团员（人）"), _("团员底数（人）"), _("已报（个）"), _("应报（个）"),
        _("还差（人）"), _("新增账号、群"), _("账号、群变更"), _("更换管理员"), _("注销"), _("抽查（次）"), _("其中差"),
        _("版次"),
    ]  # fmt: skip


def _row(entry: Entry) -> list[Cell]:
    row, coverage = entry.row, entry.coverage
    return [
        row.name,
        str(Kind(row.kind_id).label),
        rate_text(coverage),
        coverage.shown_part,
        coverage.base,
        coverage.reported,
        coverage.holders,
        coverage.shortfall if coverage.is_rate else None,
        *(getattr(row, f"sub_{name}") for name in FLOWS),
    ]


def _compared(line: Line) -> list[Cell]:
    words = _("新设或划入") if not line.before else "" if line.now else _("已撤销或划出")
    return [
        line.name,
        percent(line.before),
        percent(line.now),
        _points(line.change),
        line.people,
        line.base,
        line.unreported,
        line.opened,
        line.changed,
        line.closed,
        words,
    ]


def _points(change: Fraction | int | None) -> Cell:
    return None if change is None else tenths(change)


def _base(found: Breakdown, coverage: Coverage | None) -> list[Cell]:
    """Denominator and rate, where the figure has them."""
    if not found.has_base:
        return []
    return [coverage.base if coverage else None, percent(coverage)]


def _root(board: Board) -> str:
    words = board.among.words
    return f"{board.root.name}{f'（{words}）' if words else ''}" if board.root else ""
