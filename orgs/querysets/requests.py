"""Set-level reads of change requests."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Self

from django.db.models import Q

from orgs.choices import RequestState
from orgs.permissions import EDIT_UNITS
from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from orgs.models import UnitChangeRequest, User


class UnitChangeRequestQuerySet(ScopedQuerySet["UnitChangeRequest"]):
    def waiting(self) -> Self:
        """Requests that nobody has decided."""
        return self.filter(state=RequestState.OPEN)

    def to_decide_by(self, user: User) -> Self:
        """Those of units whose superior the person edits: not asked by the person, not of a unit with an own office."""
        in_charge = user.units_in_charge()
        spans = in_charge.allowing(EDIT_UNITS).spans
        if not spans:
            return self.none()
        below = reduce(or_, (span.condition("unit__parent") for span in spans))
        return (
            self.actionable_by(user, EDIT_UNITS)
            .filter(below)
            .exclude(Q(requested_by=user) | Q(unit__in=in_charge.own_unit_ids()))
        )

    def for_list(self) -> Self:
        """With everything a line shows, the oldest open ones first."""
        return self.select_related("unit__parent", "requested_by", "decided_by")
