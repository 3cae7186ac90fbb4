"""Set-level reads of duties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Case, DateField, IntegerField, Q, When

from orgs.kernel import clock
from orgs.querysets.scope import ScopedQuerySet
from reporting.choices import DemandState, DutyKind, DutyState

if TYPE_CHECKING:
    from reporting.models import Demand, Duty


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


class DutyQuerySet(ScopedQuerySet["Duty"]):
    def waiting(self) -> Self:
        """Open or answered ones: nobody has said yet that they are done."""
        return self.filter(state__in=(DutyState.OPEN, DutyState.ANSWERED))

    def open(self) -> Self:
        """The unit has to act."""
        return self.filter(state=DutyState.OPEN)

    def answered(self) -> Self:
        """Who stands above has to act."""
        return self.filter(state=DutyState.ANSWERED)

    def done(self) -> Self:
        """Done or withdrawn."""
        return self.exclude(state__in=(DutyState.OPEN, DutyState.ANSWERED))

    def overdue(self) -> Self:
        """Not answered and not done, and the day is over."""
        return self.open().filter(due_on__lt=clock.today())

    def matching(self, text: str) -> Self:
        """Every word stands in the reason or in the unit's names."""
        found = self
        for word in text.split():
            found = found.filter(Q(reason__icontains=word) | Q(unit__search_key__icontains=word))
        return found

    def by_urgency(self) -> Self:
        """Those that wait by their deadline, then the others, the latest first."""
        is_waiting = Q(state__in=(DutyState.OPEN, DutyState.ANSWERED))
        rank = Case(When(is_waiting, then=0), default=1, output_field=IntegerField())
        due = Case(When(is_waiting, then="due_on"), output_field=DateField())
        return self.order_by(rank, due, "-made_at", "-pk")

    def for_list(self) -> Self:
        """With everything a line shows."""
        return self.select_related("unit__parent", "made_by_unit")

    def for_page(self) -> Self:
        """One duty with who asked, who answered, who closed, the check and the sheet."""
        return self.for_list().select_related(
            "made_by", "answered_by", "closed_by", "check_made__unit", "visit_sheet"
        )

    def visited(self) -> Self:
        """Visits with a sheet, withdrawn ones apart (RUR-3)."""
        return self.filter(kind=DutyKind.VISIT, visit_sheet__isnull=False).exclude(state=DutyState.WITHDRAWN)
