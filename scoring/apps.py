"""Start of the assessment app: finalised sheets are immutable in the database."""

from __future__ import annotations

from django.apps import AppConfig

from orgs import panels
from orgs.kernel import triggers
from orgs.kernel.trigger_rules import Through
from scoring.unit_tabs import tabs


class ScoringConfig(AppConfig):
    name = "scoring"
    verbose_name = "年度考评"

    def ready(self) -> None:
        panels.register(tabs=tabs)
        # Imported here: operations need the models, which exist only now.
        from orgs.operations import upper  # noqa: PLC0415
        from scoring.operations import tree_changes  # noqa: PLC0415

        upper.register(preview=tree_changes.preview, happened=tree_changes.happened)
        for table, parent_fk, through in (
            ("scoring_score", "sheet_id", None),
            ("scoring_consequence", "sheet_id", None),
            ("scoring_evidence", "score_id", Through("scoring_score", "sheet_id")),
            ("scoring_blindsheet", "sheet_id", None),
            ("scoring_blindscore", "blind_sheet_id", Through("scoring_blindsheet", "sheet_id")),
            ("scoring_sheetobjection", "sheet_id", None),
            ("scoring_decision", "sheet_id", None),
            ("scoring_sheetseal", "sheet_id", None),
        ):
            triggers.protect(
                table=table,
                parent_table="scoring_sheet",
                parent_fk=parent_fk,
                parent_pk="id",
                locked_column="state",
                locked_value="final",
                through=through,
            )
        # The final sheet is printed, signed and scanned: scans come after it, and none is ever exchanged.
        triggers.append_only("scoring_signedscan")
        for table, parent_fk, through in (
            ("scoring_assessmentgroup", "round_id", None),
            ("scoring_groupmember", "group_id", Through("scoring_assessmentgroup", "round_id")),
        ):
            triggers.protect(
                table=table,
                parent_table="scoring_assessmentround",
                parent_fk=parent_fk,
                parent_pk="id",
                locked_column="state",
                locked_value="published",
                through=through,
            )
