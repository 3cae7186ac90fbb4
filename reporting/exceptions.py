"""Errors of the weekly report and of inspection that a person can act on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from orgs.exceptions import JobNotYet, OrgsError
from orgs.kernel.shapes import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reporting.packs import Pack


class ReportingError(OrgsError):
    """Base of this app's errors."""


class WeekNotOver(ReportingError):
    default_message = _("这一周还没有结束，周日24:00以后才能结周。")


class EarlierWeekOpen(ReportingError, JobNotYet):
    """Weeks are published in order: no gap between the first and the last (R5)."""

    default_message = _("更早的周还没有结周，请先结更早的周。")


class JudgedMeanwhile(ReportingError, JobNotYet):
    """Other processes judged the campaign each time this one was about to write."""

    default_message = _("这项工作部署正在由其他任务评定，请稍后再试。")


class CorrectionUnderWay(ReportingError):
    default_message = _("这一周已有一版更正正在汇总，请等它完成，或者先取消它。")


class RecordSettled(ReportingError):
    default_message = _("这一天的记录已计入以前的周报，不能再改。如需更正，请联系上级团委出更正版。")


class ReportIncomplete(ReportingError):
    """A weekly report was confirmed without what it must explain: `closings` (ids of events), `drop` (of the coverage)."""

    default_message = _("还有需要说明的事项，请逐项填写后再确认。")

    def __init__(self, *, closings: list[int], drop: bool) -> None:
        super().__init__()
        self.closings, self.drop = closings, drop


class PackInvalid(ReportingError):
    """A campaign pack that can't be loaded; `problems` names line, key and remedy of each."""

    default_message = _("部署文件有误，请按提示修改。")

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(dict.fromkeys(problems))
        super().__init__("\n".join([str(self.default_message), *(str(each) for each in self.problems)]))


def pack_problem(pack: Pack, key: str, text: str) -> PackInvalid:
    """The one problem of a pack, at its line."""
    return PackInvalid([Problem(pack.document.line_of(key), key, text)])
