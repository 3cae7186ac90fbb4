"""书面情况说明 that a result demands: the duty in 督导台账 of the sheet it follows from (SUP-4.4.3)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from scoring.querysets import OfSheetQuerySet


class SheetDuty(models.Model):
    """One final sheet and the duty it led to; the ledger below knows nothing of sheets."""

    sheet = models.OneToOneField("scoring.Sheet", on_delete=models.PROTECT, related_name="explanation")
    duty = models.OneToOneField("reporting.Duty", on_delete=models.PROTECT, related_name="+")

    objects = OfSheetQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return str(self.sheet_id)
