"""The URLs of documents that are handed in, and of planned numbers, in the matrix."""

from __future__ import annotations

from orgs import permissions as p
from tests.architecture.hand_in_subjects import PLAN, REPORT, papers_of_all
from tests.architecture.rows import ANYONE, POST, Row


def _of_report(pk: int) -> list[object]:
    return [papers_of_all().pk, REPORT, pk]


def _of_plan(pk: int) -> list[object]:
    return [papers_of_all().pk, PLAN, pk]


HAND_INS: dict[str, Row] = {
    "reporting:list-hand-ins": Row("", ANYONE),
    "reporting:list-campaign-hand-ins": Row("campaign_of_papers", p.VIEW, args=lambda pk: [pk, REPORT]),
    "reporting:show-hand-ins": Row("unit", p.VIEW, args=_of_report),
    "reporting:hand-in": Row("unit", p.FILL, POST, args=_of_report),
    "reporting:download-hand-in": Row("hand_in", p.VIEW),
    "reporting:accept-hand-in": Row("hand_in", p.RUN_CAMPAIGN, POST),
    "reporting:return-hand-in": Row("hand_in", p.RUN_CAMPAIGN, POST),
    "reporting:show-plan": Row("unit", p.VIEW, args=_of_plan),
    "reporting:record-plan": Row("unit", p.FILL, POST, args=_of_plan),
}
