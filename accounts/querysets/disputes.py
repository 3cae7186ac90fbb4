"""Set-level reads of disputes."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import Q

from accounts.choices import DisputeState
from orgs.permissions import EDIT_REGISTRY, roles_with
from orgs.querysets.scope import ScopedQuerySet, UnitsInCharge

if TYPE_CHECKING:
    from accounts.models import Dispute
    from orgs.models import User


class DisputeQuerySet(ScopedQuerySet["Dispute"]):
    """`unit` claims the account, `against` holds it; either side sees the dispute, and who stands above both."""

    def within(self, units: UnitsInCharge) -> Self:
        """Disputes of which at least one side stands in these subtrees."""
        if not units.spans:
            return self.none()
        inside = _ids(units)
        return self.filter(Q(unit__in=inside) | Q(against__in=inside))

    def settleable_by(self, user: User) -> Self:
        """Disputes that the person may settle: an editor at the arbiter or above it, of both sides; never one's own."""
        spans = user.units_in_charge().allowing(EDIT_REGISTRY).spans
        if not spans:
            return self.none()
        inside = (_ids(UnitsInCharge((span,))) for span in spans)
        both = (Q(arbiter__in=ids, unit__in=ids, against__in=ids) for ids in inside)
        return self.filter(reduce(or_, both)).exclude(opened_by=user)

    def waiting(self) -> Self:
        """Disputes that nobody has settled."""
        return self.filter(state=DisputeState.OPEN)

    def waiting_for(self, user: User) -> Self:
        """What the person is to settle now: as arbiter, or above an arbiter where nobody is in office."""
        editors: Any = apps.get_model("orgs", "Appointment").objects.in_force()
        editors = editors.filter(role__in=roles_with(EDIT_REGISTRY), user__is_active=True).order_by()
        own = user.units_in_charge().allowing(EDIT_REGISTRY).own_unit_ids()
        at_the_desk = Q(arbiter__in=own) | ~Q(arbiter__in=editors.values("unit_id"))
        return self.waiting().settleable_by(user).filter(at_the_desk)

    def for_list(self) -> Self:
        """With everything a line names."""
        return self.select_related("unit__parent", "against__parent", "arbiter", "account__platform")


def _ids(units: UnitsInCharge) -> Any:
    """The units as a subquery: joined several times over, ranges of the tree lead SQLite through all pairs of units."""
    return apps.get_model("orgs", "OrgUnit")._default_manager.within(units).order_by().values("pk")
