"""What a final sheet said when it was made final, word by word: what `verify_sheets` names differences with."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from scoring.querysets import OfSheetQuerySet


class SheetSeal(models.Model):
    """The canonical JSON of a sheet at 定稿; its sha256 is the sheet's `content_hash`."""

    sheet = models.OneToOneField("scoring.Sheet", on_delete=models.PROTECT, related_name="seal")
    content = models.TextField()
    sealed_at = models.DateTimeField()

    objects = OfSheetQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return str(self.sheet_id)
