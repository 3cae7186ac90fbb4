"""Set-level reads of handed-out accounts. SECURITY: what a list or a page shows is read without the sealed password."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, ClassVar, Self

from django.apps import apps
from django.db import models
from django.db.models import Count, Q

from accounts.choices import HandedState
from orgs.permissions import EDIT_REGISTRY, FILL, roles_with
from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from accounts.models import HandedAccount, HandOut
    from orgs.models import OrgUnit
    from orgs.querysets.scope import UnitsInCharge

OPENING = (FILL, EDIT_REGISTRY)  # either, at the very unit: a branch has nobody but its secretary


def opening_units(in_charge: UnitsInCharge) -> frozenset[int]:
    """The units whose handed-out accounts the person opens and puts in use; none that stands below."""
    return frozenset[int]().union(*(in_charge.allowing(verb).own_unit_ids() for verb in OPENING))


def _within(in_charge: UnitsInCharge, path: str) -> Q:
    nothing = Q(pk__in=[])
    return reduce(or_, (span.condition(path) for span in in_charge.spans), nothing)


class HandOutQuerySet(ScopedQuerySet["HandOut"]):
    """Deliveries, within scope by the unit that hands out."""

    unit_lookup: ClassVar[str] = "unit"

    def for_list(self, reader: UnitsInCharge) -> Self:
        """With how many of the accounts the reader sees are sealed, opened and in use, the latest first."""
        seen = _within(reader, "accounts__unit")
        counts = {
            f"n_{state.value}": Count("accounts", filter=seen & Q(accounts__state=state))
            for state in HandedState
        }
        return (
            self.select_related("unit", "platform", "created_by")
            .annotate(**counts)
            .order_by("-created_at", "-pk")
        )


class HandedAccountQuerySet(ScopedQuerySet["HandedAccount"]):
    """Prepared accounts, within scope by the unit they are for."""

    unit_lookup: ClassVar[str] = "unit"

    def for_list(self) -> Self:
        """With everything a line names, in the official order of units; never with the password."""
        return (
            self.select_related(
                "unit__parent", "hand_out__platform", "hand_out__unit", "account__platform", "opened_by"
            )
            .defer("secret", "account__responsible_name")
            .order_by("unit__tree_id", "unit__lft", "pk")
        )

    def for_envelopes(self) -> Self:
        """As a unit reads its own: what waits to be opened first, then what waits to be used, then the latest."""
        turn = models.Case(
            models.When(state=HandedState.SEALED, then=0),
            models.When(state=HandedState.OPENED, then=1),
            default=2,
        )
        return self.for_list().order_by(turn, "-hand_out__created_at", "-pk")

    def elsewhere(self, reader: UnitsInCharge, issuer: OrgUnit) -> Self:
        """Those whose unit has left the subtree of who hands out, as far as the reader doesn't see it there.

        None for a person who looks after lines of the issuer's subtree: most of what that one doesn't see has gone nowhere.
        """
        if not any(span.covers(issuer) and not span.lines for span in reader.spans):
            return self.none()
        return self.exclude(_within(reader, "unit"))

    def within_reach_of(self, reader: UnitsInCharge) -> Self:
        """Those the person sees by their unit, and of what the person's units hand out those that have gone elsewhere."""
        spans = reader.allowing(EDIT_REGISTRY).spans
        whole = replace(reader, spans=tuple(span for span in spans if not span.lines))
        return self.filter(_within(reader, "unit") | _within(whole, "hand_out__unit"))

    def addressed_to(self, in_charge: UnitsInCharge) -> Self:
        """Those of the very units whose form or registry is the person's: they alone may be opened by that person."""
        return self.filter(unit__in=opening_units(in_charge))

    def sealed(self) -> Self:
        """待领取."""
        return self.filter(state=HandedState.SEALED)

    def unused(self) -> Self:
        """领取了还没有启用."""
        return self.filter(state=HandedState.OPENED)

    def outstanding(self) -> Self:
        """待领取 and 已领取: those that can still be withdrawn."""
        return self.filter(state__in=[HandedState.SEALED, HandedState.OPENED])

    def standing(self) -> Self:
        """Not withdrawn: the user name is given away."""
        return self.exclude(state=HandedState.WITHDRAWN)

    def without_opener(self) -> Self:
        """Sealed ones of units where nobody in office may open them now."""
        offices = apps.get_model("orgs", "Appointment").objects.in_force().filter(user__is_active=True)
        roles = frozenset[str]().union(*(roles_with(verb) for verb in OPENING))
        here = offices.filter(unit=models.OuterRef("unit"), role__in=roles)
        return self.sealed().filter(~models.Exists(here))

    def matching(self, text: str) -> Self:
        """Those whose user name or unit contains every word of the text."""
        condition = Q()
        for word in text.split():
            condition &= Q(user_name__icontains=word) | Q(unit__search_key__icontains=word)
        return self.filter(condition)
