"""The requirements of a pack as they would stand, without being saved, and whether the database can judge them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.kernel import clock
from reporting import judging
from reporting.models import Campaign, CampaignVersion, Requirement
from reporting.packs.content import FACTS

if TYPE_CHECKING:
    from orgs.kernel.shapes import Findings
    from orgs.models import OrgUnit
    from reporting.packs import Pack

# Before anybody was registered: every statement runs, over nothing.
LONG_AGO = clock.day_start(date(2000, 1, 3))


def campaign_of(pack: Pack, unit: OrgUnit) -> Campaign:
    """The campaign the pack is a version of, else one that is not saved."""
    known = Campaign.objects.filter(code=pack.code, unit=unit).select_related("unit").first()
    return known or Campaign(pk=0, code=pack.code, unit=unit)


def requirements_of(pack: Pack, campaign: Campaign) -> list[Requirement]:
    """As `load_pack` would keep them; the position stands for the id."""
    version = CampaignVersion(campaign=campaign, title=pack.title)
    return [
        Requirement(
            pk=position,
            version=version,
            position=position,
            code=demand.code,
            **{name: getattr(demand, name) for name in FACTS},
        )
        for position, demand in enumerate(pack.demands, 1)
    ]


def check(pack: Pack, unit: OrgUnit, findings: Findings) -> None:
    """Run every rule's SQL over a registry in which nobody stands; what breaks is named with its line."""
    campaign = campaign_of(pack, unit)
    try:
        judging.ensure_runs(campaign, requirements_of(pack, campaign), LONG_AGO)
    except judging.Breaks as broken:
        tell(pack, broken, findings)


def tell(pack: Pack, broken: judging.Breaks, findings: Findings) -> None:
    """Each rule that breaks alone; where none does, that there are too many of them together."""
    for requirement in broken.which:
        at = pack.demands[requirement.position - 1].at
        findings.add(f"{at}.rule", _("这条标准无法评定，请换一种写法；仍不行请联系系统管理员。"))
    if not broken.which:
        findings.add("requirements", _("这些要求合在一起无法评定，请减少要求，或分成两份部署。"))
