"""日常记录: how many items a channel published on a day (UNI-1.3.3, SUP-2.1.3). The number, never the content."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import LARGEST_COUNT
from accounts.models import Account, Group
from orgs import permissions
from orgs.exceptions import Conflict, NotAllowed
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import OrgUnit
from orgs.operations import ledger
from reporting.exceptions import RecordSettled, ReportingError
from reporting.models import ClosedWeek, DailyRecord
from reporting.querysets.activity import asked_daily, unrecorded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from orgs.models import User
    from orgs.querysets.tree import OrgUnitQuerySet

Channel = Account | Group
MOST_POSTS = min(LARGEST_COUNT, 9_999)
LONGEST_BACK = timedelta(days=366)


@transaction.atomic
def record_day(channel: Channel, day: date, posts: int, *, by: User) -> DailyRecord:
    """Record how many items the channel published on that day; within the week of entry the number may be corrected.

    It counts in the week of that day, in the unit the channel belongs to now. Entered after that week's end it is late:
    only a new edition of that week counts it. Raises RecordSettled once the week of entry is over or an edition has
    counted it: what a closed week has counted stays.
    """
    _ensure_recordable(channel, day, posts, by=by)
    _lock(channel)
    key = {"account" if isinstance(channel, Account) else "group": channel}
    now = clock.now()
    record, is_new = DailyRecord.objects.select_for_update().get_or_create(
        **key,
        day=day,
        defaults={"unit_id": channel.unit_id, "posts": posts, "recorded_by": by, "recorded_at": now},
    )
    if is_new:
        ledger.record("daily_record.recorded", record, by=by, posts=posts)
    if is_new or record.posts == posts:
        return record
    if Week.containing(record.recorded_at) != Week.containing(now) or _is_counted(record):
        raise RecordSettled
    record.posts, record.recorded_by, record.unit_id = posts, by, channel.unit_id
    record.save(update_fields=["posts", "recorded_by", "unit"])
    ledger.record("daily_record.corrected", record, by=by, posts=posts)
    return record


@transaction.atomic
def record_days(channel: Channel, counts: Mapping[date, int], *, by: User) -> int:
    """Record several days of one channel at once; days recorded before are corrected one by one. Returns days new."""
    _ensure_may_record(channel, by=by)
    for day, posts in counts.items():
        ensure_sensible(channel, day, posts)
    _lock(channel)
    key = {"account" if isinstance(channel, Account) else "group": channel}
    known = set(DailyRecord.objects.filter(**key, day__in=counts).values_list("day", flat=True))
    for day in known:
        record_day(channel, day, counts[day], by=by)
    facts = {"unit_id": channel.unit_id, "recorded_by": by, "recorded_at": clock.now()}
    new = [
        DailyRecord(**key, day=day, posts=posts, **facts) for day, posts in counts.items() if day not in known
    ]
    created = DailyRecord.objects.bulk_create(new)
    ledger.record_many("daily_record.recorded", created, by=by)
    return len(created)


@transaction.atomic
def record_cells(cells: Mapping[Channel, Mapping[date, int]], *, by: User) -> int:
    """Several days of several channels at once, all or nothing; returns how many were written. Raises as `record_day`."""
    # In one order, so that two who save at once don't wait for one another.
    for channel, counts in sorted(
        cells.items(), key=lambda each: (each[0]._meta.model_name or "", each[0].pk)
    ):
        record_days(channel, counts, by=by)
    return sum(len(counts) for counts in cells.values())


@transaction.atomic
def record_today(*, by: User) -> int:
    """今天发布了: one item for each open channel of the person's own units that are asked and has no record of today.

    A number that is there stays. Returns how many were recorded. Pressed twice it records once.
    """
    today = clock.today()
    own = own_asked(by)
    waiting: list[Channel] = [
        *unrecorded(Account.objects.filter(unit__in=own), today).select_related("unit").order_by("pk"),
        *unrecorded(Group.objects.filter(unit__in=own), today).select_related("unit").order_by("pk"),
    ]
    for channel in waiting:
        record_day(channel, today, 1, by=by)
    return len(waiting)


def may_record(unit: OrgUnit, *, by: User) -> bool:
    """Whether the person records days for the channels of the unit."""
    in_charge = by.units_in_charge()
    return any(
        in_charge.allowing(verb).covers(unit) for verb in (permissions.EDIT_REGISTRY, permissions.FILL)
    )


def own_asked(by: User) -> OrgUnitQuerySet:
    """The very units the person acts for that are asked for daily records."""
    own = by.units_in_charge().allowing(permissions.FILL).own_unit_ids()
    return asked_daily(OrgUnit.objects.filter(pk__in=own))


def _lock(channel: Channel) -> None:
    """The lock of the channel: two people who record the same day at once write one after the other.

    Raises Conflict where it has gone to another unit meanwhile.
    """
    held = type(channel)._default_manager.select_for_update(of=("self",), no_key=True).get(pk=channel.pk)
    if held.unit_id != channel.unit_id:
        raise Conflict(_("“%s”刚才已转到别的团组织，请刷新页面后再看。") % channel)


def _is_counted(record: DailyRecord) -> bool:
    """Whether a correction of the week of its day has taken the late record in, or is about to."""
    editions = ClosedWeek.objects.of_week(Week.containing(record.day))
    return editions.filter(known_until__gt=record.recorded_at).exists()


def _ensure_recordable(channel: Channel, day: date, posts: int, *, by: User) -> None:
    _ensure_may_record(channel, by=by)
    ensure_sensible(channel, day, posts)


def _ensure_may_record(channel: Channel, *, by: User) -> None:
    if not may_record(channel.unit, by=by):
        raise NotAllowed


def ensure_sensible(channel: Channel, day: date, posts: int) -> None:
    """Raises ReportingError for a day to come, long ago or outside the channel's time, and for an impossible number."""
    today = clock.today()
    if day > today:
        raise ReportingError(_("日期还没有到，请填写今天或以前的日期。"))
    if day < today - LONGEST_BACK:
        raise ReportingError(_("只能补记一年以内的日期，请更正。"))
    if channel.closed_on is not None and day > channel.closed_on:
        raise ReportingError(_("这一天该账号、群已停用，请更正日期。"))
    if not 0 <= posts <= MOST_POSTS:
        raise ReportingError(_("发布条数应为 0 到 %(most)s 的整数，请更正。") % {"most": MOST_POSTS})
