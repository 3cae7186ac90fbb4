"""Channels in use since September, and days recorded as somebody recorded them then."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from accounts.models import Account, Group
from accounts.operations.registry import open_account, open_group
from orgs.kernel import clock
from orgs.models import OrgUnit, User
from reporting.operations.activity import record_day

TODAY = date(2026, 11, 18)
SINCE = date(2026, 9, 1)
IN_OFFICE = date(2026, 10, 6)


def at_noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=clock.SHANGHAI)


def account_of(unit: OrgUnit, name: str = "") -> Account:
    """A public account of the unit."""
    facts = {"platform": "wechat_subscription", "identifier": name or f"wx-{unit.code}", "opened_on": SINCE}
    with clock.frozen(at_noon(SINCE)):
        return open_account(unit, by=None, **facts)


def group_of(unit: OrgUnit) -> Group:
    with clock.frozen(at_noon(SINCE)):
        return open_group(unit, kind="link", name=f"{unit.name}工作群", by=None, opened_on=SINCE)


def recorded(channel: Account | Group, counts: dict[date, int], *, by: User) -> None:
    """Each day entered at noon of the day itself, or once the people of the cast had come into office."""
    for day, posts in counts.items():
        with clock.frozen(at_noon(max(day, IN_OFFICE))):
            record_day(channel, day, posts, by=by)


def days_ago(n: int) -> date:
    return TODAY - timedelta(days=n)
