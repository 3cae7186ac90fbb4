"""Set-level reads of schemes and sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from scoring.models import Sheet


class SchemeQuerySet(models.QuerySet["Scheme"]):
    def unused(self) -> Self:
        """Editions no sheet was opened with: they may still be replaced."""
        return self.filter(sheets__isnull=True)

    def latest_editions(self) -> Self:
        """The newest edition of each scheme."""
        newest = self.model._default_manager.filter(code=models.OuterRef("code")).order_by("-version")
        return self.filter(pk=models.Subquery(newest.values("pk")[:1]))


class SheetQuerySet(ScopedQuerySet["Sheet"]):
    def of_year(self, year: int) -> Self:
        return self.filter(year=year)
