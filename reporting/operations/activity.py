"""日常记录: how many items a channel published on a day (UNI-1.3.3, SUP-2.1.3). The number, never the content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import LARGEST_COUNT
from accounts.models import Account, Group
from orgs import permissions
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.operations import ledger
from reporting.exceptions import RecordSettled, ReportingError
from reporting.models import ClosedWeek, DailyRecord

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from orgs.models import User

Channel = Account | Group
MOST_POSTS = min(LARGEST_COUNT, 9_999)


@transaction.atomic
def record_day(channel: Channel, day: date, posts: int, *, by: User) -> DailyRecord:
    """Record how many items the channel published on that day; within the week of entry the number may be corrected.

    It counts in the week of that day, in the unit the channel belongs to now. Entered after that week's end it is late:
    only a new edition of that week counts it. Raises RecordSettled once the week of entry is over or an edition has
    counted it: what a closed week has counted stays.
    """
    _ensure_recordable(channel, day, posts, by=by)
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
        _ensure_sensible(day, posts)
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


def _is_counted(record: DailyRecord) -> bool:
    """Whether a correction of the week of its day has taken the late record in, or is about to."""
    editions = ClosedWeek.objects.of_week(Week.containing(record.day))
    return editions.filter(known_until__gt=record.recorded_at).exists()


def _ensure_recordable(channel: Channel, day: date, posts: int, *, by: User) -> None:
    _ensure_may_record(channel, by=by)
    _ensure_sensible(day, posts)


def _ensure_may_record(channel: Channel, *, by: User) -> None:
    if not permissions.may(by, permissions.EDIT_REGISTRY, channel.unit) and not permissions.may(
        by, permissions.FILL, channel.unit
    ):
        raise NotAllowed


def _ensure_sensible(day: date, posts: int) -> None:
    if day > clock.today():
        raise ReportingError(_("日期还没有到，请填写今天或以前的日期。"))
    if not 0 <= posts <= MOST_POSTS:
        raise ReportingError(_("发布条数应为 0 到 %(most)s 的整数，请更正。") % {"most": MOST_POSTS})
