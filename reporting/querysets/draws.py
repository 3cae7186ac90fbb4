"""Set-level reads of draws and their samples."""

from __future__ import annotations

from functools import reduce
from itertools import combinations
from operator import or_
from typing import TYPE_CHECKING, ClassVar, Self

from django.db.models import Count, Exists, OuterRef, Q

from orgs.choices import Line
from orgs.permissions import VIEW
from orgs.querysets.scope import ScopedQuerySet
from reporting.choices import DrawState

if TYPE_CHECKING:
    from orgs.models import User
    from orgs.querysets.scope import Span
    from reporting.models import Draw, DrawItem

_UNDONE = Q(check_made__isnull=True, missing_at__isnull=True) | Q(check_made__voided_at__isnull=False)


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
        items = self.model._meta.get_field("items").related_model.objects  # type: ignore[union-attr]
        foreign = items.filter(draw=OuterRef("pk")).exclude(unit__line__in=own)
        below = Q(scope__line__in=own) & ~Q(scope=span.unit_id) & ~Exists(foreign)
        return reduce(or_, (Q(lines=some) for some in chosen), below)


class DrawItemQuerySet(ScopedQuerySet["DrawItem"]):
    """A sample belongs to the unit of its channel."""

    unit_lookup: ClassVar[str] = "unit"

    def open(self) -> Self:
        """Samples without a result, or whose check was voided."""
        return self.filter(_UNDONE)

    def waiting(self) -> Self:
        """Open samples that can still be recorded: what was voided after the draw was closed stays as it is."""
        return self.open().exclude(draw__state=DrawState.CLOSED)

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
            .order_by("draw", "position")
        )
