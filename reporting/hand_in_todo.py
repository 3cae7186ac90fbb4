"""Home page lines about 报送材料: what the own units have to hand in or plan, what came back, what waits to be accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.permissions import FILL
from orgs.todo import Todo
from reporting import judging
from reporting.choices import CampaignState, DemandKind, HandInState
from reporting.models import HandIn, Judgement, PlannedNumber, Requirement

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from orgs.querysets.scope import UnitsInCharge


def sets(in_charge: UnitsInCharge) -> dict[str, QuerySet[Any]]:
    """Requirements that the own units have not met, by the last judging and what came since; documents to decide about."""
    own = in_charge.allowing(FILL).own_unit_ids()
    mine = HandIn.objects.filter(unit_id__in=own)
    newer = HandIn.objects.standing().filter(
        campaign=OuterRef("campaign"),
        requirement_code=OuterRef("requirement_code"),
        unit=OuterRef("unit"),
        period=OuterRef("period"),
        copy=OuterRef("copy"),
    )
    later = mine.filter(
        campaign=OuterRef("campaign"),
        requirement_code=OuterRef("requirement_code"),
        unit=OuterRef("unit"),
        period=OuterRef("period"),
        copy=OuterRef("copy"),
        handed_at__gt=OuterRef("handed_at"),
    )
    returned = mine.filter(state=HandInState.RETURNED, campaign__state=CampaignState.RUNNING)
    handed = mine.since_judged().standing().filter(campaign=OuterRef("version__campaign"))
    planned = PlannedNumber.objects.in_force().filter(unit_id__in=own, campaign=OuterRef("version__campaign"))
    documents = _lacking(own).papers(DemandKind.DOCUMENT)
    back = returned.filter(campaign=OuterRef("version__campaign"), requirement_code=OuterRef("code"))
    return {
        "hand_ins_to_decide": HandIn.objects.to_decide(in_charge),
        "hand_ins_returned": returned.filter(~Exists(newer), ~Exists(later)),
        "hand_ins_due": documents.filter(
            ~Exists(handed.filter(requirement_code=OuterRef("code"))), ~Exists(back)
        ),
        "plans_due": _lacking(own)
        .papers(DemandKind.PLAN)
        .filter(~Exists(planned.filter(requirement_code=OuterRef("code")))),
    }


def lines(counted: dict[str, int]) -> list[Todo]:
    """What the counts of `sets` ask for."""
    url = reverse("reporting:list-hand-ins")
    returned, due = counted["hand_ins_returned"], counted["hand_ins_due"]
    found = [
        Todo(_("报送的材料被退回"), _("去修改"), url, returned, tone="bad", status=_("已退回")),
        Todo(_("有材料待报送"), _("去报送"), url, due, tone="warn", status=_("待报送")),
        Todo(_("有计划数待填写"), _("去填写"), url, counted["plans_due"], tone="warn", status=_("待填写")),
        Todo(
            _("下级报送的材料待接收"),
            _("去接收"),
            url,
            counted["hand_ins_to_decide"],
            tone="warn",
            status=_("待接收"),
        ),
    ]
    return [line for line in found if line.count]


def _lacking(own: frozenset[int]) -> Any:
    """Requirements of running campaigns that one of these units is asked and has not met."""
    answers = Judgement.objects.current().filter(version=OuterRef("version"), unit_id__in=own)
    character = Substr("standings", OuterRef("position"), Value(1))  # type: ignore[arg-type]  # the stubs forget F
    told = answers.annotate(told=character).filter(told__in=[judging.UNMET, judging.YOUNG])
    return Requirement.objects.filter(Exists(told), version__campaign__state=CampaignState.RUNNING)
