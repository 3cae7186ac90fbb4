"""Set-level reads of closed weeks and their rows. Pages, bulletins and scores read the past from here only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce

from orgs.choices import Kind
from orgs.querysets.scope import ScopedQuerySet
from reporting.choices import WeekState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orgs.kernel.clock import Week
    from reporting.models import ClosedWeek, WeekUnit  # noqa: F401 - in ClosedWeekQuerySet's base

DEPTH_OF_DIRECT_UNITS = 1  # below a province


class ClosedWeekQuerySet(models.QuerySet["ClosedWeek"]):
    def published(self) -> Self:
        """Closed editions."""
        return self.filter(state=WeekState.CLOSED)

    def of_week(self, week: Week) -> Self:
        """The editions of one week, the newest first."""
        return self.filter(year=week.year, number=week.number).order_by("-edition")

    def newest_editions(self) -> Self:
        """Closed weeks, the oldest first, of each its newest edition: what a page or a score means by a closed week."""
        newer = self.model._default_manager.filter(
            state=WeekState.CLOSED,
            year=OuterRef("year"),
            number=OuterRef("number"),
            edition__gt=OuterRef("edition"),
        )
        return self.published().filter(~Exists(newer)).order_by("starts_on")


class WeekUnitQuerySet(ScopedQuerySet["WeekUnit"]):
    """Rows of the snapshot. Scope is that of today's tree; placement, names and figures are those of the week."""

    def for_week(self, week_pk: int) -> Self:
        """All units of one closed week."""
        return self.filter(week_id=week_pk)

    def for_weeks(self, week_pks: list[int]) -> Self:
        """The rows of several weeks at once: a week and the one before, or ten for the heat table."""
        return self.filter(week_id__in=week_pks)

    def children_of(self, unit_pk: int, *, is_national: bool = False) -> Self:
        """Units that stood directly below; below the national office stand all provinces."""
        below = Q(parent_id=unit_pk)
        if is_national:
            below |= Q(parent_id__isnull=True) & ~Q(kind_id=Kind.NATIONAL)
        return self.filter(below)

    def in_operation(self) -> Self:
        """Units that were open at Sunday 24:00; the others were closed within the week and have flows only."""
        return self.filter(is_open=True)

    def asked_to_report(self) -> Self:
        """Units of which the week's report was asked: they led others directly below a province when it closed (SUP-4.1a)."""
        led = self.in_operation().filter(depth=DEPTH_OF_DIRECT_UNITS)
        # The relation, as a queryset file imports no model at run time.
        units = self.model._meta.get_field("unit").related_model
        kinds: models.Manager[models.Model] = units._meta.get_field("kind").related_model._default_manager  # type: ignore[union-attr]
        return led.filter(
            kind_id__in=kinds.filter(is_league_organisation=True, holds_members=False).values("pk")
        )

    def in_official_order(self) -> Self:
        """规定排序 as it was."""
        return self.order_by("position", "code")

    def trend(self, unit_pk: int, n: int) -> Self:
        """The rows of one unit in its newest n closed weeks, newest first."""
        rows = self.filter(unit_id=unit_pk, week__in=self._newest_editions()).select_related("week")
        return rows.order_by("-week__starts_on")[:n]

    def _newest_editions(self) -> ClosedWeekQuerySet:
        # The relation, as a queryset file imports no model at run time.
        weeks: ClosedWeekQuerySet = self.model._meta.get_field("week").related_model._default_manager.all()  # type: ignore[assignment]
        return weeks.newest_editions().order_by()

    def differing_from(self, week_pk: int, columns: Iterable[str]) -> Self:
        """Rows of units that do not have the same numbers in these columns in another edition; missing is not 0."""
        same = self.model._default_manager.filter(week_id=week_pk, unit_id=OuterRef("unit_id"))
        for name in columns:
            # No count is negative: -1 stands for a missing one.
            same = same.alias(**{f"known_{name}": Coalesce(name, -1)})
            same = same.filter(**{f"known_{name}": Coalesce(OuterRef(name), -1)})
        return self.filter(~Exists(same))

    def with_coverage(self) -> Self:
        """Adds `coverage_part` and `coverage_base`, the exact numerator and denominator (metrics.md, `coverage`).

        A unit that alone holds its members shows what it declared, above its base too (flag it); NULL = 未报. A superior
        shows sum of min(covered, base). Both NULL-safe: no base, no rate. `sub_base_missing` > 0: provisional.
        """
        alone = Q(own_holders=1, sub_holders=1)
        return self.annotate(
            coverage_part=Case(
                When(alone, then=F("own_covered")),
                default=F("sub_covered_capped"),
                output_field=models.BigIntegerField(),
            ),
            coverage_base=Case(
                When(sub_base_members=0, then=Value(None)),
                default=F("sub_base_members"),
                output_field=models.BigIntegerField(),
            ),
        )

    def below_line(self, percent: int) -> Self:
        """Units whose coverage is below the line by the exact fraction; without a base or a report they are not listed."""
        in_percent = self.with_coverage().alias(coverage_percent=F("coverage_part") * 100)
        return in_percent.filter(coverage_percent__lt=F("coverage_base") * percent)
