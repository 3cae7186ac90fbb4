"""Models of the organisation app."""

from __future__ import annotations

from orgs.models.audit import AuditBody, AuditLink
from orgs.models.contacts import UnitContact
from orgs.models.erasures import Erasure
from orgs.models.ledger import (
    AuditEntry,
    ClockOffset,
    IdempotencyKey,
    Job,
    MailDelivery,
    Notification,
    SavedView,
)
from orgs.models.people import Appointment, Invitation, LoginThrottle, User
from orgs.models.requests import UnitChangeRequest
from orgs.models.second_factor import SecondFactor
from orgs.models.tokens import ApiToken
from orgs.models.tree import OrgUnit, SearchBlock, UnitBase, UnitBaseVersion, UnitKind, UnitVersion
from orgs.models.turnover import IntakeTurnover

__all__ = [
    "ApiToken",
    "Appointment",
    "AuditBody",
    "AuditEntry",
    "AuditLink",
    "ClockOffset",
    "Erasure",
    "IdempotencyKey",
    "IntakeTurnover",
    "Invitation",
    "Job",
    "LoginThrottle",
    "MailDelivery",
    "Notification",
    "OrgUnit",
    "SavedView",
    "SearchBlock",
    "SecondFactor",
    "UnitBase",
    "UnitBaseVersion",
    "UnitChangeRequest",
    "UnitContact",
    "UnitKind",
    "UnitVersion",
    "User",
]
