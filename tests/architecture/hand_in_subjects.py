"""Documents and plans for the matrix: a campaign of the national office that asks every unit for both, a document of a unit."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from orgs.kernel import clock
from orgs.models import OrgUnit
from reporting.models import Campaign, HandIn
from reporting.operations import hand_in_files
from tests.architecture.campaign_subjects import LEAVES
from tests.cast import Cast
from tests.reporting.campaign_rows import add_version

REPORT, PLAN = "report", "plan"
CONTENT = b"%PDF-1.4\n%%EOF\n"


def papers_of_all() -> Campaign:
    """Asks every unit for a report and a planned number."""
    return _papers("papers", OrgUnit.objects.get(code="cn"))


def hand_in(unit: OrgUnit, cast: Cast) -> int:
    """A document of the unit in a campaign of its own."""
    campaign = _papers(f"papers-{unit.code}", unit)
    known = HandIn.objects.standing().filter(campaign=campaign, unit=unit).first()
    return (known or _handed(campaign, unit, cast)).pk


def campaign_of_papers(unit: OrgUnit, cast: Cast) -> int | None:
    """Of a unit with nobody below: who stands below reads campaigns of above, which the matrix does not know of."""
    return _papers(f"papers-{unit.code}", unit).pk if unit.code in LEAVES else None


def _handed(campaign: Campaign, unit: OrgUnit, cast: Cast) -> HandIn:
    stored = hand_in_files.STORE.keep(CONTENT)
    return HandIn.objects.create(
        campaign=campaign,
        requirement_code=REPORT,
        unit=unit,
        stored_name=stored,
        original_name="总结.pdf",
        size=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        handed_at=clock.now(),
        handed_by=cast["nobody"],
    )


def _papers(code: str, unit: OrgUnit) -> Campaign:
    known = Campaign.objects.filter(code=code).first()
    if known:
        return known
    began = clock.now() - timedelta(days=10)
    made = Campaign.objects.create(code=code, unit=unit, state="running", launched_at=began)
    report = {"code": REPORT, "kind": "document", "rule": {"title": "工作总结"}}
    planned = (clock.now() + timedelta(days=10)).isoformat()
    plan = {"code": PLAN, "kind": "plan", "rule": {"metric": "admins", "planned_by": planned}}
    add_version(made, report, plan, loaded_at=began)
    return made
