"""Set-level reads of rounds, expected units, submissions and packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models.functions import Coalesce

from accounts.choices import PackageStatus, SubmissionStatus
from orgs.kernel import clock
from orgs.permissions import FILL, REVIEW
from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import CollectionRound, Expected, Package, Submission
    from orgs.models import OrgUnit, User
    from orgs.querysets.scope import UnitsInCharge


class FieldListQuerySet(models.QuerySet["FieldList"]):
    def get_by_natural_key(self, code: str, version: int) -> object:
        return self.get(code=code, version=version)


class CollectionRoundQuerySet(ScopedQuerySet["CollectionRound"]):
    def running(self) -> Self:
        """Rounds that have begun and were not closed."""
        return self.filter(opens_at__lte=clock.now(), closed_at__isnull=True)

    def for_list(self) -> Self:
        """Rounds as the list shows them, with how many are expected, submitted and approved."""
        sent = [SubmissionStatus.SUBMITTED, SubmissionStatus.APPROVED]
        return self.select_related("unit", "field_list").annotate(
            n_expected=self._n_of("expected", exempt_reason=""),
            n_submitted=self._n_of("submissions", status__in=sent),
            n_approved=self._n_of("submissions", status=SubmissionStatus.APPROVED),
        )

    def _n_of(self, relation: str, **condition: object) -> Coalesce:
        """A correlated count: joining two many-sided relations would multiply them."""
        rows: Any = self.model._meta.get_field(relation).related_model
        counted = rows.objects.filter(round=models.OuterRef("pk"), **condition).order_by().values("round")
        return Coalesce(models.Subquery(counted.annotate(n=models.Count("pk")).values("n")), 0)

    def to_report_by(self, unit: OrgUnit) -> Self:
        """Running rounds with approved forms below the direct unit that it has not sent up, or that came back (F5)."""
        forms: Any = self.model._meta.get_field("submissions").related_model
        packages: Any = self.model._meta.get_field("packages").related_model
        approved = forms.objects.filter(
            round=models.OuterRef("pk"),
            status=SubmissionStatus.APPROVED,
            unit__tree_id=unit.tree_id,
            unit__lft__gte=unit.lft,
            unit__rght__lte=unit.rght,
        )
        sent = packages.objects.filter(round=models.OuterRef("pk"), unit=unit).reported_or_accepted()
        return self.concerning(unit).running().filter(models.Exists(approved), ~models.Exists(sent))

    def concerning(self, unit: OrgUnit) -> Self:
        """Rounds launched by the unit or by a unit above it: they may expect something of its subtree."""
        return self.filter(unit__tree_id=unit.tree_id, unit__lft__lte=unit.lft, unit__rght__gte=unit.rght)


class ExpectedQuerySet(ScopedQuerySet["Expected"]):
    def due(self) -> Self:
        """Expected units that are not exempt."""
        return self.filter(exempt_reason="")

    def fillable_in_scope(self, user: User) -> Self:
        """Expected forms that the person may hand in for the units below, by upload."""
        return self.due().actionable_by(user, FILL)

    def fillable_by(self, user: User) -> Self:
        """Expected forms of the very units for which the person fills: personal data of units below stay shut."""
        return self.due().filter(unit_id__in=user.units_in_charge().allowing(FILL).own_unit_ids())

    def for_tasks(self) -> Self:
        """Running rounds first by deadline, then the closed ones; with everything a task line shows."""
        return (
            self.filter(round__opens_at__lte=clock.now())
            .select_related("round__field_list", "unit__kind")
            .order_by(models.F("round__closed_at").asc(nulls_first=True), "deadline_at", "pk")
        )

    def not_approved_in(self, round: CollectionRound) -> Self:
        """Expected units of a round whose form has not entered the registry: the rest list of a package (F5).

        The inner query stands alone, so that it is hashed once: joined, a table just filled is scanned per unit.
        """
        approved = round.submissions.filter(status=SubmissionStatus.APPROVED).order_by()
        return self.filter(round=round).exclude(unit__in=approved.values("unit"))


class SubmissionQuerySet(ScopedQuerySet["Submission"]):
    def reviewable_by(self, user: User) -> Self:
        """Forms that wait on a desk at which the person may review."""
        return self.on_desks_of(user.units_in_charge().allowing(REVIEW))

    def on_desks_of(self, in_charge: UnitsInCharge) -> Self:
        """Forms of open rounds that wait at these very units."""
        return self.within(in_charge).filter(
            status=SubmissionStatus.SUBMITTED,
            desk_id__in=in_charge.own_unit_ids(),
            round__closed_at__isnull=True,
        )

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
        return self.filter(
            unit__tree_id=unit.tree_id,
            unit__lft__gte=unit.lft,
            unit__rght__lte=unit.rght,
            status=SubmissionStatus.SUBMITTED,
            round__closed_at__isnull=True,
        )

    def clean(self) -> Self:
        """Forms in which the machine found nothing to verify."""
        return self.filter(doubts=[])

    def doubtful(self) -> Self:
        """Forms with something to verify (需核实)."""
        return self.exclude(doubts=[])

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


class PackageQuerySet(ScopedQuerySet["Package"]):
    def reported_or_accepted(self) -> Self:
        """Packages that the province has, decided or not."""
        return self.filter(status__in=[PackageStatus.REPORTED, PackageStatus.ACCEPTED])

    def waiting(self) -> Self:
        """Packages that the province has yet to accept or return."""
        return self.filter(status=PackageStatus.REPORTED)

    def for_list(self) -> Self:
        """Packages as the list shows them: the newest first, each with who signed and who decided."""
        return self.select_related(
            "round", "unit__parent", "unit__kind", "reported_by", "decided_by"
        ).order_by(models.F("reported_at").desc(nulls_last=True), "-pk")
