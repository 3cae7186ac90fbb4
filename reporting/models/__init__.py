"""Models of weeks, activity and inspection."""

from __future__ import annotations

from reporting.models.activity import DailyRecord
from reporting.models.bulletins import Bulletin, BulletinNotice, BulletinRecipient
from reporting.models.duties import Demand
from reporting.models.inspection import SpotCheck
from reporting.models.reports import WeekExplanation, WeeklyReport
from reporting.models.weekly import ClosedWeek, WeekUnit

__all__ = [
    "Bulletin",
    "BulletinNotice",
    "BulletinRecipient",
    "ClosedWeek",
    "DailyRecord",
    "Demand",
    "SpotCheck",
    "WeekExplanation",
    "WeekUnit",
    "WeeklyReport",
]
