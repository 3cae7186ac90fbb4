"""Set-level reads of draws and their samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.db.models import Count, Q

from orgs.querysets.scope import ScopedQuerySet
from reporting.choices import DrawState

if TYPE_CHECKING:
    from orgs.models import User
    from reporting.models import Draw, DrawItem

_UNDONE = Q(check_made__isnull=True, missing_at__isnull=True) | Q(check_made__voided_at__isnull=False)


class DrawQuerySet(ScopedQuerySet["Draw"]):
    """A draw belongs to the unit that organised it."""

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


class DrawItemQuerySet(ScopedQuerySet["DrawItem"]):
    """A sample belongs to the unit of its channel."""

    unit_lookup: ClassVar[str] = "unit"

    def open(self) -> Self:
        """Samples without a result, or whose check was voided."""
        return self.filter(_UNDONE)

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
