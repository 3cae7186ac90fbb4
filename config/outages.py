"""Is an error the machine's and not ours: the database is away or busy, the disk is full? Then it will pass."""

from __future__ import annotations

import errno
from enum import Enum
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError

if TYPE_CHECKING:
    from collections.abc import Iterator

FULL_DISK = {errno.ENOSPC, errno.EDQUOT}
# Classes of PostgreSQL's codes: connection lost, out of resources, shutting down, its own disk.
AWAY_CODES = ("08", "53", "57P", "58")
DISK_CODE = "53100"
# SQLite tells everything as OperationalError, a misspelt column too; these are not ours.
AWAY_WORDS = ("database is locked", "unable to open database file", "disk i/o error", "readonly database")
FULL_WORDS = ("database or disk is full",)


class Outage(Enum):
    """What is the matter."""

    DATABASE = "database"
    DISK = "disk"


def outage(error: BaseException | None) -> Outage | None:
    """The outage behind an error; None where the error is our own."""
    for each in _chain(error):
        if isinstance(each, OSError) and each.errno in FULL_DISK:
            return Outage.DISK
        if isinstance(each, InterfaceError):
            return Outage.DATABASE
        if isinstance(each, OperationalError):
            return _of_database(each)
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _of_database(error: OperationalError) -> Outage | None:
    words = str(error).casefold()
    cause = error.__cause__
    code = getattr(cause, "pgcode", "") or ""
    if code == DISK_CODE or any(each in words for each in FULL_WORDS):
        return Outage.DISK
    # A connection that was refused or lost has no code.
    is_lost = hasattr(cause, "pgcode") and not code
    if is_lost or code.startswith(AWAY_CODES) or any(each in words for each in AWAY_WORDS):
        return Outage.DATABASE
    return None
