"""Models of weeks, activity and inspection."""

from __future__ import annotations

from reporting.models.activity import DailyDuty, DailyRecord
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
from reporting.models.collectors import Collector, Statistic
from reporting.models.draws import Draw, DrawItem, Objection, VerifiedCount
from reporting.models.duties import Demand, Duty, VisitSheet
from reporting.models.hand_ins import HandIn, PlannedNumber
from reporting.models.inspection import CheckPhoto, SpotCheck
from reporting.models.messages import DirectedMessage
from reporting.models.notices import Contribution, Material, Notice, NoticeRecipient, Outreach
from reporting.models.reports import WeekExplanation, WeeklyReport
from reporting.models.sharing import Poll, PollAnswer, Showpiece
from reporting.models.trials import PackTrial
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
    "CheckPhoto",
    "ClosedWeek",
    "Collector",
    "Contribution",
    "DailyDuty",
    "DailyRecord",
    "Demand",
    "DirectedMessage",
    "Draw",
    "DrawItem",
    "Duty",
    "Exemption",
    "HandIn",
    "Judgement",
    "Material",
    "Notice",
    "NoticeRecipient",
    "Objection",
    "Outreach",
    "PackTrial",
    "PlannedNumber",
    "Poll",
    "PollAnswer",
    "Requirement",
    "Showpiece",
    "SpotCheck",
    "Statistic",
    "Tally",
    "VerifiedCount",
    "VisitSheet",
    "WeekExplanation",
    "WeekUnit",
    "WeeklyReport",
]
