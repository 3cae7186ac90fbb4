"""Set-level reads of uploaded files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from accounts.models import UploadBatch
    from orgs.models import User


class UploadBatchQuerySet(ScopedQuerySet["UploadBatch"]):
    def made_by(self, user: User) -> Self:
        """A file holds personal data: only who uploaded it reads it, and only within the scope of today."""
        return self.visible_to(user).filter(by=user)

    def for_list(self) -> Self:
        """Without the file and the report, which are large."""
        return self.select_related("round", "unit").defer("content", "report")
