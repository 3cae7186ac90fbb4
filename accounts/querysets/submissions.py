"""Set-level reads of forms."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from accounts.choices import SubmissionStatus
from accounts.querysets.reviewers import by_departments, reviewers_in_force
from orgs.permissions import REVIEW
from orgs.querysets.scope import ScopedQuerySet, UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from accounts.models import Submission
    from accounts.querysets.rounds import ExpectedQuerySet
    from orgs.models import OrgUnit, User
    from orgs.querysets.scope import Span

# As a desk has; the leaves of the tree, nearly all of it, are no desks.
HAS_UNITS_BELOW = Q(rght__gt=F("lft") + 1)

# Of a desk below a province; the tree is at most seven deep.
SUPERIORS = tuple(f"{'parent__' * n}parent_id" for n in range(5))


def below_and_vacant(span: Span) -> Q:
    """The desk stands below the span's unit, nobody but the filler may review there, nor at any level between (F8).

    A department is nobody for a form outside its lines. The national office stands above the desks of every tree.
    """
    reviewers = reviewers_in_force()
    of_departments = reviewers.exclude(department="").filter(_below(span, "unit__"))
    by_line = (
        Q(unit__line__in=lines) & _vacant_up_to(span, reviewers.exclude(department__in=without))
        for without, lines in by_departments().items()
    )
    # Who belongs to no department reviews every line: without one below, one answer holds for all lines.
    vacant = _vacant_up_to(span, reviewers) | (Q(Exists(of_departments)) & reduce(or_, by_line))
    return _below(span, "desk__") & vacant


def _taken_over(in_charge: UnitsInCharge) -> Iterator[Q]:
    return (below_and_vacant(span) for span in in_charge.spans)


def _vacant_up_to(span: Span, reviewers: Any) -> Q:
    """Desk by desk, once for all forms: a desk has few superiors, a province 20,000 forms that wait."""
    here = reviewers.filter(_below(span, "unit__"))
    # Superiors by their ids: by lft and rght, an index gives everything that stands to the left.
    above = here.filter(reduce(or_, (Q(unit_id=OuterRef(path)) for path in SUPERIORS)))
    empty = _units().filter(_below(span, ""), HAS_UNITS_BELOW).exclude(pk__in=here.values("unit_id"))
    empty = empty.filter(~Exists(above)).order_by()
    # A form of somebody who reviews there alone: only forms of such people are looked at one by one.
    at_desk = here.filter(
        unit__tree_id=OuterRef("desk__tree_id"),
        unit__lft__lte=OuterRef("desk__lft"),
        unit__rght__gte=OuterRef("desk__rght"),
    )
    alone = (
        Q(filled_by_id__in=here.values("user_id"))
        & Exists(at_desk.filter(user_id=OuterRef("filled_by_id")))
        & ~Exists(at_desk.exclude(user_id=OuterRef("filled_by_id")))
    )
    return Q(desk_id__in=empty.values("pk")) | alone


def _units() -> Any:
    return apps.get_model("orgs", "OrgUnit").objects.all()


def _below(span: Span, path: str) -> Q:
    """The unit at `path` stands below that of the span; below the national office stands every other."""
    if span.is_forest:
        return ~Q(**{f"{path}pk": span.unit_id})
    return Q(**{f"{path}tree_id": span.tree_id, f"{path}lft__gt": span.lft, f"{path}rght__lt": span.rght})


class SubmissionQuerySet(ScopedQuerySet["Submission"]):
    def reviewable_by(self, user: User) -> Self:
        """Forms that wait on a desk at which the person may review."""
        return self.on_desks_of(user.units_in_charge().allowing(REVIEW))

    def on_desks_of(self, in_charge: UnitsInCharge) -> Self:
        """Forms of open rounds that wait at these very units, or below at a desk that has become vacant (代为审核)."""
        if not in_charge.spans:
            return self.none()
        own = Q(desk_id__in=in_charge.own_unit_ids())
        desks = _units().within(in_charge).filter(Q(pk__in=in_charge.own_unit_ids()) | HAS_UNITS_BELOW)
        return self._waiting(in_charge, desks).filter(reduce(or_, _taken_over(in_charge), own))

    def on_own_desks_of(self, in_charge: UnitsInCharge) -> Self:
        """Of those, what waits at these very units."""
        own = in_charge.own_unit_ids()
        waiting = self.filter(
            desk_id__in=own, status=SubmissionStatus.SUBMITTED, round__closed_at__isnull=True
        )
        return waiting.within(in_charge)

    def taken_over_by(self, in_charge: UnitsInCharge) -> Self:
        """Of those, what waits below at a desk that has become vacant, and at none of these units."""
        if not in_charge.spans:
            return self.none()
        return self.on_desks_below(in_charge).filter(reduce(or_, _taken_over(in_charge)))

    def on_desks_below(self, in_charge: UnitsInCharge) -> Self:
        """Forms of open rounds that wait below these units, at vacant desks or not: quickly found."""
        desks = _units().within(in_charge).filter(HAS_UNITS_BELOW).exclude(pk__in=in_charge.own_unit_ids())
        return self._waiting(in_charge, desks)

    def _waiting(self, in_charge: UnitsInCharge, desks: Any) -> Self:
        # Desks of these units; said for their index, without which the forms of the nation are read.
        waiting = self.filter(desk_id__in=desks.order_by().values("pk"), status=SubmissionStatus.SUBMITTED)
        return waiting.within(in_charge).filter(round__closed_at__isnull=True)

    def for_expected(self, expected: ExpectedQuerySet) -> Self:
        """The forms that were begun for these expected units."""
        return self.filter(
            round__in=expected.order_by().values("round"), unit__in=expected.order_by().values("unit")
        )

    def oldest(self) -> tuple[int, datetime | None]:
        """How many forms, and since when the first of them has waited."""
        found = self.aggregate(n=models.Count("pk"), since=models.Min("on_desk_since"))
        return found["n"], found["since"]

    def waiting_below(self, unit: OrgUnit) -> Self:
        """Forms of open rounds that wait on any desk, of this unit and of everything below it."""
        below = self.within(UnitsInCharge.below(unit))
        return below.filter(status=SubmissionStatus.SUBMITTED, round__closed_at__isnull=True)

    def clean(self) -> Self:
        """Forms that the machine has compared with registry and bases, and found nothing to verify."""
        return self.filter(doubts=[]).exclude(checks=[])

    def doubtful(self) -> Self:
        """Forms with something to verify (需核实), be it everything: those that no machine has compared."""
        return self.filter(~Q(doubts=[]) | Q(checks=[]))

    def resubmitted(self) -> Self:
        """Forms that were returned at least once."""
        return self.filter(attempt__gt=1)

    def for_reading(self) -> Self:
        """One form with everything its page names."""
        return self.select_related(
            "round__field_list",
            "filled_by",
            "desk",
            "unit__kind",
            "unit__parent__parent__parent__parent__parent",
        )

    def for_annex(self) -> Self:
        """Forms in the order of the tree, with their rows: three statements for any number."""
        return (
            self.select_related("unit__kind", "unit__parent__parent__parent__parent__parent")
            .prefetch_related("rows")
            .order_by("unit__tree_id", "unit__lft")
        )

    def for_queue(self) -> Self:
        """Forms as the review list shows them: the longest waiting first."""
        return self.select_related("unit", "unit__parent", "round").order_by("on_desk_since", "pk")
