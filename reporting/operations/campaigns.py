"""工作部署: a pack becomes a campaign or its next version; launched, and ended. Nothing that was loaded is ever changed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.exceptions import Conflict, IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.operations import ledger
from reporting.choices import CAMPAIGN_MOVES, CampaignState
from reporting.exceptions import pack_problem
from reporting.models import Campaign, CampaignPhase, CampaignVersion, Requirement
from reporting.operations import campaign_checks, judging
from reporting.operations.texts import checked
from reporting.packs.content import FACTS

if TYPE_CHECKING:
    from orgs.models import OrgUnit, User
    from reporting.packs import Pack


LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading a pack did: its campaign and version, and created | updated | unchanged."""

    campaign: Campaign
    version: int
    outcome: str
    n_requirements: int


@transaction.atomic
def load_pack(
    pack: Pack,
    *,
    unit: OrgUnit | None = None,
    by: User | None = None,
    launch: bool = False,
    seen: int | None = None,
) -> Loaded:
    """Keep a pack as a new campaign in draft, or as the next version of the one with its code.

    The same content changes nothing; what was judged under an earlier version stays. `unit` runs the campaign, else
    the one the pack names, else the one that runs it already. `by` None is the operator. With `launch` a draft is
    launched in the same step. `seen` is the number of the newest version the writer knows of, 0 where there was none.
    Raises PackInvalid with the line and key of what doesn't fit the registry, NotAllowed, IllegalMove for an ended
    campaign, and Conflict where somebody else has loaded a version meanwhile.
    """
    unit = campaign_checks.unit_of(pack, unit, by)
    campaign_checks.check(pack, unit, by)
    campaign = Campaign.objects.get_or_create(code=pack.code, defaults={"unit": unit})[0]
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    if campaign.unit_id != unit.pk:
        raise pack_problem(pack, "code", _("这个代码已用于另一项工作部署，请换一个。"))
    if campaign.state == CampaignState.ENDED:
        raise IllegalMove(_("这项工作部署已结束，不能再改；请换一个代码，另建部署。"))
    if by is not None:
        campaign_checks.ensure_own_lines(campaign, by)
    latest = campaign.versions.order_by("-number").first()
    is_same = latest is not None and latest.content_hash == pack.digest()
    if seen is not None and seen != (latest.number if latest else 0) and not is_same:
        raise Conflict(_("这项工作部署刚才已由他人存了新的版本，请核对后再保存。"))
    number = (latest.number if latest else 0) + (0 if is_same else 1)
    if not is_same:
        _create_version(campaign, pack, number, by)
        ledger.record("campaign.loaded", campaign, by=by, unit=unit, version=number)
        if campaign.state == CampaignState.RUNNING:
            judging.enqueue_judging(campaign, by=by, because=f"version-{number}")
    if launch and campaign.state == CampaignState.DRAFT:
        campaign = launch_campaign(campaign.pk, by=by)
    outcome = "unchanged" if is_same else "updated" if latest else "created"
    return Loaded(campaign, number, outcome, len(pack.demands))


def launch_campaign(campaign_id: int, *, by: User | None = None) -> Campaign:
    """启动: from now on the units asked are judged. Raises NotAllowed, and IllegalMove unless it is a draft."""
    return _move(campaign_id, CampaignState.RUNNING, "campaign.launched", by)


def end_campaign(campaign_id: int, *, by: User | None = None, reason: str = "") -> Campaign:
    """结束: what was judged stays, nothing is judged any more; who does it on the page says why.

    Raises NotAllowed, IllegalMove unless it runs, and ReportingError for a reason that is too long.
    """
    why = checked(reason, label=_("理由"), longest=LONGEST_REASON)
    return _move(campaign_id, CampaignState.ENDED, "campaign.ended", by, reason=why)


@transaction.atomic
def _move(
    campaign_id: int, state: CampaignState, verb: str, by: User | None, *, reason: str = ""
) -> Campaign:
    campaign = Campaign.objects.select_for_update(of=("self",)).select_related("unit").get(pk=campaign_id)
    if by is not None and not permissions.may(by, permissions.RUN_CAMPAIGN, campaign.unit):
        raise NotAllowed
    if state not in CAMPAIGN_MOVES[campaign.state]:
        raise IllegalMove
    if by is not None:
        campaign_checks.ensure_own_lines(campaign, by)
    campaign.state = state
    if state == CampaignState.RUNNING:
        campaign.launched_at, campaign.launched_by = clock.now(), by
    else:
        campaign.ended_at = clock.now()
    campaign.save(update_fields=["state", "launched_at", "launched_by", "ended_at"])
    ledger.record(verb, campaign, by=by, unit=campaign.unit, reason=reason)
    if state == CampaignState.RUNNING:
        judging.enqueue_judging(campaign, by=by, because="launched")
    return campaign


def _create_version(campaign: Campaign, pack: Pack, number: int, by: User | None) -> None:
    version = CampaignVersion.objects.create(
        campaign=campaign,
        number=number,
        title=pack.title,
        document_number=pack.number,
        issuer=pack.issuer,
        issued_on=pack.issued_on,
        contact=pack.contact,
        source=pack.source,
        content_hash=pack.digest(),
        loaded_at=clock.now(),
        loaded_by=by,
    )
    CampaignPhase.objects.bulk_create(
        CampaignPhase(version=version, position=position, **asdict(phase))
        for position, phase in enumerate(pack.phases, 1)
    )
    phases = {phase.code: phase for phase in version.phases.all()}
    Requirement.objects.bulk_create(
        Requirement(
            version=version,
            position=position,
            code=demand.code,
            phase=phases.get(demand.phase),
            **{name: getattr(demand, name) for name in FACTS},
        )
        for position, demand in enumerate(pack.demands, 1)
    )
