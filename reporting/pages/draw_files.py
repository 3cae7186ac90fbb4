"""抽查 as files: the list of draws, and what was drawn in one with its results. Inspectors are masked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.kernel.crypto import mask_name
from orgs.operations.exporting import FileTable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orgs.operations.exporting import Cell
    from reporting.models import Draw
    from reporting.pages.draws import Page, Sample


def of_draws(draws: Iterable[Draw]) -> FileTable:
    """Every draw with how far it is."""
    labels = [
        _("名称"), _("抽样编号"), _("方式"), _("状态"), _("抽查范围"), _("样本（个）"), _("已登记"), _("抽取时间"),
        _("重抽理由"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            each.title,
            each.number,
            each.get_way_display(),
            each.get_state_display(),
            each.scope.name,
            each.size,
            each.n_done,  # type: ignore[attr-defined]
            f"{clock.local(each.drawn_at):%Y-%m-%d %H:%M}",
            each.redraw_reason or None,
        ]
        for each in draws
    ]
    return FileTable.listed(_("抽查%(day)s") % {"day": f"{clock.today():%Y%m%d}"}, labels, rows)


def of_samples(page: Page) -> FileTable:
    """What was drawn, in the order of the lot, with its result."""
    labels = [
        _("序号"), _("群"), _("团组织"), _("分层"), _("权重"), _("抽查人员"), _("结果"), _("发布条数"), _("统计日期"),
    ]  # fmt: skip
    draw = page.draw
    rows = [_sample(each) for each in page.samples]
    heading = f"{draw.title}　{draw.number}"
    return FileTable.listed(_("抽查%(number)s") % {"number": draw.number}, labels, rows, heading=heading)


def _sample(sample: Sample) -> list[Cell]:
    item = sample.item
    check = item.check_made
    inspector = item.inspector
    return [
        item.position,
        str(item.group),
        item.unit.name,
        sample.stratum or None,
        sample.weight,
        mask_name(inspector.display_name) if inspector else None,
        sample.result,
        check.posts if check else None,
        check.counted_on.isoformat() if check else None,
    ]
