"""What the assessment knows of one unit and year, and what a metric makes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reporting import punctuality
from reporting.corrected_bases import Counted
from reporting.models import ClosedWeek, WeekUnit
from reporting.rollup.streaks import Cited
from reporting.verified_figures import Less
from scoring.incidents import Incidents
from scoring.rules import Standing

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """What a metric found, and which rows stand behind each number (`*_rows`: name of a weekly figure).

    `declared` is the numerator before inspections took something off (核减), None where they did not.
    """

    numerator: int | None = None
    denominator: int | None = None
    missing: str = ""
    base_year: int | None = None
    base_source: str = ""
    numerator_rows: str = ""
    denominator_rows: str = ""
    declared: int | None = None


@dataclass(frozen=True, slots=True)
class Year:
    """What the frozen weeks of one year say about one unit; `corrected`: week -> edition, where that isn't the first."""

    week: ClosedWeek | None = None
    corrected: dict[str, int] = field(default_factory=dict)
    row: WeekUnit | None = None
    flows: dict[str, int] = field(default_factory=dict)
    bases: dict[str, Counted] = field(default_factory=dict)
    incidents: Incidents = field(default_factory=Incidents)
    reports: punctuality.Punctuality | None = None
    # Week by week, where a rule asks for it: the year as each closed week alone says it.
    weeks: tuple[Year, ...] = ()
    # The longest row of 差 by each reading, with its draws and days; how long it is by `occasion` says the frozen row.
    poor: Mapping[str, tuple[Cited, ...]] = field(default_factory=dict)
    # What inspections took off the declared figures of the unit and everything below it.
    less: Less = field(default_factory=Less)
    # Whom a rule by ranks compares the unit with, itself included, where a rule asks for it.
    group: Group | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Units directly below one committee, by id; `ranked` by measure, filled as rules ask for them."""

    members: Mapping[int, Year]
    ranked: dict[str, Ranked] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ranked:
    """The places of a group by one measure; `order`: its units from the first on, `at`: where each stands in it."""

    standings: Mapping[int, Standing]
    order: Sequence[int]
    at: Mapping[int, int]

    @classmethod
    def of(cls, standings: Mapping[int, Standing]) -> Ranked:
        order = sorted(standings, key=lambda unit_id: (standings[unit_id].rank, unit_id))
        return cls(standings, order, {unit_id: n for n, unit_id in enumerate(order)})


@dataclass(frozen=True, slots=True)
class Period:
    """Closed weeks of a year, from one to another, both included; without more all of them."""

    year: int
    first: int = 1
    last: int = 53

    @property
    def is_whole(self) -> bool:
        """The whole year, as an assessment takes it."""
        return (self.first, self.last) == (1, 53)


Metered = Callable[[Year, WeekUnit, Params], Figure]
