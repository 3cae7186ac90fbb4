"""The board of a campaign as a table for a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.operations.exporting import FileTable
from orgs.templatetags.league import until

if TYPE_CHECKING:
    from orgs.operations.exporting import Cell
    from reporting.pages.campaign_board import Board, Row


def as_table(board: Board) -> FileTable:
    """The whole board for a file: met and asked of every requirement, the unit's own answer where nobody stands below."""
    labels = [_("团组织"), _("代码")]
    for requirement, _url in board.columns:
        name = f"{requirement.clause} {requirement.title}"
        labels += [
            _("%(name)s：应达到") % {"name": name},
            _("%(name)s：已达到") % {"name": name},
            _("%(name)s：状态") % {"name": name},
        ]
    rows: list[list[Cell]] = [_file_row(row) for row in [board.total, *board.rows]]
    words = {"title": board.chosen.version.title, "unit": board.unit.name, "at": until(board.chosen.at)}
    heading = _("%(title)s　%(unit)s　截至 %(at)s") % words
    return FileTable.listed(
        _("工作部署进度%(code)s") % {"code": board.chosen.campaign.code},
        _apart(labels),
        rows,
        heading=heading,
    )


def _file_row(row: Row) -> list[Cell]:
    found: list[Cell] = [row.total_name if row.is_total else row.unit.name, row.unit.code]
    for cell in row.cells:
        found += [cell.count.asked, cell.count.met, cell.word]
    return found


def _apart(labels: list[str]) -> list[str]:
    """Labels of a file differ: two requirements of one clause may have one title."""
    seen: dict[str, int] = {}
    found = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        found.append(label if seen[label] == 1 else f"{label}（{seen[label]}）")
    return found
