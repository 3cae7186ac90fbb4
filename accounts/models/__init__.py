"""Models of the registry and the collection form."""

from __future__ import annotations

from accounts.models.accounts import Account, AccountCheck, AccountVersion
from accounts.models.administrators import Administratorship, AdministratorshipVersion
from accounts.models.disputes import Dispute
from accounts.models.events import RegistryEvent
from accounts.models.field_lists import FieldList
from accounts.models.groups import Group, GroupVersion
from accounts.models.hand_outs import HandedAccount, HandOut
from accounts.models.incidents import Incident
from accounts.models.packages import Package
from accounts.models.platforms import Platform
from accounts.models.rounds import CollectionRound, Expected, ExpectedVersion, Extension, RoundPhase
from accounts.models.submissions import CellReturn, ReviewStep, Submission, SubmissionRow
from accounts.models.uploads import UploadBatch, UploadedForm

__all__ = [
    "Account",
    "AccountCheck",
    "AccountVersion",
    "Administratorship",
    "AdministratorshipVersion",
    "CellReturn",
    "CollectionRound",
    "Dispute",
    "Expected",
    "ExpectedVersion",
    "Extension",
    "FieldList",
    "Group",
    "GroupVersion",
    "HandOut",
    "HandedAccount",
    "Incident",
    "Package",
    "Platform",
    "RegistryEvent",
    "ReviewStep",
    "RoundPhase",
    "Submission",
    "SubmissionRow",
    "UploadBatch",
    "UploadedForm",
]
