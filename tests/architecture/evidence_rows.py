"""The evidence of a criterion: who may open what, by URL name; one part of the matrix."""

from __future__ import annotations

from orgs import permissions as p
from scoring.models import Evidence, Score
from tests.architecture.rows import POST, Row


def _of_evidence(pk: int) -> list[object]:
    found = Evidence.objects.filter(pk=pk).select_related("score").first()
    return [found.score.sheet_id if found else pk, pk]


def _of_first_score(pk: int) -> list[object]:
    score = Score.objects.filter(sheet=pk).first()
    return [pk, score.pk if score else pk]


EVIDENCE: dict[str, Row] = {
    "scoring:add-evidence": Row("sheet", f"{p.ASSESS}|{p.SELF_ASSESS}", POST, args=_of_first_score),
    "scoring:download-evidence": Row("evidence", p.VIEW_SHEET, args=_of_evidence),
    "scoring:remove-evidence": Row("evidence", f"{p.ASSESS}|{p.SELF_ASSESS}", POST, args=_of_evidence),
}
