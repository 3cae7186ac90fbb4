"""Models of the registry and the collection form."""

from __future__ import annotations

from accounts.models.collection import (
    CellReturn,
    CollectionRound,
    Expected,
    FieldList,
    Package,
    ReviewStep,
    Submission,
    SubmissionRow,
)
from accounts.models.events import RegistryEvent
from accounts.models.incidents import Incident
from accounts.models.registry import (
    Account,
    AccountVersion,
    Administratorship,
    AdministratorshipVersion,
    Group,
    GroupVersion,
    Platform,
)

__all__ = [
    "Account",
    "AccountVersion",
    "Administratorship",
    "AdministratorshipVersion",
    "CellReturn",
    "CollectionRound",
    "Expected",
    "FieldList",
    "Group",
    "GroupVersion",
    "Incident",
    "Package",
    "Platform",
    "RegistryEvent",
    "ReviewStep",
    "Submission",
    "SubmissionRow",
]
