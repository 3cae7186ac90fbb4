"""A campaign of the province that asks universities for a report, a summary of each month and a planned number."""

from __future__ import annotations

from reporting.operations import hand_ins
from tests.reporting.campaign_rows import at, make_campaign

UNIVERSITIES = {"kinds": ["university"]}
DUE = at(20)
REPORT, MONTHLY, PLAN, NUMBER = "report", "monthly", "plan", "plan-plan"
LAUNCHED = at(2)


def pdf(text: str = "总结") -> bytes:
    return b"%PDF-1.4\n% " + text.encode() + b"\n%%EOF\n"


def papers(world, *, due=DUE, planned_by=None, copies=1, code="papers"):
    by = (planned_by or at(25)).isoformat()
    plan = {"metric": "groups_of", "group_kinds": ["branch"], "planned_by": by}
    given = [
        {
            "code": REPORT,
            "kind": "document",
            "rule": {"title": "工作总结", "copies": copies},
            "deadline_at": due,
        },
        {"code": MONTHLY, "kind": "document", "rule": {"title": "月报", "recurs": "monthly"}},
        {"code": PLAN, "kind": "plan", "rule": plan},
        {"code": NUMBER, "kind": "plan", "rule": plan | {"of": PLAN, "stage": "number"}},
    ]
    requirements = [each | {"target": UNIVERSITIES} for each in given]
    return make_campaign(world, *requirements, launched_at=LAUNCHED, code=code)


def handed(campaign, unit, by, *, text="总结", code=REPORT, period="", name="总结.pdf"):
    return hand_ins.hand_in(campaign.pk, code, unit.pk, pdf(text), name, period=period, by=by)
