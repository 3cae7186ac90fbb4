"""Set-level reads of platforms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from accounts.models import Platform  # noqa: F401 - the type argument below


class PlatformQuerySet(models.QuerySet["Platform"]):
    def get_by_natural_key(self, code: str) -> object:
        return self.get(code=code)

    def for_accounts(self) -> Self:
        """Platforms on which a unit has accounts; the others have groups only."""
        return self.filter(takes_groups=False)

    def taking_new(self) -> Self:
        """Platforms still in service."""
        return self.filter(is_historic=False)
