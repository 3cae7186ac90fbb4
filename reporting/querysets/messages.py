"""Set-level reads of messages between units."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, ClassVar, Self

from django.db.models import Q

from orgs.permissions import FILL
from orgs.querysets.scope import ScopedQuerySet
from reporting.querysets.pages import of_superiors

if TYPE_CHECKING:
    from orgs.models import User
    from orgs.querysets.scope import UnitsInCharge
    from reporting.models import DirectedMessage


class DirectedMessageQuerySet(ScopedQuerySet["DirectedMessage"]):
    """A message belongs to the unit it was sent to. The two units alone read it: nobody above them does."""

    unit_lookup: ClassVar[str] = "to_unit"

    def readable_by(self, user: User, verb: str = FILL) -> Self:
        """Those that went to or came from the very units for which the person acts: an auditor acts for none."""
        in_charge = user.units_in_charge().allowing(verb)
        return self.filter(
            _side(in_charge, "to_unit", "from_unit") | _side(in_charge, "from_unit", "to_unit")
        )

    def received_by(self, in_charge: UnitsInCharge) -> Self:
        """Those that went to the very units of these offices."""
        return self.filter(_side(in_charge, "to_unit", "from_unit"))

    def sent_by_units(self, in_charge: UnitsInCharge) -> Self:
        """Those that came from the very units of these offices."""
        return self.filter(_side(in_charge, "from_unit", "to_unit"))

    def unread(self) -> Self:
        """Nobody of the receiving unit has opened it."""
        return self.filter(read_at__isnull=True)

    def for_list(self) -> Self:
        """With both units."""
        return self.select_related("from_unit", "to_unit")

    def for_page(self) -> Self:
        """With everything the page shows."""
        return self.for_list().select_related("sent_by", "answered_by")


def _side(in_charge: UnitsInCharge, mine: str, other: str) -> Q:
    """A department (SUP-1.0) corresponds with units of its lines and with those above."""
    parts = [Q(pk__in=[])]
    for span in in_charge.spans:
        known = Q(**{f"{other}__line__in": span.lines}) | of_superiors(span, other) if span.lines else Q()
        parts.append(Q(**{f"{mine}_id": span.unit_id}) & known)
    return reduce(or_, parts)
