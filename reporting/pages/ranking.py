"""活跃度排行: organisations of one kind by `activity_score` (metrics.md), with the movement since the week before (WB-4.2).

Off unless the reader asks for it; organisations, never persons.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from orgs.choices import Kind
from reporting.pages.board import CHANNELS
from reporting.pages.kpis import rows_url
from reporting.pages.overview import unit_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reporting.pages.board import Board, SnapshotRow

DAYS = 7
Chip = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Place:
    """One unit: rank (equal scores share one), score in items a channel and day, places gained; `rank` None: no record."""

    rank: int | None
    name: str
    url: str
    score: Fraction | None
    n_channels: int
    moved: int | None
    posts: int = 0
    posts_url: str = ""
    channels_url: str = ""
    n_unrecorded: int = 0  # open channels without any record: counted beside, not as 0

    @property
    def score_text(self) -> str:
        """Cut to one decimal, like every figure."""
        tenths = int((self.score or 0) * 10)
        return f"{tenths // 10}.{tenths % 10}"


@dataclass(frozen=True, slots=True)
class Ranking:
    """The table of one kind, or only the choice of kinds while none is asked for."""

    kinds: list[Chip]
    places: list[Place]
    off_url: str = ""

    @property
    def n_silent(self) -> int:
        """Units of the kind without any record: counted beside, not as 0."""
        return sum(place.rank is None for place in self.places)


def of_board(board: Board, asked: str, address: str) -> Ranking:
    """No statement: everything is in the board. `asked` is a kind; any other word asks for none."""
    here = [row for row in board.rows() if row.is_open]
    kinds = sorted({row.kind_id for row in here})
    chips = [(str(Kind(kind).label), f"{address}&rank={kind}", kind == asked) for kind in kinds]
    if asked not in kinds:
        return Ranking(chips, [])
    rows = [row for row in here if row.kind_id == asked]
    now, before = ranks(rows), {}
    if (pk := board.chosen.week_before_pk) is not None:
        before = ranks(row for row in board.rows(pk) if row.is_open and row.kind_id == asked)
    places = [_place(board, row, now, before) for row in rows]
    listed = sorted(places, key=lambda place: (place.rank is None, place.rank or 0))
    return Ranking(chips, listed, address)


def score(row: SnapshotRow) -> Fraction | None:
    """Items ÷ (channels with records × 7 days), exact; None without any record."""
    return Fraction(row.sub_posts, row.sub_channels_recorded * DAYS) if row.sub_channels_recorded else None


def ranks(rows: Iterable[SnapshotRow]) -> dict[int, int]:
    """unit -> rank among those with a score; 1, 2, 2, 4: equal scores share a rank."""
    scores = {row.unit_id: found for row in rows if (found := score(row)) is not None}
    return {pk: 1 + sum(other > mine for other in scores.values()) for pk, mine in scores.items()}


def _place(board: Board, row: SnapshotRow, now: dict[int, int], before: dict[int, int]) -> Place:
    rank, earlier = now.get(row.unit_id), before.get(row.unit_id)
    moved = earlier - rank if rank is not None and earlier is not None else None
    posts_url, channels_url = (
        rows_url(board, figure, row.unit_id) for figure in ("posts", "channels_recorded")
    )
    return Place(
        rank,
        row.name,
        unit_url(board, row.unit_id),
        score(row),
        row.sub_channels_recorded,
        moved,
        row.sub_posts,
        posts_url,
        channels_url,
        # One that was recorded and closed within the week is in the one number and not in the other.
        max(0, sum(getattr(row, f"sub_{name}") for name in CHANNELS) - row.sub_channels_recorded),
    )
