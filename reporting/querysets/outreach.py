"""Set-level reads of registered activities (WB-3.3, MS-2.3) and of the topics that a level opens (SUP-2.1.3)."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Case, Count, Exists, OuterRef, Q, When

from orgs.choices import Kind
from orgs.permissions import VIEW
from orgs.querysets.scope import ScopedQuerySet
from reporting.querysets.activity import duties_over

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from orgs.models import OrgUnit, User
    from orgs.querysets.scope import UnitsInCharge
    from orgs.querysets.tree import OrgUnitQuerySet
    from reporting.models import Outreach


class OutreachQuerySet(ScopedQuerySet["Outreach"]):
    """An activity belongs to the unit that holds it; a topic that is expected below is read there as well."""

    def readable_by(self, user: User, verb: str = VIEW) -> Self:
        """Those of the own scope, and topics that superiors expect of the very units of the person."""
        in_charge = user.units_in_charge().allowing(verb)
        own = self.within(in_charge).values("pk")
        expected = self.expected_of(in_charge.own_unit_ids()).values("pk")
        return self.filter(Q(pk__in=own) | Q(pk__in=expected))

    def expected_of(self, unit_ids: Iterable[int]) -> Self:
        """Topics of the units directly above these; of all above where a superior asks for daily records."""
        # The relation, as a queryset file imports no model at run time.
        units: Any = self.model._meta.get_field("unit").related_model
        own = units._default_manager.filter(pk__in=set(unit_ids)).in_operation()
        return self.filter(_addressed_to(own), is_expected_below=True)

    def running(self, day: date) -> Self:
        """Those that have not ended by the day; what has no end runs on."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))

    def unanswered_by(self, unit_ids: Iterable[int]) -> Self:
        """Topics to which one of the units that are expected to has not registered an own activity."""
        units: Any = self.model._meta.get_field("unit").related_model
        own = units._default_manager.filter(pk__in=set(unit_ids)).in_operation()
        answered = self.model._default_manager.filter(answers=OuterRef(OuterRef("pk")), unit=OuterRef("pk"))
        silent = own.filter(~Exists(answered))
        return self.filter(_addressed_to(silent))

    def matching(self, text: str) -> Self:
        """Those whose name contains every word."""
        found = self
        for word in text.split():
            found = found.filter(title__icontains=word)
        return found

    def for_list(self) -> Self:
        """With the unit and the topic answered; the newest first."""
        return self.select_related("unit", "answers__unit", "recorded_by").order_by("-starts_on", "-pk")

    def with_answers(self, in_charge: UnitsInCharge) -> Self:
        """With how many of these units have answered (A3); None where the opener is none of them."""
        opened, answering = (_within(in_charge, path) for path in ("unit", "answered_by__unit"))
        n = Count("answered_by__unit", filter=answering, distinct=True)
        return self.annotate(n_answers=Case(When(opened, then=n)))


def expected_for(topic: Outreach, units: OrgUnitQuerySet) -> OrgUnitQuerySet:
    """Those of the units of which the topic is expected: directly below, and deeper where a superior asks."""
    opener: OrgUnit = topic.unit
    below = Q(tree_id=opener.tree_id, lft__gt=opener.lft, rght__lt=opener.rght)
    directly = Q(parent=opener)
    if opener.is_national:
        below = ~Q(pk=opener.pk)
        directly = Q(parent__isnull=True) & below
    found: OrgUnitQuerySet = units.in_operation().filter(
        directly | (below & Q(Exists(duties_over(units, ""))))
    )
    return found


def _within(in_charge: UnitsInCharge, path: str) -> Q:
    return reduce(or_, (span.condition(path) for span in in_charge.spans), Q(pk__in=()))


def _addressed_to(units: OrgUnitQuerySet) -> Q:
    """Whether one of the units is directly below the opener of the topic, or deeper and asked by a superior."""
    asked = units.filter(Exists(duties_over(units, "")))
    inside = {
        "tree_id": OuterRef("unit__tree_id"),
        "lft__gt": OuterRef("unit__lft"),
        "rght__lt": OuterRef("unit__rght"),
    }
    below = Q(Exists(units.filter(parent=OuterRef("unit")))) | Q(Exists(asked.filter(**inside)))
    # The national office stands above all trees.
    provinces = units.filter(parent__isnull=True).exclude(kind=Kind.NATIONAL)
    of_the_nation = Q(Exists(provinces)) | Q(Exists(asked.exclude(kind=Kind.NATIONAL)))
    return below | (Q(unit__kind=Kind.NATIONAL) & of_the_nation)
