"""Set-level reads of rounds, expected units, submissions and packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from accounts.choices import SubmissionStatus
from orgs.kernel import clock
from orgs.permissions import REVIEW
from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from accounts.models import CollectionRound, Expected, Package, Submission
    from orgs.models import User


class FieldListQuerySet(models.QuerySet["FieldList"]):
    def get_by_natural_key(self, code: str, version: int) -> object:
        return self.get(code=code, version=version)


class CollectionRoundQuerySet(ScopedQuerySet["CollectionRound"]):
    def running(self) -> Self:
        """Rounds that have begun and were not closed."""
        return self.filter(opens_at__lte=clock.now(), closed_at__isnull=True)


class ExpectedQuerySet(ScopedQuerySet["Expected"]):
    def due(self) -> Self:
        """Expected units that are not exempt."""
        return self.filter(exempt_reason="")

    def not_approved(self) -> Self:
        """Expected units whose form has not entered the registry: the rest list of a package (F5)."""
        approved = self.model._default_manager.filter(
            round__submissions__unit=models.F("unit"), round__submissions__status=SubmissionStatus.APPROVED
        )
        return self.exclude(pk__in=approved.values("pk"))


class SubmissionQuerySet(ScopedQuerySet["Submission"]):
    def reviewable_by(self, user: User) -> Self:
        """Forms that wait on a desk at which the person may review."""
        in_charge = user.units_in_charge().allowing(REVIEW)
        return self.within(in_charge).filter(
            status=SubmissionStatus.SUBMITTED, desk_id__in=in_charge.own_unit_ids()
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

    def for_queue(self) -> Self:
        """Forms as the review list shows them: the longest waiting first."""
        return self.select_related("unit", "unit__parent", "round").order_by("on_desk_since", "pk")


class PackageQuerySet(ScopedQuerySet["Package"]):
    pass
