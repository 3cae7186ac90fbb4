"""A criterion, its figures and what people entered -> computed points and the arithmetic kept with the score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from scoring import comparison, rules
from scoring.choices import Missing, RuleKind, is_number
from scoring.frozen import Figure, Year
from scoring.metrics import figure
from scoring.scheme_bands import read_bands
from scoring.scheme_checks import highest_of
from scoring.scheme_places import read_places
from scoring.written_rules import WEEK_BY_WEEK, Rule

if TYPE_CHECKING:
    from scoring.models import Score


@dataclass(frozen=True, slots=True)
class Computed:
    """Points (None = not computable) and the arithmetic as JSON: numbers and codes, never personal data."""

    points: Decimal | None
    arithmetic: dict[str, object]


@dataclass(frozen=True, slots=True)
class Entered:
    """What people entered for a criterion."""

    count: int | None = None
    has_rule_document: bool | None = None


def compute(score: Score, year: Year) -> Computed:
    """What the rule of the score's criterion makes of the year and of the counts entered."""
    criterion = score.criterion
    rule = Rule.of_criterion(criterion)
    found = _found(rule, year)
    result = _apply(rule, found, year, Entered(score.entered_count, score.has_rule_document))
    week = year.week if rule.metric or "parts" in rule.params else None
    arithmetic: dict[str, object] = {
        **_kept(rule, found, result, year),
        "week": str(week.week) if week else "",
        "edition": week.edition if week else None,
    }
    if "parts" in rule.params:
        arithmetic["parts"] = _kept_parts(rule, year, Entered(score.entered_count, score.has_rule_document))
    if rule.rule in WEEK_BY_WEEK:
        arithmetic["weeks"] = _kept_weeks(rule, year)
    if week and year.corrected:
        arithmetic["corrected"] = year.corrected
    return Computed(result.points, arithmetic)


def _kept(rule: Rule, found: Figure, result: rules.Arithmetic, year: Year) -> dict[str, object]:
    """What the page shows of one rule: its numbers, where they come from, and what it made of them."""
    kept: dict[str, object] = {
        "rule": rule.rule,
        "missing": str(found.missing or result.missing),
        "numerator": result.numerator,
        "denominator": result.denominator,
        "ratio": result.ratio_text if result.ratio is not None else "",
        "band": result.band,
        "is_over_claim": result.is_over_claim,
        "formula": result.formula,
        "base_year": found.base_year,
        "base_source": found.base_source,
        "numerator_rows": found.numerator_rows,
        "denominator_rows": found.denominator_rows,
    }
    if found.declared is not None:
        kept["declared"] = found.declared
    if rule.rule == RuleKind.PRESENCE:
        kept["at_least"] = _least(rule, found)
    if rule.rule == RuleKind.RANK and not kept["missing"]:
        kept |= comparison.kept(rule.metric, rule.params, year)
    return kept


def _kept_parts(rule: Rule, year: Year, entered: Entered) -> list[dict[str, object]]:
    """The arithmetic of each part of a combined rule, with the points it has alone."""
    kept = []
    for part in (Rule.of_part(each) for each in rule.params["parts"]):
        found = _found(part, year)
        result = _apply(part, found, year, entered)
        points = None if result.points is None else str(result.points)
        one = {**_kept(part, found, result, year), "points": points}
        kept.append(one | {"weeks": _kept_weeks(part, year)} if part.rule in WEEK_BY_WEEK else one)
    return kept


def _kept_weeks(rule: Rule, year: Year) -> list[dict[str, object]]:
    """Every measurement of the year that a rule over several weeks read, with its week and the name of its rows."""
    kept = []
    for each, measured in zip(_weeks(year), _measured(rule, year), strict=True):
        found = figure(rule.metric, each, rule.params)
        kept.append(
            {
                "week": str(each.week.week) if each.week else "",
                "month": measured.month,
                "numerator": measured.numerator,
                "denominator": measured.denominator,
                "numerator_rows": found.numerator_rows,
            }
        )
    return kept


def _found(rule: Rule, year: Year) -> Figure:
    """The figure of the last week; none for what people enter, where each part has its own, and for rules over weeks."""
    if rule.rule in WEEK_BY_WEEK:
        return Figure() if year.weeks else Figure(missing=Missing.NO_WEEK)
    return figure(rule.metric, year, rule.params) if rule.metric else Figure()


def _apply(rule: Rule, found: Figure, year: Year, entered: Entered) -> rules.Arithmetic:
    if found.missing:
        return rules.Arithmetic(rule.rule, missing=found.missing)
    return _RULES[rule.rule](rule, found, year, entered)


def _bands(rule: Rule, found: Figure, year: Year, entered: Entered) -> rules.Arithmetic:
    return rules.bands(
        found.numerator,
        found.denominator,
        read_bands(rule.params["bands"]),
        highest=highest_of(rule.metric, rule.params),
        is_number=is_number(rule.metric, rule.params),
    )


def _linear(rule: Rule, found: Figure, year: Year, entered: Entered) -> rules.Arithmetic:
    params = rule.params
    return rules.linear(
        found.numerator,
        found.denominator,
        rule.min_points,
        rule.max_points,
        zero=Fraction(params.get("zero", 0)),
        full=Fraction(params.get("full", 1)),
        step=Decimal(params.get("step", rules.STEP)),
        rounding=params.get("rounding", rules.DOWN),
        is_number=is_number(rule.metric, params),
    )


def _presence(rule: Rule, found: Figure, year: Year, entered: Entered) -> rules.Arithmetic:
    return rules.presence(found.numerator, rule.max_points, at_least=_least(rule, found))


def _least(rule: Rule, found: Figure) -> int:
    """How many a presence asks for: what the scheme says, else all there are."""
    return int(rule.params.get("least") or found.denominator or 1)


def _documents(rule: Rule, found: Figure, year: Year, entered: Entered) -> rules.Arithmetic:
    return rules.documents(entered.count, Decimal(rule.params["each"]), rule.max_points)


def _count(rule: Rule, found: Figure, year: Year, entered: Entered) -> rules.Arithmetic:
    params = rule.params
    if rule.metric and found.numerator is None:
        return rules.Arithmetic("count", missing=rules.NO_FIGURE)
    return rules.count_with_cap(
        found.numerator if rule.metric else entered.count,
        Decimal(params["each"]),
        rule.max_points,
        has_rule=entered.has_rule_document if "rule_points" in params else False,
        rule_points=Decimal(params.get("rule_points", 0)),
        per=params.get("per", 1),
        rounding=params.get("rounding", rules.DOWN),
    )


def _penalty(rule: Rule, found: Figure, year: Year, entered: Entered) -> rules.Arithmetic:
    return rules.penalty(
        found.numerator,
        Decimal(rule.params["each"]),
        rule.min_points,
        rule.max_points,
        free=rule.params.get("free", 0),
    )


def _monthly(rule: Rule, found: Figure, year: Year, entered: Entered) -> rules.Arithmetic:
    return rules.monthly_mean(
        _measured(rule, year),
        read_bands(rule.params["bands"]),
        least_months=rule.params.get("least_months", 1),
        highest=highest_of(rule.metric, rule.params),
        is_number=is_number(rule.metric, rule.params),
    )


def _misses(rule: Rule, found: Figure, year: Year, entered: Entered) -> rules.Arithmetic:
    return rules.misses(
        _measured(rule, year),
        Fraction(rule.params["mark"]),
        run=rule.params["run"],
        each=Decimal(rule.params["each"]),
        low=rule.min_points,
        high=rule.max_points,
    )


def _measured(rule: Rule, year: Year) -> list[rules.Measured]:
    """The metric in each closed week. READING: a week belongs to the month of its Thursday, as it does to its year."""
    measured = []
    for each in _weeks(year):
        if each.week is None:
            continue
        found = figure(rule.metric, each, rule.params)
        base = 1 if is_number(rule.metric, rule.params) else found.denominator
        thursday = date.fromisocalendar(each.week.year, each.week.number, 4)
        numerator = None if found.missing else found.numerator
        measured.append(rules.Measured(thursday.month, each.week.number, numerator, base))
    return measured


def _weeks(year: Year) -> list[Year]:
    """The closed weeks, one by one."""
    return [each for each in year.weeks if each.week is not None]


def _rank(rule: Rule, found: Figure, year: Year, entered: Entered) -> rules.Arithmetic:
    """The unit's own numbers stand beside its place."""
    result = rules.by_rank(
        comparison.standing(rule.metric, rule.params, year), read_places(rule.params["places"])
    )
    base = 1 if is_number(rule.metric, rule.params) else found.denominator
    missing = result.missing and (rules.lacking(found.numerator, base) or result.missing)
    return replace(result, missing=missing, numerator=found.numerator, denominator=found.denominator)


def _sum(rule: Rule, found: Figure, year: Year, entered: Entered) -> rules.Arithmetic:
    return rules.summed(_parts(rule, year, entered), rule.min_points, rule.max_points)


def _exclusive(rule: Rule, found: Figure, year: Year, entered: Entered) -> rules.Arithmetic:
    return rules.exclusive(_parts(rule, year, entered))


def _parts(rule: Rule, year: Year, entered: Entered) -> list[rules.Arithmetic]:
    """Each part by its own rule and metric."""
    parts = [Rule.of_part(part) for part in rule.params["parts"]]
    return [_apply(part, _found(part, year), year, entered) for part in parts]


def _judged(rule: Rule, found: Figure, year: Year, entered: Entered) -> rules.Arithmetic:
    return rules.judged(found.numerator, found.denominator)


_RULES: dict[str, Callable[[Rule, Figure, Year, Entered], rules.Arithmetic]] = {
    RuleKind.BANDS: _bands,
    RuleKind.LINEAR: _linear,
    RuleKind.PRESENCE: _presence,
    RuleKind.DOCUMENTS: _documents,
    RuleKind.COUNT: _count,
    RuleKind.PENALTY: _penalty,
    RuleKind.MONTHLY: _monthly,
    RuleKind.MISSES: _misses,
    RuleKind.RANK: _rank,
    RuleKind.SUM: _sum,
    RuleKind.EXCLUSIVE: _exclusive,
    RuleKind.JUDGED: _judged,
}
