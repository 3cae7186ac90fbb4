"""What the scores of a sheet add up to: per item, per section and in all. Pure: the scores come in loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, TypeVar

from scoring import rules

if TYPE_CHECKING:
    from scoring.models import Item, Score, Section, Sheet

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ItemTally:
    """One row of the paper sheet. Blank (None) until each of its criteria is scored."""

    item: Item
    scores: Sequence[Score]
    self_points: Decimal | None
    points: Decimal | None

    @property
    def is_computed(self) -> bool:
        """Every criterion is computed, and nobody has overridden it."""
        return all(score.is_computed for score in self.scores)


@dataclass(frozen=True, slots=True)
class SectionTally:
    section: Section
    items: Sequence[ItemTally]


@dataclass(frozen=True, slots=True)
class Tally:
    """The whole sheet: totals are sums of the finished rows, as on paper."""

    sections: Sequence[SectionTally]
    self_total: Decimal | None
    total: Decimal | None
    n_items: int
    n_scored: int
    n_self_scored: int
    scored_max: Decimal
    full: Decimal
    attainable: Decimal

    @property
    def is_complete(self) -> bool:
        return self.n_scored == self.n_items

    @property
    def has_reconstructed(self) -> bool:
        """Some criterion is proposed, not from the source (SUP-A)."""
        return any(score.criterion.is_reconstructed for item in self.items for score in item.scores)

    @property
    def is_self_complete(self) -> bool:
        return self.n_self_scored == self.n_items

    @property
    def n_open(self) -> int:
        return self.n_items - self.n_scored

    @property
    def items(self) -> list[ItemTally]:
        return [item for section in self.sections for item in section.items]


def tally(scores: Iterable[Score]) -> Tally:
    """Add up scores that come in the order of the sheet, with criterion, item and section loaded."""
    rows = list(scores)
    sections = [
        SectionTally(items[0].item.section, items)
        for _key, items in _grouped(_item_tallies(rows), lambda row: row.item.section_id)
    ]
    items = [item for section in sections for item in section.items]
    scored = [item for item in items if item.points is not None]
    self_scored = [item for item in items if item.self_points is not None]
    return Tally(
        sections=sections,
        self_total=rules.total(item.self_points for item in self_scored) if self_scored else None,
        total=rules.total(item.points for item in scored) if scored else None,
        n_items=len(items),
        n_scored=len(scored),
        n_self_scored=len(self_scored),
        scored_max=sum((item.item.max_points for item in scored), rules.ZERO),
        full=sum((item.item.max_points for item in items), rules.ZERO),
        attainable=rules.attainable((score.points, score.criterion.max_points) for score in rows),
    )


def floors_of(sheet: Sheet) -> list[tuple[str, Decimal]]:
    """Grade bands of the sheet's scheme, best first."""
    return [(name, Decimal(floor)) for name, floor in sheet.scheme.bands]


def grade_of(sheet: Sheet, result: Tally) -> str:
    """Grade of a complete sheet, "" before: the confirmed three-poor flag caps it (SUP-4.1c, SUP-4.3)."""
    if not result.is_complete or result.total is None:
        return ""
    is_capped = sheet.has_poor_flag and sheet.poor_flag_confirmed_at is not None
    return rules.grade(result.total, floors_of(sheet), not_excellent=is_capped)


def best_grade(sheet: Sheet, result: Tally) -> str:
    """The best grade that can still be reached."""
    is_capped = sheet.has_poor_flag and sheet.poor_flag_confirmed_at is not None
    return rules.grade(result.attainable, floors_of(sheet), not_excellent=is_capped)


def _item_tallies(scores: list[Score]) -> list[ItemTally]:
    return [
        ItemTally(
            group[0].criterion.item,
            group,
            rules.item_sum(score.self_points for score in group),
            rules.item_sum(score.points for score in group),
        )
        for _key, group in _grouped(scores, lambda score: score.criterion.item_id)
    ]


def _grouped(rows: Iterable[T], key: Callable[[T], object]) -> list[tuple[object, list[T]]]:
    """Runs of equal keys, as lists."""
    return [(value, list(group)) for value, group in groupby(rows, key)]
