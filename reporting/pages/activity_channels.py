"""发布情况: the channels that are asked for daily records, and how long each has been silent (SUP-2.1.3, UNI-1.3.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import Account, Group
from orgs.kernel import clock
from orgs.kernel.counting import counts
from orgs.models import OrgUnit
from orgs.operations.exporting import FileTable
from reporting import daily
from reporting.models import DailyDuty
from reporting.operations.daily_duty import settable_by
from reporting.pages.activity import about
from reporting.querysets.activity import asked_daily, silent_since, unrecorded, with_last_post, without_record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from orgs.models import User
    from orgs.operations.exporting import Cell
    from orgs.querysets.scope import UnitsInCharge
    from reporting.daily import Silence
    from reporting.tracks import Channel

ACCOUNT, GROUP = "account", "group"
TODAY, NEVER = "today", "never"
OPEN = "open"
PER_PAGE = 50

Chip = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """What the address asks for; a wrong value filters nothing."""

    kind: str = ACCOUNT
    silent: str = ""

    @classmethod
    def of(cls, kind: str, silent: str) -> Filter:
        known = {*map(str, settings.SILENT_AFTER_DAYS), TODAY, NEVER}
        return cls(kind if kind in {ACCOUNT, GROUP} else ACCOUNT, silent if silent in known else "")

    @property
    def is_set(self) -> bool:
        return bool(self.silent)

    def apply(self, channels: QuerySet[Any]) -> QuerySet[Any]:
        """Of channels `with_last_post` those silent for so long, not recorded today, or never recorded."""
        if self.silent == TODAY:
            return unrecorded(channels, clock.today())
        if self.silent == NEVER:
            return without_record(channels)
        if self.silent:
            return silent_since(channels, clock.today() - timedelta(days=int(self.silent)))
        return channels

    def address(self) -> str:
        return "?" + urlencode([("kind", self.kind), *([("silent", self.silent)] if self.silent else [])])


@dataclass(frozen=True, slots=True)
class Line:
    """One channel, and the clock since its last item."""

    channel: Channel
    about: str
    silence: Silence
    known_on: Any


@dataclass(frozen=True, slots=True)
class Duty:
    """A committee of the person, and whether it asks those below it."""

    unit: OrgUnit
    asks_below: bool


def channels(chosen: Filter, in_charge: UnitsInCharge) -> QuerySet[Any]:
    """Open channels of the units in charge that are asked for daily records, in the official order of units."""
    model: Any = Account if chosen.kind == ACCOUNT else Group
    asked = asked_daily(OrgUnit.objects.within(in_charge))
    rows = model.objects.filter(status=OPEN, unit__in=asked).select_related("unit", "platform")
    found: QuerySet[Any] = with_last_post(rows).order_by("unit__tree_id", "unit__lft", "pk")
    return found


def longest_silent_first(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those silent for the longest time first; those without an item known after them."""
    return rows.order_by(F("posted_on").asc(nulls_last=True), "unit__tree_id", "unit__lft", "pk")


def chips(chosen: Filter, rows: QuerySet[Any]) -> list[Chip]:
    """全部, 今天没有登记, 多日未发布, 没有记录, with how many; one statement."""
    words = {"": _("全部"), TODAY: _("今天没有登记")}
    words |= {str(n): _("%(n)d天以上未发布") % {"n": n} for n in settings.SILENT_AFTER_DAYS}
    words[NEVER] = _("没有记录")
    sets = {key or "all": Filter(chosen.kind, key).apply(rows) for key in words}
    n = counts(**sets)
    return [
        (f"{word} {n[key or 'all']}", Filter(chosen.kind, key).address(), key == chosen.silent)
        for key, word in words.items()
    ]


def kinds(chosen: Filter) -> list[Chip]:
    """账号 and 群."""
    words = {ACCOUNT: _("账号"), GROUP: _("群")}
    return [(word, Filter(key, chosen.silent).address(), key == chosen.kind) for key, word in words.items()]


def lines(rows: Iterable[Any]) -> list[Line]:
    """No statement."""
    limits = settings.SILENT_AFTER_DAYS
    return [Line(each, about(each), daily.silence(each.posted_on, limits), each.known_on) for each in rows]


def duties(user: User) -> list[Duty]:
    """The committees for which the person may switch the demand; two statements, none without any."""
    ids = settable_by(user)
    if not ids:
        return []
    asking = set(DailyDuty.objects.asking().filter(unit__in=ids).values_list("unit_id", flat=True))
    units = OrgUnit.objects.filter(pk__in=ids).in_operation().in_official_order()
    return [Duty(unit, unit.pk in asking) for unit in units]


def of_channels(rows: Iterable[Any]) -> FileTable:
    """The list as a file; days of a channel without an item known are empty, not 0."""
    labels = [_("账号、群"), _("平台、类型"), _("团组织"), _("最近发布"), _("距今（天）"), _("最近记录")]
    cells: list[list[Cell]] = [
        [
            str(line.channel),
            line.about,
            line.channel.unit.name,
            line.silence.last_on.isoformat() if line.silence.last_on else None,
            line.silence.days,
            line.known_on.isoformat() if line.known_on else None,
        ]
        for line in lines(rows)
    ]
    return FileTable.listed(_("发布情况%(day)s") % {"day": f"{clock.today():%Y%m%d}"}, labels, cells)
