"""The URLs of a year's round, its groups and blind scoring in the matrix."""

from __future__ import annotations

from orgs import permissions as p
from scoring.models import Sheet
from tests.architecture.assessment_subjects import round_of
from tests.architecture.rows import BOTH, POST, Row

ASSESSES = f"{p.ASSESS}|{p.RUN_ASSESSMENT}"


def _with_own_round(sheet_pk: int) -> list[object]:
    """The sheet and a round that its unit runs itself."""
    sheet = Sheet.objects.filter(pk=sheet_pk).select_related("unit").first()
    return [sheet_pk, round_of(sheet.unit) if sheet else sheet_pk]


ASSESSMENT: dict[str, Row] = {
    "scoring:list-rounds": Row("", p.RUN_ASSESSMENT),
    "scoring:new-round": Row("", p.RUN_ASSESSMENT, BOTH),
    "scoring:show-round": Row("assessment_round", p.RUN_ASSESSMENT),
    "scoring:add-units": Row("assessment_round", p.RUN_ASSESSMENT, POST),
    "scoring:start-scoring": Row("assessment_round", p.RUN_ASSESSMENT, POST),
    "scoring:extend-round": Row("assessment_round", p.RUN_ASSESSMENT, POST),
    "scoring:assign-sheets": Row("assessment_round", p.RUN_ASSESSMENT, POST),
    "scoring:assign-by-lot": Row("assessment_round", p.RUN_ASSESSMENT, POST),
    "scoring:new-group": Row("assessment_round", p.RUN_ASSESSMENT, BOTH),
    "scoring:show-group": Row("assessment_group", p.RUN_ASSESSMENT, BOTH),
    "scoring:attach-round": Row("sheet", p.SELF_ASSESS, POST, args=_with_own_round),
    "scoring:list-tasks": Row("", ASSESSES),
    "scoring:score-blind": Row("group_sheet", p.ASSESS, BOTH),
    "scoring:agree-scores": Row("group_sheet", ASSESSES, BOTH),
}
