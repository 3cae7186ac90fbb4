"""Models of weeks, activity and inspection."""

from __future__ import annotations

from reporting.models.activity import DailyRecord
from reporting.models.duties import Demand
from reporting.models.inspection import SpotCheck
from reporting.models.weekly import ClosedWeek, WeekUnit

__all__ = ["ClosedWeek", "DailyRecord", "Demand", "SpotCheck", "WeekUnit"]
