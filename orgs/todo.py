"""This app's lines on the home page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orgs.models import User


@dataclass(frozen=True, slots=True)
class Todo:
    """One line of 今天要做的事: what, how many, until when, where to do it."""

    label: str
    verb: str
    url: str
    count: int | None = None
    due: str = ""
    detail: str = ""
    tone: str = "info"  # info | warn | bad: which pill
    status: str = "待办"  # the words in it


def for_user(user: User) -> list[Todo]:
    """Nothing yet: people and units bring no daily duty."""
    return []
