"""Set-level reads of handed-out accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.db.models import Count, Q

from accounts.choices import HandedState
from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from accounts.models import HandedAccount, HandOut


class HandOutQuerySet(ScopedQuerySet["HandOut"]):
    """Deliveries, within scope by the unit that hands out."""

    unit_lookup: ClassVar[str] = "unit"

    def for_list(self) -> Self:
        """With how many accounts are sealed, opened and in use."""
        counts = {
            f"n_{state.value}": Count("accounts", filter=Q(accounts__state=state)) for state in HandedState
        }
        return self.select_related("unit", "platform").annotate(**counts)


class HandedAccountQuerySet(ScopedQuerySet["HandedAccount"]):
    """Prepared accounts, within scope by the unit they are for."""

    unit_lookup: ClassVar[str] = "unit"

    def for_list(self) -> Self:
        """With everything a line names."""
        return self.select_related("unit__parent", "hand_out__platform", "hand_out__unit", "account")
