"""The daily records of channels as they are read: when each was in use, what was recorded, the last item known."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Max

from accounts.choices import AccountStatus, GroupStatus
from accounts.models import Account, AccountVersion, Group, GroupVersion
from orgs.kernel import clock
from reporting import daily
from reporting.models import ClosedWeek, DailyRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from orgs.models import OrgUnit
    from reporting.daily import Day, Silence, Span

Channel = Account | Group
Key = tuple[str, int]
LOOKED_BACK = timedelta(days=92)  # a streak of more days is "at least"


@dataclass(frozen=True, slots=True)
class Track:
    """One channel, its days (the looked-back ones and those asked for), and the last item known."""

    channel: Channel
    days: list[Day]
    silence: Silence

    @property
    def key(self) -> str:
        """How a form names the channel: a12 an account, g5 a group."""
        return key_of(self.channel)

    @property
    def is_open(self) -> bool:
        return self.channel.status in {AccountStatus.OPEN, GroupStatus.OPEN}

    @property
    def basis(self) -> str:
        return daily.BASIS_OF_ACCOUNTS if isinstance(self.channel, Account) else daily.BASIS_OF_GROUPS

    @property
    def streak(self) -> int:
        return daily.streak(self.days)

    def within(self, first: date, last: date) -> list[Day]:
        """The days asked for."""
        return [each for each in self.days if first <= each.day <= last]

    def gaps(self, first: date, last: date) -> list[daily.Gap]:
        """Runs of those days without an item, the latest first."""
        return daily.gaps(self.within(first, last))


def key_of(channel: Channel) -> str:
    """a12 an account, g5 a group."""
    return f"{'a' if isinstance(channel, Account) else 'g'}{channel.pk}"


def of_unit(unit: OrgUnit, first: date, last: date) -> list[Track]:
    """Every channel of the unit in use on one of these days or recorded on one, accounts first; four statements."""
    used: dict[Key, list[Span]] = defaultdict(list)
    channels: dict[Key, Channel] = {}
    accounts = AccountVersion.objects.filter(account__unit=unit).select_related("account__platform")
    groups = GroupVersion.objects.filter(group__unit=unit).select_related("group__platform")
    for name, versions in (("account", accounts), ("group", groups)):
        for version in versions.order_by(name, "valid_from"):
            channel = getattr(version, name)
            is_first = (name, channel.pk) not in channels
            channels[name, channel.pk] = channel
            used[name, channel.pk] += _spans(version, channel, is_first=is_first)
    read = _read(list(channels.values()), used, first, last)
    return [each for each in read if _has_any(each.within(first, last))]


def of_channel(channel: Channel, first: date, last: date) -> Track:
    """One channel; three statements, two where its versions have been read."""
    name = "account" if isinstance(channel, Account) else "group"
    used: list[Span] = []
    for n, version in enumerate(sorted(channel.versions.all(), key=attrgetter("valid_from"))):
        used += _spans(version, channel, is_first=n == 0)
    return _read([channel], {(name, channel.pk): used}, first, last)[0]


def closed_until(first: date, last: date) -> dict[clock.Week, datetime]:
    """week -> what its newest edition knows of, for the weeks of these days that are closed; one statement."""
    weeks = {clock.Week.containing(day) for day in daily.days_between(first, last)}
    rows = ClosedWeek.objects.filter(year__in={week.year for week in weeks}, known_until__isnull=False)
    found: dict[clock.Week, datetime] = {}
    for year, number, known in rows.order_by("known_until").values_list("year", "number", "known_until"):
        if known is not None and clock.Week(year, number) in weeks:
            found[clock.Week(year, number)] = known
    return found


def is_settled(record: DailyRecord, closed: dict[clock.Week, datetime]) -> bool:
    """Whether the number stays: recorded before the running week, or counted by an edition (operations.activity)."""
    if clock.Week.containing(record.recorded_at) != clock.Week.current():
        return True
    known = closed.get(clock.Week.containing(record.day))
    return known is not None and known > record.recorded_at


def _read(channels: Sequence[Channel], used: dict[Key, list[Span]], first: date, last: date) -> list[Track]:
    today = clock.today()
    since = min(first, today - LOOKED_BACK)
    until = max(last, today)
    accounts = [each for each in channels if isinstance(each, Account)]
    groups = [each for each in channels if isinstance(each, Group)]
    rows = DailyRecord.objects.of_channels(accounts, groups)
    records: dict[Key, dict[date, DailyRecord]] = defaultdict(dict)
    for record in rows.between(since, until).select_related("recorded_by"):
        records[_key(record.account_id, record.group_id)][record.day] = record
    lasts = {
        _key(account, group): day
        for account, group, day in rows.posted()
        .order_by()
        .values("account", "group")
        .annotate(last=Max("day"))
        .values_list("account", "group", "last")
    }
    days = list(daily.days_between(since, until))
    return [
        Track(
            each,
            daily.calendar(days, records[at], used[at], today),
            daily.silence(lasts.get(at), settings.SILENT_AFTER_DAYS),
        )
        for each, at in _keyed([*accounts, *groups])
    ]


def _keyed(channels: Iterable[Channel]) -> list[tuple[Channel, Key]]:
    return [(each, ("account" if isinstance(each, Account) else "group", each.pk)) for each in channels]


def _key(account: int | None, group: int | None) -> Key:
    return ("account", account) if account is not None else ("group", group or 0)


def _spans(version: Any, channel: Channel, *, is_first: bool) -> list[Span]:
    """The days of a version in which the unit has the channel in use; before it was registered, from its opening on."""
    if version.status != AccountStatus.OPEN or version.unit_id != channel.unit_id:
        return []
    since = clock.local(version.valid_from).date()
    if is_first and channel.opened_on:
        since = min(since, channel.opened_on)
    until = clock.local(version.valid_to).date() if version.valid_to else None
    return [(since, until)]


def _has_any(days: Sequence[Day]) -> bool:
    return any(each.state in daily.IN_USE for each in days)
