"""The one door to the registry: every change of an account, a group or an administrator, with its event and version."""

from __future__ import annotations

from accounts.operations.registry.accounts import change_account, close_account, open_account
from accounts.operations.registry.administrators import (
    PersonalData,
    appoint_administrator,
    correct_administrator,
    end_administratorship,
    replace_administrator,
    reveal,
)
from accounts.operations.registry.groups import change_group, close_group, open_group

__all__ = [
    "PersonalData",
    "appoint_administrator",
    "change_account",
    "change_group",
    "close_account",
    "close_group",
    "correct_administrator",
    "end_administratorship",
    "open_account",
    "open_group",
    "replace_administrator",
    "reveal",
]
