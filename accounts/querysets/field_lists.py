"""Set-level reads of field lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from accounts.models import FieldList


class FieldListQuerySet(models.QuerySet["FieldList"]):
    def get_by_natural_key(self, code: str, version: int) -> FieldList:
        return self.get(code=code, version=version)
