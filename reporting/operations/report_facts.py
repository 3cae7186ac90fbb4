"""What a direct unit's weekly report says by itself: figures and coverage of the week, and what is to be explained."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from accounts.choices import EventKind
from accounts.models import RegistryEvent
from orgs.querysets.scope import UnitsInCharge
from reporting import rollup
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
        if self.before is None or not self.before.is_rate:
            return False
        if self.change is None:
            return self.coverage.is_unreported
        return bool(-self.change > settings.COVERAGE_DROP_POINTS)

    @property
    def is_quiet(self) -> bool:
        """Nothing happened that a committee would have to say a word about."""
        return not any(self.figures.values()) and not self.is_drop


def read(unit: OrgUnit, week: Week) -> ReportFacts:
    """The week as the snapshot has it; before the close, as it will have it; at most three statements.

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
        closings=unexplained_closings(unit, week),
        closed_week=now.week if now else None,
    )


def unexplained_closings(unit: OrgUnit, week: Week) -> list[RegistryEvent]:
    """Closings of the week in the unit's subtree that nobody gave a reason for; one taken back in the week is none."""
    in_week = Q(at__gte=week.starts_at, at__lt=week.ends_at)
    back = RegistryEvent.objects.filter(in_week, kind=EventKind.RESTORED, at__gte=OuterRef("at"))
    same = (
        Q(account__isnull=False, account=OuterRef("account"))
        | Q(group__isnull=False, group=OuterRef("group"))
        | Q(administratorship__isnull=False, administratorship=OuterRef("administratorship"))
    )
    closings = RegistryEvent.objects.within(UnitsInCharge.below(unit)).filter(
        in_week, kind=EventKind.CLOSED, reason=""
    )
    lacking = closings.filter(~Exists(back.filter(same))).select_related("unit", "administratorship")
    return list(lacking.order_by("at", "pk"))
