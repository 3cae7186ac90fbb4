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
from reporting.exceptions import ReportingError
from reporting.models import SpotCheck

if TYPE_CHECKING:
    from datetime import date

    from orgs.models import User

MOST_POSTS = 9_999


@transaction.atomic
def record_check(channel: Account | Group, *, draw: str, counted_on: date, posts: int, by: User) -> SpotCheck:
    """Record how many items were posted on the last full day; the grade is computed, never typed (SUP-4.1b).

    `draw` names the draw: the checks of one draw in one direct unit are one 次 (SUP-4.1c). The channel counts where it
    stands now.
    """
    unit = channel.unit
    if not permissions.may(by, permissions.RECORD_CHECK, unit):
        raise NotAllowed
    if counted_on >= clock.today():
        raise ReportingError(_("抽查只计完整的一天（0—24时），请填写今天以前的日期。"))
    if not 0 <= posts <= MOST_POSTS:
        raise ReportingError(_("发布条数应为 0 到 %(most)s 的整数，请更正。") % {"most": MOST_POSTS})
    key = {"account" if isinstance(channel, Account) else "group": channel}
    check = SpotCheck.objects.create(
        **key,
        unit=unit,
        direct_unit=direct_unit_of(unit),
        draw=draw,
        counted_on=counted_on,
        posts=posts,
        grade=grading.grade(posts),
        checked_at=clock.now(),
        checked_by=by,
    )
    ledger.record("spot_check.recorded", check, by=by, posts=posts, grade=check.grade)
    return check


@transaction.atomic
def void_check(check: SpotCheck, reason: str, *, by: User) -> SpotCheck:
    """Take a wrong check out of what is counted from now on, with a reason; weeks closed before keep it."""
    if not permissions.may(by, permissions.RECORD_CHECK, check.unit):
        raise NotAllowed
    if not reason.strip():
        raise ReportingError(_("请填写作废理由。"))
    now = clock.now()
    voided = SpotCheck.objects.valid().filter(pk=check.pk)
    if voided.update(voided_at=now, void_reason=reason.strip()[:200]) != 1:
        raise ReportingError(_("这次抽查已作废，请刷新页面。"))
    check.refresh_from_db()
    ledger.record("spot_check.voided", check, by=by, reason=check.void_reason)
    return check


def direct_unit_of(unit: OrgUnit) -> OrgUnit:
    """The city, county, university … directly under the province to which the unit belongs; above it, the unit itself."""
    found = OrgUnit.objects.with_path().get(pk=unit.pk)
    while found.parent is not None and found.parent.kind_id != Kind.PROVINCE:
        found = found.parent
    return found if found.parent is not None else unit
