"""The list of campaigns, a board and one requirement of it as tables for files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.operations.exporting import FileTable
from orgs.templatetags.league import until
from reporting.choices import DemandKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from orgs.operations.exporting import Cell
    from reporting.pages.campaign_board import Board, Row
    from reporting.pages.campaign_units import RequirementPage
    from reporting.pages.campaigns import Line


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
        if requirement.kind == DemandKind.PLAN:
            labels.append(_("%(name)s：计划与完成") % {"name": name})
    rows: list[list[Cell]] = [_file_row(row) for row in [board.total, *board.rows]]
    words = {"title": board.chosen.version.title, "unit": board.unit.name, "at": until(board.chosen.at)}
    heading = _("%(title)s　%(unit)s　截至 %(at)s") % words
    return FileTable.listed(
        _("工作部署进度%(code)s") % {"code": board.chosen.campaign.code},
        _apart(labels),
        rows,
        heading=heading,
    )


def of_campaigns(lines: Iterable[Line]) -> FileTable:
    """工作部署, as the list has them."""
    labels = [_("标题"), _("文号"), _("状态"), _("部署单位"), _("发文日期"), _("数据截至")]
    rows: list[list[Cell]] = []
    for each in lines:
        version, campaign = each.version, each.campaign
        rows.append(
            [
                version.title if version else campaign.code,
                version.document_number if version else None,
                campaign.get_state_display(),
                campaign.unit.name,
                version.issued_on.isoformat() if version else None,
                until(campaign.judged_until) if campaign.judged_until else None,
            ]
        )
    return FileTable.listed(_("工作部署%(day)s") % {"day": f"{clock.today():%Y%m%d}"}, labels, rows)


def of_requirement(page: RequirementPage) -> FileTable:
    """One requirement below one unit: where each stands, since when and what is lacking."""
    labels = [
        _("团组织"),
        _("代码"),
        _("状态"),
        _("应达到"),
        _("已达到"),
        _("自何时"),
        _("差距"),
        _("最近提醒"),
    ]
    is_plan = page.requirement.kind == DemandKind.PLAN
    if is_plan:
        labels.append(_("计划与完成"))
    words = {"title": page.requirement.title, "unit": page.unit.name, "at": until(page.chosen.at)}
    rows: list[list[Cell]] = [
        [
            each.unit.name,
            each.unit.code,
            each.cell.word,
            each.cell.count.asked,
            each.cell.count.met,
            _moment(each.since) if each.cell.standing else None,
            each.lacking or None,
            _moment(each.reminded_at),
            *([each.cell.note or None] if is_plan else []),
        ]
        for each in page.lines
    ]
    return FileTable.listed(
        _("工作部署进度%(code)s") % {"code": page.chosen.campaign.code},
        labels,
        rows,
        heading=_("%(title)s　%(unit)s　截至 %(at)s") % words,
    )


def _moment(at: datetime | None) -> str | None:
    return f"{clock.local(at):%Y-%m-%d %H:%M}" if at else None


def _file_row(row: Row) -> list[Cell]:
    found: list[Cell] = [row.total_name if row.is_total else row.unit.name, row.unit.code]
    for cell in row.cells:
        found += [cell.count.asked, cell.count.met, cell.word]
        if cell.requirement.kind == DemandKind.PLAN:
            found.append(cell.note or None)
    return found


def _apart(labels: list[str]) -> list[str]:
    """Labels of a file differ: two requirements of one clause may have one title."""
    seen: dict[str, int] = {}
    found = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        found.append(label if seen[label] == 1 else f"{label}（{seen[label]}）")
    return found
