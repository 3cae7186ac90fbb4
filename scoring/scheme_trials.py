"""试算: what a scheme would give with the frozen weeks that are there, unit by unit. What people judge stays open.

Nothing is written that an assessment reads. The weeks are those of a year, or those from one of them to another, as if
there were no others.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from orgs.kernel.numbers import points_text
from scoring import metrics, rules
from scoring.choices import Grade, Missing
from scoring.computation import compute
from scoring.models import Criterion, Item, Score, Section
from scoring.operations.schemes import criterion_of
from scoring.tallies import Tally, tally
from scoring.year_reading import AT_ONCE, YearReader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reporting.models import ClosedWeek
    from scoring.frozen import Period, Year
    from scoring.scheme_files import SchemeFile

    Told = Callable[[int, int], None]

FIFTHS = 5


@dataclass(frozen=True, slots=True)
class UnitTrial:
    """One unit: for each criterion its points, or why there are none ("": people enter or judge it); in sheet order.

    `low` and `high` are the totals with nothing and with everything for what has no points.
    """

    unit_id: int
    points: Sequence[Decimal | None]
    missing: Sequence[str]
    low: Decimal
    high: Decimal

    @property
    def computed(self) -> Decimal:
        """What the system can compute, added up, no floor or cap of an item counted."""
        return sum((each for each in self.points if each is not None), rules.ZERO)


@dataclass(slots=True)
class CriterionTrial:
    """One criterion over all units: how many would get how many points, and how many can't be computed, and why."""

    criterion: Criterion
    points: Counter[Decimal] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)

    @property
    def is_open(self) -> bool:
        """People enter or judge it."""
        return not self.criterion.is_computed

    @property
    def spread(self) -> list[tuple[str, int]]:
        """Points and how many units, the best first."""
        return [(points_text(points), n) for points, n in sorted(self.points.items(), reverse=True)]

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why it can't be computed, and of how many units."""
        return [(str(Missing(code).label), n) for code, n in sorted(self.missing.items())]


@dataclass(slots=True)
class Trial:
    """The whole scheme over all units; made with `summed_up`."""

    period: Period
    weeks: Sequence[ClosedWeek]
    units: Sequence[UnitTrial]
    criteria: list[CriterionTrial]
    computable: Decimal
    full: Decimal
    grades: Sequence[tuple[str, Decimal]]
    sums: Counter[int] = field(default_factory=Counter)
    at_best: Counter[str] = field(default_factory=Counter)
    at_worst: Counter[str] = field(default_factory=Counter)

    @property
    def week(self) -> ClosedWeek | None:
        """The last one."""
        return self.weeks[-1] if self.weeks else None

    @property
    def n_units(self) -> int:
        return len(self.units)

    @property
    def fifths(self) -> list[tuple[str, int]]:
        """How many units get which part of what can be computed, the best first."""
        share = 100 // FIFTHS
        rows = [(f"{n * share}%–{(n + 1) * share}%", self.sums[n]) for n in range(FIFTHS)]
        return rows[::-1]

    @property
    def grade_rows(self) -> list[tuple[str, int, int]]:
        """Grade, how many units with everything open in full, and with nothing for it."""
        return [
            (str(Grade(name).label), self.at_best[name], self.at_worst[name]) for name, _floor in self.grades
        ]

    def grade_of(self, total: Decimal) -> str:
        """The grade of a total in words; what caps it isn't tried."""
        return str(Grade(rules.grade(total, self.grades)).label)


def blueprint(file: SchemeFile) -> list[Criterion]:
    """The criteria of a checked file as rows that are in no database, in the order of the sheet."""
    found: list[Criterion] = []
    n_items = 0
    for s, section_file in enumerate(file.sections, 1):
        section = Section(
            pk=s,
            position=s,
            title=section_file.title,
            max_points=section_file.points,
            min_points=section_file.min_points,
        )
        for row in section_file.items:
            n_items += 1
            item = Item(pk=n_items, section=section, max_points=row.points, min_points=row.min_points)
            found += [criterion_of(each, item, c) for c, each in enumerate(row.criteria, 1)]
    for n, criterion in enumerate(found, 1):
        criterion.pk = n
    return found


def run(
    criteria: Sequence[Criterion],
    period: Period,
    unit_ids: Sequence[int],
    *,
    told: Told = lambda done, total: None,
) -> list[UnitTrial]:
    """Every unit by these criteria with the frozen weeks of the period. Counts and documents nobody has entered stay open.

    `told` hears after every 250 units how many are done, of how many.
    """
    reader, found = YearReader(criteria, period), []
    for start in range(0, len(unit_ids), AT_ONCE):
        years = reader.read(unit_ids[start : start + AT_ONCE])
        found += [_tried(criteria, unit_id, year) for unit_id, year in years.items()]
        told(len(found), len(unit_ids))
    return found


def summed_up(
    criteria: Sequence[Criterion],
    grades: Sequence[tuple[str, Decimal]],
    period: Period,
    units: Sequence[UnitTrial],
) -> Trial:
    """What `run` has found over all units; one statement, for the weeks."""
    sections = {each.item.section_id: each.item.section.max_points for each in criteria}
    trial = Trial(
        period=period,
        weeks=metrics.closed_weeks(period),
        units=units,
        criteria=[CriterionTrial(each) for each in criteria],
        computable=sum((each.max_points for each in criteria if each.is_computed), rules.ZERO),
        full=sum(sections.values(), rules.ZERO),
        grades=grades,
    )
    for unit in units:
        _count(trial, unit)
    return trial


def _tried(criteria: Sequence[Criterion], unit_id: int, year: Year) -> UnitTrial:
    scores, missing = [], []
    for criterion in criteria:
        score = Score(criterion=criterion)
        computed = compute(score, year)
        score.computed_points = computed.points
        scores.append(score)
        is_lacking = computed.points is None and criterion.is_computed
        missing.append(str(computed.arithmetic["missing"]) if is_lacking else "")
    result = tally(scores)
    points = [each.computed_points for each in scores]
    return UnitTrial(unit_id, points, missing, _at_least(result), result.attainable)


def _count(trial: Trial, unit: UnitTrial) -> None:
    for line, points, missing in zip(trial.criteria, unit.points, unit.missing, strict=True):
        if points is not None:
            line.points[points] += 1
        elif missing:
            line.missing[missing] += 1
    if trial.computable > 0:
        share = max(unit.computed, rules.ZERO) * FIFTHS / trial.computable
        trial.sums[min(int(share), FIFTHS - 1)] += 1
    trial.at_best[rules.grade(unit.high, trial.grades)] += 1
    trial.at_worst[rules.grade(unit.low, trial.grades)] += 1


def _at_least(result: Tally) -> Decimal:
    """The total with nothing for what is open."""
    return rules.total(each.at_least for each in result.sections)
