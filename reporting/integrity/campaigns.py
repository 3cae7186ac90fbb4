"""Campaigns: judgements fit their version, tallies are possible, versions count from one (F7, R5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Length
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.kernel.integrity import Check, Found, check
from orgs.kernel.version_checks import overlaps
from reporting.choices import CampaignState
from reporting.models import Campaign, CampaignVersion, Judgement, Requirement, Tally

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orgs.kernel.integrity import Run

JUDGE = gettext_lazy("请运行 manage.py judge_campaigns 重新判定；仍有问题的，把检查结果交给维护人员。")


@check("judgement-length", "R6", gettext_lazy("达到情况与该版要求一一对应"), remedy=JUDGE)
def standings(run: Run) -> Iterator[Found]:
    """One character for each requirement of the version."""
    asked = Requirement.objects.filter(version=OuterRef("version")).order_by().values("version")
    found = Judgement.objects.annotate(
        length=Length("standings"), n_asked=Subquery(asked.annotate(n=Count("pk")).values("n"))
    )
    for pk in found.exclude(length=F("n_asked")).order_by("pk").values_list("pk", flat=True).iterator():
        yield Found(_("达到情况 %(id)s") % {"id": pk}, _("项数与要求数不符"), pk)


@check("tallies", "R1", gettext_lazy("达到数加免予数不超过应达到数"), remedy=JUDGE)
def tallies(run: Run) -> Iterator[Found]:
    """No more units meet a requirement than are asked."""
    for pk in (
        Tally.objects.filter(n_met__gt=F("n_asked")).order_by("pk").values_list("pk", flat=True).iterator()
    ):
        yield Found(_("达到数 %(id)s") % {"id": pk}, _("达到数大于应达到数"), pk)


judgement_overlaps = overlaps("judgement-versions-overlap", Judgement, Tally)


@check(
    "campaign-versions",
    "R5",
    gettext_lazy("部署的版本从 1 起连续，进行中的部署有启动时间"),
    remedy=gettext_lazy("部署版本只增不改。请停止写入，从最近的备份恢复。"),
)
def versions(run: Run) -> Iterator[Found]:
    """A campaign's packs are numbered without gaps; what runs was launched, what ended was so at a moment."""
    numbers: dict[int, list[int]] = {}
    known = CampaignVersion.objects.order_by("campaign_id", "number").values_list("campaign_id", "number")
    for campaign_id, number in known:
        numbers.setdefault(campaign_id, []).append(number)
    for campaign in Campaign.objects.order_by("pk"):
        found = numbers.get(campaign.pk, [])
        is_dated = campaign.state == CampaignState.DRAFT or campaign.launched_at is not None
        is_ended = campaign.state != CampaignState.ENDED or campaign.ended_at is not None
        if found != list(range(1, len(found) + 1)) or not found or not is_dated or not is_ended:
            text = _("版本不连续，或缺少启动、结束时间")
            yield Found(_("工作部署 %(code)s") % {"code": campaign.code}, text, campaign.pk)


CHECKS: tuple[Check, ...] = (standings, tallies, judgement_overlaps, versions)
