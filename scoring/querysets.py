"""Set-level reads of schemes and sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models

from orgs.querysets.scope import ScopedQuerySet
from scoring.choices import SheetState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scoring.models import Scheme, Score, Sheet  # noqa: F401 - Scheme is named in QuerySet["Scheme"] only


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

    def of_unit(self, unit_id: int) -> Self:
        """One unit's sheets with what a list shows, the newest year first."""
        return self.filter(unit_id=unit_id).for_list().order_by("-year", "-pk")

    def open(self) -> Self:
        """Sheets that may still change."""
        return self.exclude(state=SheetState.FINAL)

    def awaiting_self_of(self, unit_ids: Iterable[int]) -> Self:
        """Sheets these units still have to assess themselves on, newest first."""
        waiting = self.filter(state=SheetState.SELF_ASSESSING, unit_id__in=unit_ids)
        return waiting.select_related("scheme").order_by("-year")

    def ungraded(self) -> Self:
        """Open sheets without a grade: some criterion has no points yet, neither given nor computed (SUP-4.3)."""
        return self.open().filter(grade="")

    def for_list(self) -> Self:
        """With what a list shows, units in official order."""
        return (
            self.select_related("scheme", "unit", "unit__kind", "week")
            .prefetch_related(models.Prefetch("scores", self._scores()), "consequences")
            .order_by("unit__position", "unit__code", "pk")
        )

    def _scores(self) -> ScoreQuerySet:
        # The reverse relation, as a queryset file imports no model at run time.
        scores: ScoreQuerySet = self.model.scores.rel.related_model._default_manager.get_queryset()  # type: ignore[assignment]
        return scores.in_sheet_order()


class ScoreQuerySet(ScopedQuerySet["Score"]):
    unit_lookup: ClassVar[str] = "sheet__unit"

    def in_sheet_order(self) -> Self:
        """As on paper, with criterion, item and section."""
        return self.select_related("criterion__item__section").order_by(
            "sheet_id",
            "criterion__item__section__position",
            "criterion__item__position",
            "criterion__position",
        )
