"""The result of a sheet and of a round: who may open what, by URL name; one part of the matrix."""

from __future__ import annotations

from orgs import permissions as p
from scoring.models import SheetObjection
from tests.architecture.rows import POST, Row

ASSESSES = f"{p.ASSESS}|{p.RUN_ASSESSMENT}"


def _with_sheet(objection_pk: int) -> list[object]:
    found = SheetObjection.objects.filter(pk=objection_pk).first()
    return [found.sheet_id if found else objection_pk, objection_pk]


RESULTS: dict[str, Row] = {
    "scoring:propose-sheet": Row("sheet", ASSESSES, POST),
    "scoring:withdraw-proposal": Row("sheet", ASSESSES, POST),
    "scoring:confirm-sheet": Row("sheet", ASSESSES, POST),
    "scoring:list-results": Row("", p.ASSESS),
    "scoring:show-result": Row("sheet", p.VIEW_SHEET),
    "scoring:notify-sheet": Row("sheet", ASSESSES, POST),
    "scoring:raise-objection": Row("sheet", p.SELF_ASSESS, POST),
    "scoring:answer-objection": Row("sheet_objection", ASSESSES, POST, args=_with_sheet),
    "scoring:revise-score": Row("sheet_objection", ASSESSES, POST, args=_with_sheet),
    "scoring:record-decision": Row("sheet", ASSESSES, POST),
    "scoring:correct-sheet": Row("sheet", ASSESSES, POST),
    "scoring:attach-scan": Row("sheet", f"{ASSESSES}|{p.SELF_ASSESS}", POST),
    "scoring:download-scan": Row("sheet_scan", p.VIEW_SHEET),
    "scoring:show-results": Row("assessment_round", p.VIEW_SHEET),
    "scoring:notify-round": Row("assessment_round", p.RUN_ASSESSMENT, POST),
    "scoring:demand-explanations": Row("assessment_round", p.RUN_ASSESSMENT, POST),
    "scoring:publish-round": Row("assessment_round", p.RUN_ASSESSMENT, POST),
}
