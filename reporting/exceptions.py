"""Errors of the weekly report and of inspection that a person can act on."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from orgs.exceptions import OrgsError


class ReportingError(OrgsError):
    """Base of this app's errors."""


class WeekNotOver(ReportingError):
    default_message = _("这一周还没有结束，周日24:00以后才能结周。")


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
