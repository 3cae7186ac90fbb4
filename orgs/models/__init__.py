"""Models of the organisation app."""

from __future__ import annotations

from orgs.models.ledger import AuditEntry, ClockOffset, IdempotencyKey, Job, Notification
from orgs.models.people import Appointment, Invitation, LoginThrottle, User
from orgs.models.tree import OrgUnit, UnitBase, UnitBaseVersion, UnitKind, UnitVersion

__all__ = [
    "Appointment",
    "AuditEntry",
    "ClockOffset",
    "IdempotencyKey",
    "Invitation",
    "Job",
    "LoginThrottle",
    "Notification",
    "OrgUnit",
    "UnitBase",
    "UnitBaseVersion",
    "UnitKind",
    "UnitVersion",
    "User",
]
