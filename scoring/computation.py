"""A criterion, its figures and what people entered -> computed points and the arithmetic kept with the score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from scoring import rules
from scoring.choices import RuleKind
from scoring.metrics import Figure, Year, figure
from scoring.scheme_files import read_bands

if TYPE_CHECKING:
    from scoring.models import Criterion, Score


@dataclass(frozen=True, slots=True)
class Computed:
    """Points (None = not computable) and the arithmetic as JSON: numbers and codes, never personal data."""

    points: Decimal | None
    arithmetic: dict[str, object]


def compute(score: Score, year: Year) -> Computed:
    """What the rule of the score's criterion makes of the year and of the counts entered."""
    criterion = score.criterion
    found = figure(criterion.metric, year, criterion.params) if criterion.metric else Figure()
    result = _apply(criterion, found, score)
    week = year.week if criterion.metric else None
    arithmetic: dict[str, object] = {
        "rule": criterion.rule,
        "missing": str(found.missing or result.missing),
        "numerator": result.numerator,
        "denominator": result.denominator,
        "ratio": result.ratio_text if result.ratio is not None else "",
        "band": result.band,
        "is_over_claim": result.is_over_claim,
        "formula": result.formula,
        "week": str(week.week) if week else "",
        "edition": week.edition if week else None,
        "base_year": found.base_year,
        "base_source": found.base_source,
        "numerator_rows": found.numerator_rows,
        "denominator_rows": found.denominator_rows,
    }
    if week and year.corrected:
        arithmetic["corrected"] = year.corrected
    return Computed(result.points, arithmetic)


def _apply(criterion: Criterion, found: Figure, score: Score) -> rules.Arithmetic:
    if found.missing:
        return rules.Arithmetic(criterion.rule, missing=found.missing)
    return _RULES[criterion.rule](criterion, found, score)


def _bands(criterion: Criterion, found: Figure, score: Score) -> rules.Arithmetic:
    return rules.bands(found.numerator, found.denominator, read_bands(criterion.params["bands"]))


def _presence(criterion: Criterion, found: Figure, score: Score) -> rules.Arithmetic:
    return rules.presence(found.numerator, criterion.max_points, at_least=found.denominator or 1)


def _documents(criterion: Criterion, found: Figure, score: Score) -> rules.Arithmetic:
    return rules.documents(score.entered_count, Decimal(criterion.params["each"]), criterion.max_points)


def _count(criterion: Criterion, found: Figure, score: Score) -> rules.Arithmetic:
    return rules.count_with_cap(
        score.entered_count,
        Decimal(criterion.params["each"]),
        criterion.max_points,
        has_rule=score.has_rule_document,
        rule_points=Decimal(criterion.params["rule_points"]),
    )


def _judged(criterion: Criterion, found: Figure, score: Score) -> rules.Arithmetic:
    return rules.judged(found.numerator, found.denominator)


_RULES: dict[str, Callable[[Criterion, Figure, Score], rules.Arithmetic]] = {
    RuleKind.BANDS: _bands,
    RuleKind.PRESENCE: _presence,
    RuleKind.DOCUMENTS: _documents,
    RuleKind.COUNT: _count,
    RuleKind.JUDGED: _judged,
}
