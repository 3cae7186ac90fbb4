"""Errors of the weekly report and of inspection that a person can act on."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from orgs.exceptions import OrgsError


class ReportingError(OrgsError):
    """Base of this app's errors."""


class WeekNotOver(ReportingError):
    default_message = _("这一周还没有结束，周日24:00以后才能结周。")


class RecordSettled(ReportingError):
    default_message = _("这一天的记录已计入以前的周报，不能再改。如需更正，请联系上级团委出更正版。")
