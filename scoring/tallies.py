"""What the scores of a sheet add up to: per item, per section and in all. Pure: the scores come in loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, TypeVar

from scoring import rules
from scoring.choices import Provenance

if TYPE_CHECKING:
    from scoring.models import Criterion, Item, Score, Section, Sheet

T = TypeVar("T")
LEAST_CERTAIN = (Provenance.RECONSTRUCTED, Provenance.READING, Provenance.SOURCE)


@dataclass(frozen=True, slots=True)
class ItemTally:
    """One row of the paper sheet. Blank (None) until each of its criteria is scored."""

    item: Item
    scores: Sequence[Score]
    self_points: Decimal | None
    points: Decimal | None

    @property
    def at_least(self) -> Decimal:
        """With nothing for any open criterion, within floor and cap."""
        points = (score.points for score in self.scores if score.points is not None)
        return rules.bounded(sum(points, rules.ZERO), self.item.min_points, self.item.max_points)

    @property
    def attainable(self) -> Decimal:
        """With every open criterion in full, within floor and cap."""
        points = (
            score.criterion.max_points if score.points is None else score.points for score in self.scores
        )
        return rules.bounded(sum(points, rules.ZERO), self.item.min_points, self.item.max_points)

    @property
    def provenance(self) -> str:
        """Where the row comes from: the least certain of the item's own and its criteria's."""
        return provenance_of(self.item, [score.criterion for score in self.scores])

    @property
    def is_reconstructed(self) -> bool:
        """Something of the row is proposed, not from the source (SUP-A)."""
        return self.provenance == Provenance.RECONSTRUCTED

    @property
    def is_computed(self) -> bool:
        """Every criterion is computed, and nobody has overridden it."""
        return all(score.is_computed for score in self.scores)


@dataclass(frozen=True, slots=True)
class SectionTally:
    """A section within its floor and cap; what isn't scored yet counts for nothing."""

    section: Section
    items: Sequence[ItemTally]

    @property
    def self_points(self) -> Decimal | None:
        return self._bounded([item.self_points for item in self.items if item.self_points is not None])

    @property
    def points(self) -> Decimal | None:
        return self._bounded([item.points for item in self.items if item.points is not None])

    @property
    def at_least(self) -> Decimal:
        """With nothing for any open criterion."""
        points = self._bounded([item.at_least for item in self.items])
        return rules.ZERO if points is None else points

    @property
    def attainable(self) -> Decimal:
        """With every open criterion in full."""
        points = self._bounded([item.attainable for item in self.items])
        return rules.ZERO if points is None else points

    def _bounded(self, points: list[Decimal]) -> Decimal | None:
        return rules.bounded_sum(points, self.section.min_points, self.section.max_points)


@dataclass(frozen=True, slots=True)
class Tally:
    """The whole sheet: totals are sums of the finished rows, as on paper, each section within its floor and cap."""

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
        """Some row has something proposed, not from the source (SUP-A)."""
        return any(item.is_reconstructed for item in self.items)

    @property
    def has_unapproved(self) -> bool:
        """Some item of the scheme waits for the committee's approval."""
        return any(not item.item.is_approved for item in self.items)

    @property
    def unexplained(self) -> list[Score]:
        """Scores that deviate from the computed points without a reason: what they were compared with has moved since."""
        return [score for item in self.items for score in item.scores if score.is_unexplained]

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
        self_total=rules.total(each.self_points for each in sections) if self_scored else None,
        total=rules.total(each.points for each in sections) if scored else None,
        n_items=len(items),
        n_scored=len(scored),
        n_self_scored=len(self_scored),
        scored_max=sum((item.item.max_points for item in scored), rules.ZERO),
        full=sum((each.section.max_points for each in sections), rules.ZERO),
        attainable=rules.total(each.attainable for each in sections),
    )


def provenance_of(item: Item, criteria: Iterable[Criterion]) -> str:
    """Where an item comes from, on paper as on pages: the least certain of its own and its criteria's."""
    found = {item.provenance, *(each.provenance for each in criteria)}
    return next(each for each in LEAST_CERTAIN if each in found)


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
        _item_tally(group[0].criterion.item, group)
        for _key, group in _grouped(scores, lambda score: score.criterion.item_id)
    ]


def _item_tally(item: Item, scores: list[Score]) -> ItemTally:
    low, high = item.min_points, item.max_points
    return ItemTally(
        item,
        scores,
        rules.bounded_sum((score.self_points for score in scores), low, high),
        rules.bounded_sum((score.points for score in scores), low, high),
    )


def _grouped(rows: Iterable[T], key: Callable[[T], object]) -> list[tuple[object, list[T]]]:
    """Runs of equal keys, as lists."""
    return [(value, list(group)) for value, group in groupby(rows, key)]
