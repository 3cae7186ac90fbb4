"""The history of one account, group or term, fifty at a time, the newest first; nothing is counted for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from orgs.http import whole_number

if TYPE_CHECKING:
    from accounts.models import RegistryEvent
    from accounts.querysets.events import RegistryEventQuerySet

PER_PAGE = 50
LAST_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Latest:
    """Some events in a row; 0 where nothing newer or earlier is."""

    events: list[RegistryEvent]
    newer: int = 0
    earlier: int = 0


def latest(found: RegistryEventQuerySet, asked: str | None) -> Latest:
    """The page asked for (`?history=2`), else the newest."""
    number = min(max(whole_number(asked) or 1, 1), LAST_PAGE)
    start = (number - 1) * PER_PAGE
    events = list(found[start : start + PER_PAGE + 1])
    return Latest(events[:PER_PAGE], number - 1, number + 1 if len(events) > PER_PAGE else 0)
