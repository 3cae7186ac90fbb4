"""Documents that universities have handed in for the notice: one accepted, one returned, one waiting; the others owe theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from config.demo_data.rounds import Desks
from orgs.kernel import clock
from reporting.models import Campaign
from reporting.operations import hand_ins

if TYPE_CHECKING:
    from orgs.models import OrgUnit, User

CAMPAIGN, REQUIREMENT = "uni-2013", "survey"
# Unit, file, what became of it: None waits.
PAPERS = (
    ("46-U01", "实施方案.pdf", "accepted"),
    ("46-U02", "方案（初稿）.pdf", "方案没有写明建群的时间安排，请补充。"),
    ("46-U03", "微信工作实施方案.pdf", None),
)
_PAGE = b"%PDF-1.4\n% "
_END = b"\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def live_through(units: dict[str, OrgUnit], *, by: User) -> None:
    """Handed in by the universities, decided about by the province."""
    holders = Desks.read().holders
    campaign = Campaign.objects.get(code=CAMPAIGN)
    for n, (code, name, decision) in enumerate(PAPERS):
        unit = units[code]
        with clock.frozen(clock.now() - timedelta(days=3 - n, hours=2)):
            data = _PAGE + code.encode() + _END
            made = hand_ins.hand_in(campaign.pk, REQUIREMENT, unit.pk, data, name, by=holders[unit.pk])
        with clock.frozen(clock.now() - timedelta(days=2 - n, hours=1)):
            if decision == "accepted":
                hand_ins.accept(made.pk, by=by)
            elif decision:
                hand_ins.send_back(made.pk, reason=decision, by=by)
