"""Set-level reads of duties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Case, DateField, IntegerField, When

from orgs.kernel import clock
from orgs.querysets.scope import ScopedQuerySet
from reporting.choices import DemandState

if TYPE_CHECKING:
    from reporting.models import Demand


class DemandQuerySet(ScopedQuerySet["Demand"]):
    def waiting(self) -> Self:
        """Demands that nobody has met or withdrawn; one whose administrator has left is met, whoever writes that down."""
        return self.unsettled().filter(administratorship__ended_at__isnull=True)

    def unsettled(self) -> Self:
        """Demands that stand open in the table; the next `settle_demands` closes those whose administrator has left."""
        return self.filter(state=DemandState.OPEN)

    def done(self) -> Self:
        """Met or withdrawn."""
        return self.exclude(state=DemandState.OPEN, administratorship__ended_at__isnull=True)

    def overdue(self) -> Self:
        """Open ones whose day is over."""
        return self.waiting().filter(due_on__lt=clock.today())

    def by_urgency(self) -> Self:
        """Open ones by their deadline, then the others, the latest first."""
        rank = Case(When(state=DemandState.OPEN, then=0), default=1, output_field=IntegerField())
        due = Case(When(state=DemandState.OPEN, then="due_on"), output_field=DateField())
        return self.order_by(rank, due, "-demanded_at", "-pk")

    def for_list(self) -> Self:
        """With everything a line shows."""
        return self.select_related(
            "unit__parent",
            "demanded_by_unit",
            "administratorship__account__platform",
            "administratorship__group__platform",
        )

    def for_page(self) -> Self:
        """One demand with who asked, who answered and what met it."""
        return self.for_list().select_related(
            "demanded_by", "closed_by", "replacement", "administratorship__replaced_by"
        )
