"""Read interface: campaigns and their boards, as the pages of 工作部署 show them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.http import Http404
from ninja import Field, Query, Router, Schema

from orgs.kernel.clock import Week
from orgs.read_api import LARGEST_ID, Window, page_of, reads
from reporting.models import Campaign
from reporting.pages import campaign_board
from reporting.pages.campaign_answers import Answers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from orgs.models import OrgUnit
    from orgs.querysets.scope import UnitsInCharge
    from reporting.models import Requirement
    from reporting.pages.campaign_answers import Cell
    from reporting.querysets.campaigns import CampaignQuerySet

router = Router(tags=["campaigns"])


class CampaignOut(Schema):
    """A campaign by its newest version."""

    id: int
    code: str
    title: str | None = Field(alias="newest_title")
    version: int | None = Field(alias="newest_number", description="最新版本")
    unit_id: int
    unit: str = Field(alias="unit.name", description="部署单位现在的名称")
    state: str = Field(description="draft 待启动，running 进行中，ended 已结束")
    launched_at: datetime | None
    ended_at: datetime | None


class CampaignPage(Schema):
    items: list[CampaignOut]
    next: int | None


class RequirementOut(Schema):
    """One requirement of the version the board was judged under."""

    code: str
    clause: str
    title: str
    kind: str
    is_hard: bool
    deadline_at: datetime | None


class AnswerOut(Schema):
    """How a unit stands to a requirement, itself and with all below it."""

    code: str
    own: str | None = Field(description="本单位：met、open、behind、overdue、exempt；null 为不要求")
    standing: str | None = Field(description="含下级；同上")
    asked: int
    met: int
    exempt: int


class BoardRow(Schema):
    unit_id: int
    unit_code: str
    name: str
    answers: list[AnswerOut]


class BoardOut(Schema):
    """A unit with all below it, and the units directly below, by requirement."""

    campaign_id: int
    version: int
    week: str | None = Field(description="截至该周周日24:00；null 为现在")
    judged_until: datetime | None = Field(description="现在的结果判定到的时刻")
    requirements: list[RequirementOut]
    total: BoardRow = Field(description="所选单位，含下级")
    is_part: bool = Field(description="部门的令牌：合计只含本级和所列单位")
    items: list[BoardRow]
    next: int | None


class BoardFilter(Window):
    unit: int | None = Field(None, ge=1, le=LARGEST_ID, description="不填为范围内最上一级")
    week: str = Field("", max_length=20, description="已过的一周，如 2026-W46")


@reads(
    router,
    "/campaigns",
    CampaignPage,
    url_name="list-campaigns",
    summary="工作部署",
    description="范围内的团组织和它们的上级启动的工作部署，按 id 排列。",
)
def list_campaigns(request: HttpRequest, wanted: Query[Window]) -> dict[str, object]:
    """Campaigns launched within the scope of the token or above it, by id."""
    return page_of(_readable(request), wanted)


@reads(
    router,
    "/campaigns/{campaign_id}/board",
    BoardOut,
    url_name="show-board",
    summary="一项工作部署的进展",
    description="所选单位（含下级）和直接下级对每项要求的达到情况，按 id 排列。",
)
def show_board(request: HttpRequest, campaign_id: int, wanted: Query[BoardFilter]) -> dict[str, object]:
    """The board below one unit, now or at the end of a week."""
    known = _readable(request) if 0 < campaign_id <= LARGEST_ID else Campaign.objects.none()
    campaign = known.filter(pk=campaign_id).first()
    if campaign is None:
        raise Http404
    in_charge = request.user.units_in_charge()  # type: ignore[union-attr]
    unit = campaign_board.unit_of(campaign, wanted.unit or _top(campaign, in_charge), in_charge)
    chosen = campaign_board.choose(campaign, _week(wanted.week))
    page = page_of(campaign_board.asked_below(chosen, unit, in_charge), wanted)
    units: list[OrgUnit] = page["items"]  # type: ignore[assignment]
    answers = Answers.of(chosen, chosen.requirements, [unit, *units]).seen_by(in_charge, unit)
    return {
        "campaign_id": campaign.pk,
        "version": chosen.version.number,
        "week": str(chosen.week) if chosen.week else None,
        "judged_until": campaign.judged_until if chosen.is_now else None,
        "requirements": chosen.requirements,
        "total": _row(unit, answers, chosen.requirements),
        "is_part": not in_charge.covers_figures(unit),
        "items": [_row(each, answers, chosen.requirements) for each in units],
        "next": page["next"],
    }


def _readable(request: HttpRequest) -> CampaignQuerySet:
    return Campaign.objects.readable_by(request.user).for_page().with_newest_title()  # type: ignore[arg-type]


def _top(campaign: Campaign, in_charge: UnitsInCharge) -> int:
    """The unit that runs the campaign where the token reads it, else the highest the token reads."""
    widest = in_charge.widest()
    return campaign.unit_id if in_charge.covers(campaign.unit) or widest is None else widest.unit_id


def _week(text: str) -> Week | None:
    """Raises Http404 for what is no week."""
    try:
        return Week.parse(text) if text else None
    except ValueError:
        raise Http404 from None


def _row(unit: OrgUnit, answers: Answers, requirements: Sequence[Requirement]) -> dict[str, object]:
    told = [_answer(answers.cell(unit, each)) for each in requirements]
    return {"unit_id": unit.pk, "unit_code": unit.code, "name": unit.name, "answers": told}


def _answer(cell: Cell) -> dict[str, object]:
    count = cell.count
    numbers = {"asked": count.asked, "met": count.met, "exempt": count.exempt}
    return {"code": cell.requirement.code, "own": cell.own, "standing": cell.standing, **numbers}
