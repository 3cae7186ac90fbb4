"""Set-level reads of draws and their samples."""

from __future__ import annotations

from functools import reduce
from itertools import combinations
from operator import or_
from typing import TYPE_CHECKING, ClassVar, Self

from django.db.models import Count, Exists, OuterRef, Q

from orgs.choices import Line
from orgs.permissions import FILL, RECORD_CHECK, VIEW
from orgs.querysets.scope import ScopedQuerySet
from reporting.choices import DrawState, DrawWay

if TYPE_CHECKING:
    from datetime import datetime

    from orgs.models import User
    from orgs.querysets.scope import Span
    from reporting.models import Draw, DrawItem, Objection, VerifiedCount

_UNDONE = Q(check_made__isnull=True, missing_at__isnull=True) | Q(check_made__voided_at__isnull=False)

_HAS_SECOND = Q(second_check__isnull=False) | Q(second_at__isnull=False)


class DrawQuerySet(ScopedQuerySet["Draw"]):
    """A draw belongs to the unit that organised it."""

    def readable_by(self, user: User, verb: str = VIEW) -> Self:
        """Draws of the person's subtrees; of those a department reads only the ones made among its own lines (A3)."""
        spans = user.units_in_charge().allowing(verb).spans
        if not spans:
            return self.none()
        return self.filter(
            reduce(or_, (span.condition(self.unit_lookup) & self._among_lines(span) for span in spans))
        )

    def for_list(self) -> Self:
        """Newest first, without the long frames, with `n_done`: samples that have a result."""
        done = Q(items__isnull=False) & (
            Q(items__missing_at__isnull=False)
            | Q(items__check_made__isnull=False, items__check_made__voided_at__isnull=True)
        )
        return (
            self.defer("frame")
            .select_related("unit", "scope", "replaces")
            .annotate(n_done=Count("items", filter=done))
            .order_by("-drawn_at", "-pk")
        )

    def _among_lines(self, span: Span) -> Q:
        """Drawn among nothing but the lines of the span, or below its unit with no sample of another line."""
        if not span.lines:
            return Q()
        # A draw keeps its lines in the order of `Line`; no engine but one asks JSON for "contained in".
        own = [each for each in Line.values if each in span.lines]
        chosen = [list(some) for n in range(1, len(own) + 1) for some in combinations(own, n)]
        # The relation, as a queryset file imports no model at run time.
        items = self.model.items.rel.related_model._default_manager
        foreign = items.filter(draw=OuterRef("pk")).exclude(unit__line__in=own)
        below = Q(scope__line__in=own) & ~Q(scope=span.unit_id) & Q(~Exists(foreign))
        return reduce(or_, (Q(lines=some) for some in chosen), below)


class DrawItemQuerySet(ScopedQuerySet["DrawItem"]):
    """A sample belongs to the unit of its channel."""

    unit_lookup: ClassVar[str] = "unit"

    def readable_by(self, user: User) -> Self:
        """Samples where the person inspects; of a cross-inspection those given to the person, while it runs (SUP-4.1d)."""
        own = self.actionable_by(user, RECORD_CHECK)
        if not user.units_in_charge().allowing(FILL).spans:
            return own
        crosswise = Q(draw__way=DrawWay.CROSS, draw__state=DrawState.ASSIGNED, inspector=user)
        return own | self.filter(crosswise)

    def open(self) -> Self:
        """Samples without a result, or whose check was voided."""
        return self.filter(_UNDONE)

    def waiting(self) -> Self:
        """Open samples that can still be recorded: what was voided after the draw was closed stays as it is."""
        return self.open().exclude(draw__state=DrawState.CLOSED)

    def running(self) -> Self:
        """Samples of draws whose inspectors are at work."""
        return self.filter(draw__state=DrawState.ASSIGNED)

    def done(self) -> Self:
        """Samples with a result that stands."""
        return self.exclude(_UNDONE)

    def assigned_to(self, user: User) -> Self:
        """Samples of draws in force that the person has to look at or has looked at."""
        return self.filter(inspector=user).exclude(draw__state=DrawState.REPLACED)

    def for_list(self) -> Self:
        """In the order drawn, with everything a line shows."""
        return (
            self.select_related(
                "draw", "group__platform", "unit__parent", "inspector", "check_made", "verified_count"
            )
            .defer("draw__frame")
            .prefetch_related("check_made__objections__second_check")
            .order_by("draw", "position")
        )


class VerifiedCountQuerySet(ScopedQuerySet["VerifiedCount"]):
    """A verified figure belongs to the unit whose group was looked at."""

    def valid(self) -> Self:
        """Those that were not voided."""
        return self.filter(voided_at__isnull=True)

    def valid_at(self, at: datetime) -> Self:
        """Those found before that moment and not voided before it."""
        return self.filter(Q(voided_at__isnull=True) | Q(voided_at__gte=at), verified_at__lt=at)

    def for_list(self) -> Self:
        """With everything a line shows, the newest first."""
        return self.select_related("group", "unit", "verified_by").order_by("-verified_at", "-pk")

    def with_objections(self) -> Self:
        """With the objection to each, and the one whose second result it is; a statement more."""
        return self.select_related("group", "unit", "verified_by", "second_of").prefetch_related("objections")


class ObjectionQuerySet(ScopedQuerySet["Objection"]):
    """An objection is about the unit that was checked; the one that raised it stands at it or above."""

    unit_lookup: ClassVar[str] = "checked_unit"

    def readable_by(self, user: User, verb: str = VIEW) -> Self:
        """Objections to checks in the person's subtrees: of the unit, its superiors and who inspects there."""
        return self.actionable_by(user, verb)

    def for_list(self) -> Self:
        """The newest first, with everything a line and the page show."""
        return self.select_related(
            "unit", "raised_by", "decided_by", "second_inspector", "checked_unit", "check_made__unit", "check_made__group",
            "check_made__account", "check_made__checked_by", "second_check__checked_by", "count_made__unit",
            "count_made__group", "count_made__verified_by",
        ).order_by("-raised_at", "-pk")  # fmt: skip

    def waiting(self) -> Self:
        """Nobody has decided about it yet."""
        return self.filter(decided_at__isnull=True)

    def rechecked(self) -> Self:
        """The second inspector has looked."""
        return self.filter(_HAS_SECOND)

    def to_recheck_by(self, user: User) -> Self:
        """Given to the person as second inspector, who has not looked yet."""
        return self.waiting().filter(~_HAS_SECOND, second_inspector=user)
