"""Arithmetic of the audit chain: each link is a digest of the line, of the digest of its body, and of the link before.

The chain holds no personal data: a body enters it only as a digest salted with a value that is erased with it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

START = ""  # what stands before the first link
NO_BODY = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What the chain keeps of one line of the ledger beside the digest of its body."""

    entry_id: int
    at: datetime
    by_id: int | None
    verb: str
    object_type: str
    object_id: str
    unit_id: int | None
    request_id: str


def body_digest(salt: str, reason: str, detail: object) -> str:
    """The salted digest of a body: 64 hexadecimal digits."""
    return _digest([salt, reason, detail])


def link_digest(previous: str, number: int, day: date, line: Line, body: str) -> str:
    """The digest of link `number`, after the link whose digest is `previous`; `body` as `body_digest` gives it."""
    return _digest(
        [
            previous,
            number,
            day.isoformat(),
            line.entry_id,
            line.at.astimezone(UTC).isoformat(timespec="microseconds"),
            line.by_id,
            line.verb,
            line.object_type,
            line.object_id,
            line.unit_id,
            line.request_id,
            body,
        ]
    )


def _digest(parts: list[object]) -> str:
    text = json.dumps(parts, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
