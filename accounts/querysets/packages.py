"""Set-level reads of packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models

from accounts.choices import PackageStatus, SubmissionStatus
from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from accounts.models import Package


class PackageQuerySet(ScopedQuerySet["Package"]):
    def up_to_date(self) -> Self:
        """Packages that the province has, decided or not, with everything that is approved so far.

        One that was accepted is reported again when a later phase has completed it (UNI-3.3).
        """
        forms: Any = (
            self.model._meta.get_field("round").related_model._meta.get_field("submissions").related_model
        )
        newer = forms.objects.filter(
            round=models.OuterRef("round"),
            status=SubmissionStatus.APPROVED,
            approved_at__gt=models.OuterRef("reported_at"),
            unit__tree_id=models.OuterRef("unit__tree_id"),
            unit__lft__gte=models.OuterRef("unit__lft"),
            unit__rght__lte=models.OuterRef("unit__rght"),
        )
        return self.filter(
            models.Q(status=PackageStatus.REPORTED)
            | models.Q(status=PackageStatus.ACCEPTED) & ~models.Exists(newer)
        )

    def waiting(self) -> Self:
        """Packages that the province has yet to accept or return."""
        return self.filter(status=PackageStatus.REPORTED)

    def for_list(self) -> Self:
        """Packages as the list shows them: the newest first, each with who signed and who decided."""
        return self.select_related(
            "round", "unit__parent", "unit__kind", "reported_by", "decided_by"
        ).order_by(models.F("reported_at").desc(nulls_last=True), "-pk")
