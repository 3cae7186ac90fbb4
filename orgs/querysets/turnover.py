"""Set-level reads of intakes closed and opened in one batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from orgs.models import IntakeTurnover


class IntakeTurnoverQuerySet(ScopedQuerySet["IntakeTurnover"]):
    def for_list(self) -> Self:
        """With everything a line shows."""
        return self.select_related("unit", "by", "undone_by")
