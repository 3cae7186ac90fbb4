"""抽查: record a spot check and its grade, void one that was wrong. A check is never deleted (SUP-4.1b)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, Group
from orgs import permissions
from orgs.choices import Kind
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger
from reporting import grading
from reporting.choices import CheckKind
from reporting.exceptions import ReportingError
from reporting.models import Objection, SpotCheck
from reporting.operations.texts import checked

if TYPE_CHECKING:
    from datetime import date

    from orgs.models import User
    from reporting.querysets.draws import ObjectionQuerySet

MOST_POSTS = 9_999
LONGEST_REASON = 200


@transaction.atomic
def record_check(channel: Account | Group, *, draw: str, counted_on: date, posts: int, by: User) -> SpotCheck:
    """Record how many items were posted on the last full day; the grade is computed, never typed (SUP-4.1b).

    `draw` names the draw: the checks of one draw in one direct unit are one 次 (SUP-4.1c). The channel counts where it
    stands now.
    """
    if not permissions.may(by, permissions.RECORD_CHECK, channel.unit):
        raise NotAllowed
    return write_check(channel, draw=draw, counted_on=counted_on, posts=posts, by=by)


def write_check(
    channel: Account | Group,
    *,
    draw: str,
    counted_on: date,
    posts: int,
    by: User,
    kind: CheckKind = CheckKind.POSTS,
) -> SpotCheck:
    """Part of an operation that has asked whether the person may: check the figures, write the row. Raises ReportingError."""
    if counted_on >= clock.today():
        raise ReportingError(_("抽查只计完整的一天（0—24时），请填写今天以前的日期。"))
    if not 0 <= posts <= MOST_POSTS:
        raise ReportingError(_("发布条数应为 0 到 %(most)s 的整数，请更正。") % {"most": MOST_POSTS})
    unit = channel.unit
    check = SpotCheck.objects.create(
        **_key(channel),
        unit=unit,
        direct_unit=direct_unit_of(unit),
        draw=draw,
        kind=kind,
        counted_on=counted_on,
        posts=posts,
        grade=grading.grade(posts),
        checked_at=clock.now(),
        checked_by=by,
    )
    ledger.record("spot_check.recorded", check, by=by, posts=posts, grade=check.grade, kind=str(kind))
    return check


@transaction.atomic
def record_call(channel: Account | Group, *, note: str, by: User) -> SpotCheck:
    """电话了解: a call about a channel, with what it told. Of its own kind: it has no count and stands in no grade (product.md 6).

    The same words of the same person on one day are the same call, sent twice. Raises NotAllowed, ReportingError.
    """
    unit = OrgUnit.objects.select_for_update(no_key=True, of=("self",)).get(pk=channel.unit_id)
    if not permissions.may(by, permissions.RECORD_CHECK, unit):
        raise NotAllowed
    said = checked(note, label=_("了解到的情况"), longest=LONGEST_REASON)
    if not said:
        raise ReportingError(_("请填写了解到的情况。"))
    same = SpotCheck.objects.valid().filter(**_key(channel), kind=CheckKind.PHONE, note=said, checked_by=by)
    known = same.filter(counted_on=clock.today()).first()
    if known is not None:
        return known
    check = SpotCheck.objects.create(
        **_key(channel),
        unit=unit,
        direct_unit=direct_unit_of(unit),
        draw="",
        kind=CheckKind.PHONE,
        counted_on=clock.today(),
        posts=0,
        grade="",
        note=said,
        checked_at=clock.now(),
        checked_by=by,
    )
    ledger.record("spot_check.called", check, by=by)
    return check


@transaction.atomic
def void_check(check: SpotCheck, reason: str, *, by: User) -> SpotCheck:
    """Take a wrong check out of what is counted from now on, with a reason; weeks closed before keep it.

    An open objection to it is upheld by that. Raises NotAllowed, ReportingError without a reason or with too long a one.
    """
    if not permissions.may(by, permissions.RECORD_CHECK, check.unit):
        raise NotAllowed
    why = checked(reason, label=_("作废理由"), longest=LONGEST_REASON)
    if not why:
        raise ReportingError(_("请填写作废理由。"))
    mark_void(check, why, by=by)
    uphold_moot(Objection.objects.filter(check_made=check), _("原抽查已作废"), by=by)
    return check


def uphold_moot(rows: ObjectionQuerySet, remark: str, *, by: User) -> None:
    """Part of an operation: an open objection to what no longer counts is upheld by that."""
    moot = rows.waiting().select_for_update(of=("self",)).first()
    if moot is not None:
        moot.is_upheld, moot.remark = True, remark
        moot.decided_at, moot.decided_by = clock.now(), by
        moot.save(update_fields=["is_upheld", "remark", "decided_at", "decided_by"])
        ledger.record("objection.decided", moot, by=by, is_upheld=True)


def mark_void(check: SpotCheck, why: str, *, by: User) -> None:
    """Part of an operation: the check no longer counts, once. Raises ReportingError where it was voided before."""
    voided = SpotCheck.objects.valid().filter(pk=check.pk)
    if voided.update(voided_at=clock.now(), void_reason=why) != 1:
        raise ReportingError(_("这次抽查已作废，请刷新页面。"))
    check.refresh_from_db()
    ledger.record("spot_check.voided", check, by=by, reason=why)


def direct_unit_of(unit: OrgUnit) -> OrgUnit:
    """The city, county, university … directly under the province to which the unit belongs; above it, the unit itself."""
    found = OrgUnit.objects.with_path().get(pk=unit.pk)
    while found.parent is not None and found.parent.kind_id != Kind.PROVINCE:
        found = found.parent
    return found if found.parent is not None else unit


def _key(channel: Account | Group) -> dict[str, object]:
    return {"account" if isinstance(channel, Account) else "group": channel}
