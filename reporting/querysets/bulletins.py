"""Set-level reads of bulletins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from orgs.querysets.scope import ScopedQuerySet
from reporting.choices import BulletinState

if TYPE_CHECKING:
    from reporting.models import Bulletin


class BulletinQuerySet(ScopedQuerySet["Bulletin"]):
    """Within scope by the unit that publishes; recipients read published ones through `BulletinRecipient`."""

    def published(self) -> Self:
        """What readers see."""
        return self.filter(state=BulletinState.PUBLISHED)

    def drafts(self) -> Self:
        """What is being written."""
        return self.filter(state=BulletinState.DRAFT)


class BulletinRecipientQuerySet(ScopedQuerySet[Any]):
    """Rows about one bulletin and one unit, within scope by that unit."""

    def waiting(self) -> Self:
        """Not signed for yet."""
        return self.filter(received_at__isnull=True)
