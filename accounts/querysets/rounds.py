"""Set-level reads of rounds, expected units and extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models.functions import Coalesce

from accounts.choices import ExtensionState, SubmissionStatus
from orgs.kernel import clock
from orgs.permissions import FILL, REMIND
from orgs.querysets.scope import ScopedQuerySet, UnitsInCharge

if TYPE_CHECKING:
    from accounts.models import CollectionRound, Expected, Extension
    from orgs.models import OrgUnit, User


class CollectionRoundQuerySet(ScopedQuerySet["CollectionRound"]):
    def running(self) -> Self:
        """Rounds with a list of units expected that have begun and were not closed: what is chased and reported."""
        return self.filter(opens_at__lte=clock.now(), closed_at__isnull=True, is_standing=False)

    def standing(self) -> Self:
        """日常变更 that take changes now: open all year, nobody is expected."""
        return self.filter(opens_at__lte=clock.now(), closed_at__isnull=True, is_standing=True)

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
        approved = forms.objects.within(UnitsInCharge.below(unit)).filter(
            round=models.OuterRef("pk"), status=SubmissionStatus.APPROVED
        )
        sent = packages.objects.filter(round=models.OuterRef("pk"), unit=unit).up_to_date()
        return self.concerning(unit).running().filter(models.Exists(approved), ~models.Exists(sent))

    def concerning(self, unit: OrgUnit) -> Self:
        """Rounds launched by the unit or by a unit above it: they may expect something of its subtree."""
        return self.over(unit)


class ExpectedQuerySet(ScopedQuerySet["Expected"]):
    def due(self) -> Self:
        """Expected units that are not exempt."""
        return self.filter(exempt_reason="")

    def begun(self) -> Self:
        """Expected units whose phase has opened: before that, nobody waits for their form."""
        return self.filter(models.Q(phase__isnull=True) | models.Q(phase__opens_at__lte=clock.now()))

    def fillable_by(self, user: User) -> Self:
        """Expected forms of the very units for which the person fills: personal data of units below stay shut."""
        return self.due().filter(unit_id__in=user.units_in_charge().allowing(FILL).own_unit_ids())

    def exemptable_by(self, user: User) -> Self:
        """Units below those in which the person may remind; nobody exempts a unit in which they hold an office."""
        own = user.units_in_charge().own_unit_ids()
        return self.actionable_by(user, REMIND).exclude(unit_id__in=own)

    def for_tasks(self) -> Self:
        """Running rounds first by deadline, then the closed ones; with everything a task line shows."""
        return (
            self.filter(round__opens_at__lte=clock.now())
            .select_related("round__field_list", "unit__kind", "unit__parent__contact", "phase")
            .order_by(models.F("round__closed_at").asc(nulls_first=True), "deadline_at", "pk")
        )

    def not_approved_in(self, round: CollectionRound) -> Self:
        """Expected units of a round whose form has not entered the registry: the rest list of a package (F5).

        The inner query stands alone, so that it is hashed once: joined, a table just filled is scanned per unit.
        """
        approved = round.submissions.filter(status=SubmissionStatus.APPROVED).order_by()
        return self.filter(round=round).exclude(unit__in=approved.values("unit"))


class ExtensionQuerySet(ScopedQuerySet["Extension"]):
    unit_lookup = "expected__unit"

    def waiting(self) -> Self:
        """Requests that nobody has decided; those of forms that are in, or exempt, rest until the form comes back."""
        expected: Any = self.model._meta.get_field("expected").related_model
        rounds: Any = expected._meta.get_field("round").related_model
        forms: Any = rounds._meta.get_field("submissions").related_model
        handed_in = forms.objects.filter(
            round=models.OuterRef("expected__round"),
            unit=models.OuterRef("expected__unit"),
            status__in=[SubmissionStatus.SUBMITTED, SubmissionStatus.APPROVED],
        )
        return self.filter(~models.Exists(handed_in), state=ExtensionState.OPEN, expected__exempt_reason="")

    def decidable_by(self, user: User) -> Self:
        """Requests of units below those in which the person may remind; nobody decides on the own unit's or the own."""
        above = user.units_in_charge().allowing(REMIND)
        return (
            self.within(above).exclude(expected__unit_id__in=above.own_unit_ids()).exclude(requested_by=user)
        )

    def for_list(self) -> Self:
        """Requests as the list shows them, the nearest deadline first."""
        return self.select_related(
            "expected__round", "expected__unit__parent", "expected__phase", "requested_by", "decided_by"
        ).order_by("old_deadline_at", "pk")
