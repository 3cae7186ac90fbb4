"""This app's lines on the home page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orgs.models import User
    from orgs.todo import Todo


def for_user(user: User) -> list[Todo]:
    """What this person has to do today in this app, most urgent first."""
    return []
