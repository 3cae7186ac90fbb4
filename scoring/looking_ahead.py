"""One criterion and its kept arithmetic -> the steps that lie before the unit, and what is lost for this year.

Reads what is kept with the score and no table: what a page says is missing is exactly what the points shown came from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from scoring import rules
from scoring.choices import Metric, RuleKind, is_number
from scoring.rules import next_steps
from scoring.rules.next_steps import Part, Step
from scoring.scheme_bands import read_bands
from scoring.scheme_checks import highest_of
from scoring.written_rules import Rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from orgs.kernel.clock import Week
    from scoring.models import Criterion, Score

Kept = Mapping[str, Any]

# What only ever grows over the year, so that nothing takes it back.
LASTING = frozenset(
    {
        Metric.ADMINISTRATOR_CHANGES,
        Metric.CHECKS_POOR,
        Metric.INCIDENTS_FOUND,
        Metric.INCIDENTS_GRAVE,
    }
)
# Each more is one more of the base too.
WITH_BASE = frozenset({Metric.SPOT_CHECKS, Metric.WEEKLY_REPORTS})
# Of which fewer are wanted, and can be reached by doing what was due.
UNDONE = frozenset({Metric.REQUIREMENTS_OVERDUE, Metric.REPORTS_MISSING})
# Not of the closed weeks: a report that is confirmed late is no longer missing, whenever that is.
LATE_COUNTS = frozenset({Metric.REPORTS_MISSING})
DOCUMENTS, MEETINGS, RULE_DOCUMENT = "documents", "meetings", "rule_document"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is left of the year: its weeks that aren't closed yet, and the months they belong to."""

    weeks: int
    months: frozenset[int]

    @classmethod
    def after(cls, year: int, last: Week | None) -> Outlook:
        """After the last closed week; READING: a week belongs to the month of its Thursday, as it does to its year."""
        first = last.number + 1 if last is not None else 1
        left = range(first, date(year, 12, 28).isocalendar().week + 1)
        return cls(len(left), frozenset(date.fromisocalendar(year, week, 4).month for week in left))


@dataclass(frozen=True, slots=True)
class Thing:
    """Something to do more of. `key` is the same where doing it once counts for several criteria."""

    kind: str
    key: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Ahead:
    """A criterion as it stands, and what may still come of it."""

    score: Score
    points: Decimal
    things: Sequence[Thing]
    steps: Sequence[Step]
    is_open: bool  # people will decide on it: up to its maximum
    is_unknown: bool  # it can't be computed yet, for a reason that is said

    @property
    def ceiling(self) -> Decimal:
        """The most points that can still come of it."""
        if self.is_open or self.is_unknown:
            return self.score.criterion.max_points
        return max((step.points for step in self.steps), default=self.points)

    @property
    def lost(self) -> Decimal:
        """Points that can't be had any more this year."""
        return self.score.criterion.max_points - self.ceiling


def of_score(score: Score, outlook: Outlook) -> Ahead:
    """READING: what people have not scored counts as the unit's own score, or nothing; points people gave stand."""
    criterion, kept = score.criterion, score.arithmetic
    stands = score.points if score.points is not None else score.computed_points
    is_open = stands is None and (criterion.rule == RuleKind.JUDGED)
    assumed = score.self_points if is_open and score.self_points is not None else rules.ZERO
    points = assumed if stands is None else stands
    if score.assessed_points is not None or criterion.rule == RuleKind.JUDGED:
        return Ahead(score, points, (), (), is_open, is_unknown=False)
    rule = Rule.of_criterion(criterion)
    things = things_of(rule, kept, criterion)
    steps = [step for step in steps_of(rule, kept, outlook, score) if step.points > points]
    # A place hangs on what the others do: while weeks are left, nobody can say what is lost.
    is_unknown = (stands is None and not criterion.is_counted) or (rule.is_by_rank and outlook.weeks > 0)
    return Ahead(score, points, things, steps, is_open=False, is_unknown=is_unknown)


def things_of(rule: Rule, kept: Kept, criterion: Criterion) -> list[Thing]:
    """What the numbers of a rule's steps count, in their order."""
    if rule.rule in {RuleKind.SUM, RuleKind.EXCLUSIVE}:
        parts = zip(rule.params["parts"], kept.get("parts", ()), strict=False)
        return [thing for part, one in parts for thing in things_of(Rule.of_part(part), one, criterion)]
    if rule.rule in {RuleKind.MISSES, RuleKind.RANK, RuleKind.JUDGED}:
        return []
    if not rule.metric:
        counted = DOCUMENTS if rule.rule == RuleKind.DOCUMENTS else MEETINGS
        things = [Thing(counted, f"{counted}:{criterion.code}", criterion.label)]
    else:
        rows = kept.get("numerator_rows") or ""
        key = rows or rule.metric
        things = [Thing(rule.metric, key, str(rule.params.get("part", "")))]
    if rule.rule == RuleKind.COUNT:
        things.append(Thing(RULE_DOCUMENT, f"{RULE_DOCUMENT}:{criterion.code}", criterion.label))
    return things


def steps_of(rule: Rule, kept: Kept, outlook: Outlook, score: Score) -> list[Step]:
    """The steps of one rule from the figures kept; once the year's weeks are closed, figures don't move any more."""
    if rule.metric and outlook.weeks == 0 and rule.metric not in LATE_COUNTS:
        return []
    if rule.metric in LASTING:
        return []
    ahead = _AHEAD.get(rule.rule)
    steps = ahead(rule, kept, outlook, score) if ahead else []
    if rule.metric in UNDONE:  # nobody is told to leave more undone
        return [step for step in steps if all(add <= 0 for add in step.adds)]
    return steps


def _bands(rule: Rule, kept: Kept, outlook: Outlook, score: Score) -> list[Step]:
    def steps(*, falls: bool) -> list[Step]:
        return next_steps.bands(
            kept.get("numerator"),
            kept.get("denominator"),
            read_bands(rule.params["bands"]),
            highest=highest_of(rule.metric, rule.params),
            is_number=is_number(rule.metric, rule.params),
            grows_base=rule.metric in WITH_BASE,
            falls=falls,
            most=_most(rule, outlook),
        )

    # Of a figure that nobody foresaw only the bands say which way is up.
    more = [] if rule.metric in UNDONE else steps(falls=False)
    return more or (steps(falls=True) if rule.metric in {*UNDONE, Metric.FIGURES} else [])


def _linear(rule: Rule, kept: Kept, outlook: Outlook, score: Score) -> list[Step]:
    return next_steps.linear(
        kept.get("numerator"),
        kept.get("denominator"),
        rule.min_points,
        rule.max_points,
        zero=Fraction(rule.params.get("zero", 0)),
        full=Fraction(rule.params.get("full", 1)),
        step=Decimal(rule.params.get("step", rules.STEP)),
        rounding=rule.params.get("rounding", rules.DOWN),
        is_number=is_number(rule.metric, rule.params),
        grows_base=rule.metric in WITH_BASE,
        most=_most(rule, outlook),
    )


def _presence(rule: Rule, kept: Kept, outlook: Outlook, score: Score) -> list[Step]:
    least = rule.params.get("least") or kept.get("at_least") or 1
    return next_steps.presence(kept.get("numerator"), rule.max_points, at_least=least)


def _documents(rule: Rule, kept: Kept, outlook: Outlook, score: Score) -> list[Step]:
    return next_steps.documents(score.entered_count, Decimal(rule.params["each"]), rule.max_points)


def _count(rule: Rule, kept: Kept, outlook: Outlook, score: Score) -> list[Step]:
    if rule.metric and kept.get("numerator") is None:
        return []
    return next_steps.count_with_cap(
        kept["numerator"] if rule.metric else score.entered_count,
        Decimal(rule.params["each"]),
        rule.max_points,
        has_rule=score.has_rule_document,
        rule_points=Decimal(rule.params.get("rule_points", 0)),
        per=rule.params.get("per", 1),
        rounding=rule.params.get("rounding", rules.DOWN),
    )


def _penalty(rule: Rule, kept: Kept, outlook: Outlook, score: Score) -> list[Step]:
    if rule.metric not in UNDONE:
        return []
    each, free = Decimal(rule.params["each"]), rule.params.get("free", 0)
    return next_steps.penalty(kept.get("numerator"), each, rule.min_points, rule.max_points, free=free)


def _monthly(rule: Rule, kept: Kept, outlook: Outlook, score: Score) -> list[Step]:
    return next_steps.monthly_mean(
        measured_of(kept),
        read_bands(rule.params["bands"]),
        outlook.months,
        least_months=rule.params.get("least_months", 1),
        highest=highest_of(rule.metric, rule.params),
        is_number=is_number(rule.metric, rule.params),
    )


def _summed(rule: Rule, kept: Kept, outlook: Outlook, score: Score) -> list[Step]:
    return next_steps.summed(_parts(rule, kept, outlook, score), rule.min_points, rule.max_points)


def _exclusive(rule: Rule, kept: Kept, outlook: Outlook, score: Score) -> list[Step]:
    return next_steps.exclusive(_parts(rule, kept, outlook, score))


def _parts(rule: Rule, kept: Kept, outlook: Outlook, score: Score) -> list[Part]:
    parts = []
    for row, one in zip(rule.params["parts"], kept.get("parts", ()), strict=False):
        part = Rule.of_part(row)
        points = None if one["points"] is None else Decimal(one["points"])
        n_things = len(things_of(part, one, score.criterion))
        parts.append(Part(points, steps_of(part, one, outlook, score), n_things))
    return parts


def measured_of(kept: Kept) -> list[rules.Measured]:
    """The measurements of a rule over several weeks, as they were read."""
    return [
        rules.Measured(
            each["month"], int(each["week"].rpartition("W")[2]), each["numerator"], each["denominator"]
        )
        for each in kept.get("weeks", ())
    ]


def _most(rule: Rule, outlook: Outlook) -> int | None:
    """How many more there can be: reports only for the weeks that are left."""
    return outlook.weeks if rule.metric == Metric.WEEKLY_REPORTS else None


_AHEAD: dict[str, Callable[[Rule, Kept, Outlook, Score], list[Step]]] = {
    RuleKind.BANDS: _bands,
    RuleKind.LINEAR: _linear,
    RuleKind.PRESENCE: _presence,
    RuleKind.DOCUMENTS: _documents,
    RuleKind.COUNT: _count,
    RuleKind.PENALTY: _penalty,
    RuleKind.MONTHLY: _monthly,
    RuleKind.SUM: _summed,
    RuleKind.EXCLUSIVE: _exclusive,
}
