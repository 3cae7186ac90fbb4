"""Set-level reads of 小投票 and 风采展示."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Self

from django.db.models import Count, Q

from orgs.permissions import PUBLISH_NOTICE, VIEW
from orgs.querysets.scope import ScopedQuerySet
from reporting.querysets.pages import of_superiors

if TYPE_CHECKING:
    from orgs.models import User
    from reporting.models import Poll, Showpiece


class PollQuerySet(ScopedQuerySet["Poll"]):
    """A poll belongs to the unit that asks, and is for everybody below."""

    def readable_by(self, user: User, verb: str = VIEW) -> Self:
        """What units of the own scope and those above it ask; withdrawn ones only for who asks."""
        in_charge = user.units_in_charge().allowing(verb)
        if not in_charge.spans:
            return self.none()
        reach = reduce(or_, (of_superiors(span) | span.condition("unit") for span in in_charge.spans))
        own = in_charge.allowing(PUBLISH_NOTICE).own_unit_ids()
        return self.filter(reach).filter(Q(withdrawn_at__isnull=True) | Q(unit_id__in=own))

    def actionable_by(self, user: User, verb: str = PUBLISH_NOTICE) -> Self:
        """Of the very committees of the person; a department's are those its people have published."""
        in_charge = user.units_in_charge().allowing(verb)
        whole = [span.unit_id for span in in_charge.spans if not span.lines]
        by_lines = [span.unit_id for span in in_charge.spans if span.lines]
        return self.filter(Q(unit_id__in=whole) | Q(unit_id__in=by_lines, published_by=user))

    def for_list(self) -> Self:
        """The newest first, with how many units have answered."""
        found = self.select_related("unit").annotate(n_answers=Count("answers"))
        return found.order_by("-published_at", "-pk")


class ShowpieceQuerySet(ScopedQuerySet["Showpiece"]):
    """A piece belongs to the unit that submits it; once it is picked it is for everybody below who picked it."""

    def standing(self) -> Self:
        """Not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)

    def readable_by(self, user: User, verb: str = VIEW) -> Self:
        """Those of the own scope, and those that the own units or superiors have picked; withdrawn ones for nobody else."""
        in_charge = user.units_in_charge().allowing(verb)
        if not in_charge.spans:
            return self.none()
        own = reduce(or_, (span.condition("unit") for span in in_charge.spans))
        shown = reduce(or_, (of_superiors(span, "picked_for") for span in in_charge.spans))
        mine = Q(unit_id__in=in_charge.own_unit_ids())
        return self.filter(own | shown).filter(Q(withdrawn_at__isnull=True) | mine)

    def for_list(self) -> Self:
        return self.select_related("unit", "picked_for").defer("text")
