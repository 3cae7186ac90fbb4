"""抽签: who of the people in the lot becomes a member of an assessment group (SUP-4.0). Pure.

The same seed and the same people in the lot give the same members, on any machine: the order is that of SHA-256 digests
of the seed and the person's id, as with the samples of spot checks (`reporting/draw.py`).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def members(seed: str, person_ids: Sequence[int], size: int) -> list[int]:
    """The first `size` people in the order of the lot; the first of them leads. Fewer people than asked for: all."""
    return sorted(person_ids, key=lambda pk: (_lot(seed, pk), pk))[:size]


def _lot(seed: str, person_id: int) -> bytes:
    return hashlib.sha256(f"{seed}\nassessor\n{person_id}".encode()).digest()
