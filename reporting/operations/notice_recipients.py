"""收件单位 of a notice: to which units it goes, and 签收 by them. Per unit, not per person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from orgs.choices import NotificationKind
from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger
from orgs.permissions import PUBLISH_NOTICE
from orgs.querysets.scope import UnitsInCharge
from reporting.choices import NoticeState
from reporting.exceptions import ReportingError
from reporting.models import NoticeRecipient

if TYPE_CHECKING:
    from orgs.models import User
    from orgs.querysets.tree import OrgUnitQuerySet
    from reporting.models import Notice

# The tree is at most seven deep.
DEEPEST = 6
# Every branch of the largest province; what is for more goes from level to level.
MOST = 120_000


def reach(unit: OrgUnit, *, by: User) -> UnitsInCharge:
    """How far the person sends notices in the name of the unit: its subtree, of a department its lines. Raises NotAllowed."""
    spans = by.units_in_charge().allowing(PUBLISH_NOTICE).spans
    own = tuple(span for span in spans if span.unit_id == unit.pk)
    if not own:
        raise NotAllowed
    return UnitsInCharge(own)


def units_for(notice: Notice, *, by: User) -> OrgUnitQuerySet:
    """The units in operation to which the person would send it now: under `under`, of its kinds, lines and levels."""
    below = OrgUnit.objects.within(reach(notice.unit, by=by).narrowed_to(notice.under))
    below = below.in_operation().exclude(pk=notice.unit_id)
    if notice.kinds:
        below = below.filter(kind__in=notice.kinds)
    if notice.lines:
        below = below.filter(line__in=notice.lines)
    if notice.levels:
        below = below.filter(depth__in=[depth_below(notice.unit, level) for level in notice.levels])
    found: OrgUnitQuerySet = below.in_official_order()
    return found


def depth_below(unit: OrgUnit, level: int) -> int:
    """The depth of units so many levels below it; below the national office stand the provinces, each the root of a tree."""
    return level - 1 if unit.is_national else unit.depth + level


def level_word(level: int) -> str:
    """A level below the unit that publishes, in words."""
    return _("第1级（直接下级）") if level == 1 else _("第%(n)d级") % {"n": level}


def send(notice: Notice, *, by: User) -> int:
    """Part of the publication: a row and a message for each unit, in two statements; returns how many. Raises ReportingError."""
    units = units_for(notice, by=by)
    n = units.count()
    if not n:
        raise ReportingError(_("没有收件单位，请先在“编辑”中选择发送范围。"))
    if n > MOST:
        raise ReportingError(_("收件单位超过%(n)d个，请在“编辑”中缩小发送范围。") % {"n": MOST})
    chosen, parameters = units.order_by().values(chosen_id=F("pk")).query.sql_with_params()
    quote = connection.ops.quote_name
    statement = (
        f"INSERT INTO {quote(NoticeRecipient._meta.db_table)} ({quote('notice_id')}, {quote('unit_id')})"  # noqa: S608 - quoted names of the model
        f" SELECT %s, chosen.chosen_id FROM ({chosen}) chosen"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [notice.pk, *parameters])
    words = {"unit": notice.unit.name, "title": notice.title}
    text = (
        _("%(unit)s发布通知《%(title)s》，请阅读并签收。")
        if notice.must_sign
        else _("%(unit)s发布通知《%(title)s》。")
    )
    received = OrgUnit.objects.filter(notices_received__notice=notice)
    return ledger.notify_units(
        received, NotificationKind.NOTICE_PUBLISHED, text % words, link=link_of(notice)
    )


def link_of(notice: Notice) -> str:
    """Where it is read and signed for."""
    return f"/notices/{notice.pk}/"


@transaction.atomic
def sign(notice_id: int, *, by: User) -> int:
    """签收 for the very units in which the person acts; signed once, the first counts. Returns how many.

    Raises NotAllowed where none of them has to sign, IllegalMove for a notice that was withdrawn.
    """
    addressed = NoticeRecipient.objects.of_own_units(by).filter(notice=notice_id, notice__must_sign=True)
    rows = list(addressed.select_related("unit", "notice"))
    if not rows:
        raise NotAllowed(_("这份通知不需要您任职的团组织签收。"))
    if rows[0].notice.state != NoticeState.PUBLISHED:
        raise IllegalMove(_("这份通知已经撤回，不用签收。"))
    now = clock.now()
    signed = [
        row
        for row in rows
        if NoticeRecipient.objects.unsigned().filter(pk=row.pk).update(received_at=now, received_by=by)
    ]
    ledger.record_many("notice.received", signed, by=by)
    return len(signed)
