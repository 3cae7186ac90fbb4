"""试算: what a scheme would give with the frozen weeks that are there. Nothing is written; what people judge stays open."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from orgs.kernel.numbers import points_text
from scoring import metrics, rules
from scoring.choices import Grade, Missing
from scoring.computation import Rule, compute
from scoring.models import Criterion, Item, Score, Section
from scoring.operations.schemes import criterion_of
from scoring.tallies import Tally, tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reporting.models import ClosedWeek
    from scoring.frozen import Year
    from scoring.scheme_files import SchemeFile

AT_ONCE = 250
FIFTHS = 5


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
    """The whole scheme over all units."""

    year: int
    week: ClosedWeek | None
    n_units: int
    criteria: list[CriterionTrial]
    computable: Decimal
    full: Decimal
    sums: Counter[int] = field(default_factory=Counter)
    at_best: Counter[str] = field(default_factory=Counter)
    at_worst: Counter[str] = field(default_factory=Counter)
    grades: Sequence[tuple[str, Decimal]] = ()

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
    grades: Sequence[tuple[str, Decimal]],
    year: int,
    unit_ids: Sequence[int],
) -> Trial:
    """Every unit by these criteria with the frozen weeks of the year. Counts and documents nobody has entered stay open."""
    lines = [CriterionTrial(each) for each in criteria]
    sections = {each.item.section_id: each.item.section.max_points for each in criteria}
    trial = Trial(
        year=year,
        week=metrics.last_week(year),
        n_units=len(unit_ids),
        criteria=lines,
        computable=sum((each.max_points for each in criteria if each.is_computed), rules.ZERO),
        full=sum(sections.values(), rules.ZERO),
        grades=grades,
    )
    week_by_week = any(Rule.of_criterion(each).is_week_by_week for each in criteria)
    for start in range(0, len(unit_ids), AT_ONCE):
        years = metrics.read_year(year, unit_ids[start : start + AT_ONCE], week_by_week=week_by_week)
        for found in years.values():
            _count(trial, found)
    return trial


def _count(trial: Trial, year: Year) -> None:
    """One unit."""
    scores = []
    for line in trial.criteria:
        score = Score(criterion=line.criterion)
        computed = compute(score, year)
        score.computed_points = computed.points
        scores.append(score)
        if computed.points is not None:
            line.points[computed.points] += 1
        elif not line.is_open:
            line.missing[str(computed.arithmetic["missing"])] += 1
    _count_sum(trial, scores)
    result = tally(scores)
    trial.at_best[rules.grade(result.attainable, trial.grades)] += 1
    trial.at_worst[rules.grade(_at_least(result), trial.grades)] += 1


def _count_sum(trial: Trial, scores: Iterable[Score]) -> None:
    """Which fifth of the computable points the unit gets."""
    if trial.computable <= 0:
        return
    points = sum((each.computed_points for each in scores if each.computed_points is not None), rules.ZERO)
    share = max(points, rules.ZERO) * FIFTHS / trial.computable
    trial.sums[min(int(share), FIFTHS - 1)] += 1


def _at_least(result: Tally) -> Decimal:
    """The total with nothing for what is open."""
    return rules.total(each.at_least for each in result.sections)
