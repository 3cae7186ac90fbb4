"""Set-level reads of credentials for statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from orgs.permissions import EDIT_REGISTRY
from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from orgs.models import User
    from reporting.models import Collector


class CollectorQuerySet(ScopedQuerySet["Collector"]):
    """Credentials belong to the very unit: no superior reads or changes them."""

    def actionable_by(self, user: User, verb: str = EDIT_REGISTRY) -> Self:
        return self.filter(unit_id__in=user.units_in_charge().allowing(verb).own_unit_ids())
