"""The one door to the registry: every change of an account, a group or an administrator, with its event and version."""

from __future__ import annotations

from accounts.operations.registry.accounts import (
    change_account,
    close_account,
    confirm_account,
    open_account,
)
from accounts.operations.registry.accounts_bulk import change_many
from accounts.operations.registry.accounts_checks import record_checks
from accounts.operations.registry.accounts_moves import merge_account, transfer_account
from accounts.operations.registry.accounts_ties import bind_account, succeed_account, tie_account
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
    "bind_account",
    "change_account",
    "change_group",
    "change_many",
    "close_account",
    "close_group",
    "confirm_account",
    "correct_administrator",
    "end_administratorship",
    "merge_account",
    "open_account",
    "open_group",
    "record_checks",
    "replace_administrator",
    "reveal",
    "succeed_account",
    "tie_account",
    "transfer_account",
]
