"""活动登记: 微话题, 微访谈, 微调查, 微投票, 微活动 of a unit, and topics opened for the units below (WB-3.3, MS-2.3, SUP-2.1.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import LARGEST_COUNT
from orgs.exceptions import Conflict, IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger
from orgs.permissions import FILL, REMIND
from orgs.querysets.scope import UnitsInCharge
from reporting.choices import OutreachKind
from reporting.exceptions import ReportingError
from reporting.models import Outreach
from reporting.operations.texts import checked
from reporting.querysets.outreach import expected_for

if TYPE_CHECKING:
    from orgs.models import User
    from orgs.querysets.tree import OrgUnitQuerySet

LONGEST_TITLE, LONGEST_RESULT = 120, 200
FIRST_DAY = date(2011, 1, 1)  # the year of the first of the source documents
LONGEST_AHEAD = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a person registers: never what was said, only that it took place, where, and what came of it."""

    kind: str
    title: str
    starts_on: date
    ends_on: date | None = None
    link: str = ""
    participants: int | None = None
    result: str = ""
    is_expected_below: bool = False


@transaction.atomic
def register(unit: OrgUnit, given: Facts, *, by: User, answers: int | None = None) -> Outreach:
    """登记 for the unit; `answers` is the topic of a superior that it answers.

    Raises NotAllowed, Outreach.DoesNotExist for a topic that is not expected of the unit, ReportingError.
    """
    _ensure_may(unit, given, by=by)
    topic = _topic(unit, answers) if answers else None
    if topic is not None and given.kind != OutreachKind.TOPIC:
        raise ReportingError(_("这是上级微话题的开展情况，类别请选“微话题”。"))
    columns = _columns(given)
    # The lock of the unit: a form that was sent twice registers once.
    OrgUnit.objects.select_for_update(of=("self",), no_key=True).get(pk=unit.pk)
    same = {name: columns[name] for name in ("kind", "title", "starts_on")}
    if Outreach.objects.filter(unit=unit, **same).exists():
        raise ReportingError(_("本单位同一天已登记同名的活动，不用重复登记。"))
    made = Outreach.objects.create(
        unit=unit, answers=topic, recorded_at=clock.now(), recorded_by=by, **columns
    )
    ledger.record("outreach.recorded", made, by=by, kind=made.kind, answers=made.answers_id)
    return made


@transaction.atomic
def change(outreach_id: int, given: Facts, *, version: int, by: User) -> Outreach:
    """更正. Raises Conflict when somebody saved meanwhile, NotAllowed, ReportingError."""
    outreach = _locked(outreach_id, by=by)
    if outreach.version != version:
        raise Conflict(_("这项活动刚才已被他人修改，请核对现在的内容。"))
    _ensure_may(outreach.unit, given, by=by)
    if outreach.answers_id and given.kind != OutreachKind.TOPIC:
        raise ReportingError(_("这是上级微话题的开展情况，类别请选“微话题”。"))
    if outreach.is_expected_below and not given.is_expected_below and outreach.answered_by.exists():
        raise ReportingError(_("已有下级开展这个话题，不能取消“要求下级开展”。"))
    columns = _columns(given)
    for name, value in columns.items():
        setattr(outreach, name, value)
    outreach.version += 1
    outreach.save(update_fields=[*columns, "version"])
    ledger.record("outreach.changed", outreach, by=by)
    return outreach


@transaction.atomic
def discard(outreach_id: int, *, by: User) -> None:
    """删除 what was registered by mistake. Raises IllegalMove for a topic that units below have answered."""
    outreach = _locked(outreach_id, by=by)
    if outreach.answered_by.exists():
        raise IllegalMove(_("已有下级开展这个话题，不能删除；可以填写结束日期。"))
    ledger.record("outreach.discarded", outreach, by=by, kind=outreach.kind)
    outreach.delete()


def units_for(topic: Outreach, in_charge: UnitsInCharge) -> OrgUnitQuerySet:
    """The units of these subtrees of which the topic is expected, in official order."""
    return expected_for(topic, OrgUnit.objects.within(in_charge)).in_official_order()


def may_open(unit: OrgUnit, *, by: User) -> bool:
    """Whether the person may expect a topic of the units below: who may remind them may.

    A department, which leads its own lines only (SUP-1.0), expects nothing of all below the unit it is of.
    """
    return by.units_in_charge().allowing(REMIND).covers_figures(unit)


def may_change(outreach: Outreach, *, by: User) -> bool:
    """Whether the person may correct or delete it; what is expected of units below only who may open such a topic."""
    may_fill = by.units_in_charge().allowing(FILL).covers(outreach.unit)
    return may_fill and (not outreach.is_expected_below or may_open(outreach.unit, by=by))


def _ensure_may(unit: OrgUnit, given: Facts, *, by: User) -> None:
    if not by.units_in_charge().allowing(FILL).covers(unit):
        raise NotAllowed
    if given.is_expected_below and not may_open(unit, by=by):
        raise NotAllowed(_("本级不能要求下级开展微话题，请联系上级团委。"))


def _topic(unit: OrgUnit, pk: int) -> Outreach:
    """The topic that the unit answers; its lock, so that nobody deletes it meanwhile."""
    rows = Outreach.objects.expected_of([unit.pk]).select_for_update(of=("self",), no_key=True)
    return rows.get(pk=pk)


def _columns(given: Facts) -> dict[str, Any]:
    """The columns of what is registered. Raises ReportingError."""
    title = checked(given.title, label=_("名称"), longest=LONGEST_TITLE)
    if not title:
        raise ReportingError(_("请填写名称，不超过%(n)d个字。") % {"n": LONGEST_TITLE})
    if not FIRST_DAY <= given.starts_on <= clock.today() + LONGEST_AHEAD:
        raise ReportingError(_("开始日期不对，请填写2011年以后、一年以内的日期。"))
    if given.ends_on is not None:
        if given.ends_on < given.starts_on:
            raise ReportingError(_("结束日期早于开始日期，请更正。"))
        if given.ends_on > given.starts_on + 2 * LONGEST_AHEAD:
            raise ReportingError(_("结束日期太远，请填写两年以内的日期。"))
    if given.participants is not None and not 0 <= given.participants <= LARGEST_COUNT:
        raise ReportingError(_("参与人数太大，请核对。"))
    if given.is_expected_below and given.kind != OutreachKind.TOPIC:
        raise ReportingError(_("只有微话题可以要求下级开展，请更正类别或取消“要求下级开展”。"))
    return {
        "kind": OutreachKind(given.kind),
        "title": title,
        "starts_on": given.starts_on,
        "ends_on": given.ends_on,
        "link": given.link,
        "participants": given.participants,
        "result": checked(given.result, label=_("结果"), longest=LONGEST_RESULT),
        "is_expected_below": given.is_expected_below,
    }


def _locked(outreach_id: int, *, by: User) -> Outreach:
    rows = Outreach.objects.actionable_by(by, FILL).select_for_update(of=("self",))
    found = rows.select_related("unit").get(pk=outreach_id)
    if not may_change(found, by=by):
        raise NotAllowed(_("要求下级开展的微话题，由开展要求的本级团委更正。"))
    return found
