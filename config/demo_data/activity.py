"""Daily records of direct units, spot checks with a row of 差."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from config.demo_data.chance import chance
from config.demo_data.registry import COMMITTEES, channels_of
from config.demo_data.tree import HAINAN
from orgs.kernel import clock
from reporting.operations.activity import record_days
from reporting.operations.inspection import record_check

if TYPE_CHECKING:
    from orgs.models import OrgUnit, User
    from reporting.operations.activity import Channel

POOR = "469024"  # three 差 in a row: its result can't be 优秀 (SUP-4.1c)
ALMOST_POOR = "46-U08"  # two in a row
CHECKED = ("469024", "46-U08", "469002", "469005", "46-U01", "46-U03", "4601")


def direct_units(units: dict[str, OrgUnit]) -> list[OrgUnit]:
    """Cities, counties and universities directly under Hainan."""
    province = units[HAINAN]
    return [unit for unit in units.values() if unit.parent_id == province.pk and unit.kind_id in COMMITTEES]


def record_week(units: dict[str, OrgUnit], *, by: User, since: date = date.min) -> int:
    """What the direct units of Hainan published on the days before today; returns records written."""
    written = 0
    for unit in direct_units(units):
        channels: tuple[Channel | None, ...] = channels_of(unit)
        for channel in channels:
            if channel is not None:
                written += _record(channel, unit, by, since)
    return written


def _record(channel: Channel, unit: OrgUnit, by: User, since: date) -> int:
    dice = chance("posts", unit.code, channel.pk, str(clock.today()))
    days = [clock.today() - timedelta(days=n) for n in range(1, 6) if dice.random() < 0.9]
    days = [day for day in days if day >= since]
    return record_days(channel, {day: dice.randint(0, 14) for day in days}, by=by)


def check(units: dict[str, OrgUnit], week: int, *, by: User) -> None:
    """One draw in the week: counts of the day before; the poor one stays poor three times running."""
    for code in CHECKED:
        channel = channels_of(units[code])[1] or channels_of(units[code])[0]
        if channel is None or (
            chance("drawn", code, week).random() < 0.4 and code not in {POOR, ALMOST_POOR}
        ):
            continue
        if code == POOR:
            posts = 2 if week in {3, 5, 7} else 1
        elif code == ALMOST_POOR:
            posts = 2 if week >= 5 else 8
        else:
            posts = chance("count", code, week).randint(3, 16)
        record_check(
            channel,
            draw=f"演示抽查第{week}次",
            counted_on=clock.today() - timedelta(days=1),
            posts=posts,
            by=by,
        )
