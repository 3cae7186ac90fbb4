"""Set-level reads of schemes and sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from scoring.models import Sheet


class SchemeQuerySet(models.QuerySet["Scheme"]):
    pass


class SheetQuerySet(ScopedQuerySet["Sheet"]):
    def of_year(self, year: int) -> Self:
        return self.filter(year=year)
