"""Start of the assessment app: finalised sheets are immutable in the database."""

from __future__ import annotations

from django.apps import AppConfig

from orgs.kernel import triggers


class ScoringConfig(AppConfig):
    name = "scoring"
    verbose_name = "年度考评"

    def ready(self) -> None:
        # Evidence hangs on a score and nothing writes it yet; the operation that will must bring its own rule.
        for table in ("scoring_score", "scoring_consequence"):
            triggers.protect(
                table=table,
                parent_table="scoring_sheet",
                parent_fk="sheet_id",
                parent_pk="id",
                locked_column="state",
                locked_value="final",
            )
