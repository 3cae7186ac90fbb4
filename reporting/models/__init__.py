"""Models of weeks, activity and inspection."""

from __future__ import annotations

from reporting.models.activity import DailyRecord
from reporting.models.bulletins import Bulletin, BulletinNotice, BulletinRecipient
from reporting.models.campaigns import (
    Campaign,
    CampaignPhase,
    CampaignRound,
    CampaignVersion,
    Exemption,
    Judgement,
    Requirement,
    Tally,
)
from reporting.models.draws import Draw, DrawItem, Objection, VerifiedCount
from reporting.models.duties import Demand
from reporting.models.hand_ins import HandIn, PlannedNumber
from reporting.models.inspection import SpotCheck
from reporting.models.notices import Contribution, Material, Notice, NoticeRecipient, Outreach
from reporting.models.reports import WeekExplanation, WeeklyReport
from reporting.models.weekly import BaseCorrection, ClosedWeek, WeekUnit

__all__ = [
    "BaseCorrection",
    "Bulletin",
    "BulletinNotice",
    "BulletinRecipient",
    "Campaign",
    "CampaignPhase",
    "CampaignRound",
    "CampaignVersion",
    "ClosedWeek",
    "Contribution",
    "DailyRecord",
    "Demand",
    "Draw",
    "DrawItem",
    "Exemption",
    "HandIn",
    "Judgement",
    "Material",
    "Notice",
    "NoticeRecipient",
    "Objection",
    "Outreach",
    "PlannedNumber",
    "Requirement",
    "SpotCheck",
    "Tally",
    "VerifiedCount",
    "WeekExplanation",
    "WeekUnit",
    "WeeklyReport",
]
