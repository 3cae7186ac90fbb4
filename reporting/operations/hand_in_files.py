"""The files behind documents that were handed in: kept for good."""

from __future__ import annotations

from orgs.operations.documents import Store
from reporting.models import HandIn

STORE = Store("hand_ins")


def read(hand_in: HandIn) -> bytes:
    """The file as it came. Raises FileDamaged where it is gone, can't be opened, or is not what was handed in."""
    return STORE.read(hand_in.stored_name, hand_in.sha256)


def purge() -> int:
    """Delete what belongs to no row and is older than a day; returns how many. What was handed in is never deleted."""
    return STORE.purge(HandIn.objects.all())
