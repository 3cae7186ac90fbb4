"""What a direct unit's weekly report says by itself: figures and coverage of the week, and what is to be explained."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from accounts.models import RegistryEvent
from orgs.querysets.scope import UnitsInCharge
from reporting import rollup, unexplained
from reporting.coverage import Coverage, change_in_points
from reporting.models import WeekUnit

if TYPE_CHECKING:
    from orgs.kernel.clock import Week
    from orgs.models import OrgUnit
    from reporting.models import ClosedWeek

FIGURES = ("opened", "closed", "changed", "admin_changed")


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """The prefilled part of a report. `closings` were made without a reason; `closed_week` None: the week still runs."""

    figures: dict[str, int]
    coverage: Coverage
    before: Coverage | None
    week_before: Week | None
    closings: list[RegistryEvent]
    closed_week: ClosedWeek | None

    @property
    def change(self) -> Fraction | None:
        """Percentage points against the last closed week; None where either has no rate."""
        return change_in_points(self.coverage, self.before)

    @property
    def is_drop(self) -> bool:
        """The coverage fell by more than COVERAGE_DROP_POINTS, by the exact fractions, or there is no rate any more."""
        return unexplained.is_drop(self.coverage, self.before)

    @property
    def is_quiet(self) -> bool:
        """Nothing happened that a committee would have to say a word about."""
        return not any(self.figures.values()) and not self.is_drop


def read(unit: OrgUnit, week: Week) -> ReportFacts:
    """The week as the snapshot has it; before the close, as it will have it; at most four statements.

    A unit that did not stand in a closed week has what its registry says of that week.
    """
    rows = WeekUnit.objects.with_coverage().filter(week__starts_on__lte=week.starts_on).trend(unit.pk, 2)
    newest = list(rows)
    now = next((row for row in newest if row.week.week == week), None)
    before = next((row for row in newest if row.week.week != week), None)
    seen = rollup.preview(week, unit.pk) if now is None else None
    return ReportFacts(
        figures={
            name: int((seen.figures[name] if seen else getattr(now, f"sub_{name}")) or 0) for name in FIGURES
        },
        coverage=seen.coverage if seen else Coverage.of(now),  # type: ignore[arg-type]
        before=Coverage.of(before) if before else None,  # type: ignore[arg-type]
        week_before=before.week.week if before else None,
        closings=_closings(unit, week, now.week_id if now else None),
        closed_week=now.week if now else None,
    )


def _closings(unit: OrgUnit, week: Week, week_pk: int | None) -> list[RegistryEvent]:
    """Closings without a reason below the unit: where units stood in a closed week, else where they stand today."""
    if week_pk is None:
        found = unexplained.closings(week).within(UnitsInCharge.below(unit))
    else:
        pks = unexplained.closings_by_unit(week, week_pk, [unit.pk]).get(unit.pk, set())
        found = RegistryEvent.objects.filter(pk__in=pks)
    return list(found.select_related("unit", "administratorship").order_by("at", "pk"))
