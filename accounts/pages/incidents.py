"""What the pages of 不良信息 show: the clock of one incident, a line of the list, filters as addresses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.choices import IncidentState
from orgs.http import whole_number
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import OrgUnit
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from django.http import QueryDict

    from accounts.models import Incident
    from accounts.querysets.incidents import IncidentQuerySet
    from orgs.models import User

OPEN, CLOSED = "open", "closed"
FIRST_YEAR, LAST_YEAR = 2000, 3000
TONES: dict[str, str] = {
    IncidentState.FOUND: "bad",
    IncidentState.HANDLED: "warn",
    IncidentState.CLOSED: "ok",
}
_MINUTE, _HOUR, _DAY = 60, 3600, 86400

Chip = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """What the address asks for; a wrong value filters nothing."""

    state: str = ""
    grave: bool = False
    unit: OrgUnit | None = None  # with everything below it
    year: int | None = None
    week: Week | None = None  # on record when this week ended

    @classmethod
    def of(cls, asked: QueryDict, user: User) -> Filter:
        """`?state=&grave=&unit=&year=&w=`: the last three are how a sheet cites the incidents it counts."""
        state, unit_id = asked.get("state", ""), whole_number(asked.get("unit"))
        year = whole_number(asked.get("year")) or 0
        return cls(
            state if state in {OPEN, CLOSED} else "",
            asked.get("grave") == "1",
            # SECURITY: a unit outside the own subtree doesn't exist.
            OrgUnit.objects.visible_to(user).filter(pk=unit_id).first() if unit_id else None,
            year if FIRST_YEAR <= year < LAST_YEAR else None,
            _week(asked.get("w", "")),
        )

    def apply(self, incidents: IncidentQuerySet) -> IncidentQuerySet:
        if self.unit is not None:
            incidents = incidents.within(UnitsInCharge.below(self.unit))
        if self.week is not None:
            # A year's last week may end in the next: it counts whole, as the sheet does.
            incidents = incidents.on_record_at(self.week.ends_at)
            incidents = incidents.found_since(self.year) if self.year else incidents
        elif self.year is not None:
            incidents = incidents.found_in(self.year)
        if self.state == OPEN:
            incidents = incidents.unclosed()
        elif self.state == CLOSED:
            incidents = incidents.closed()
        return incidents.grave() if self.grave else incidents

    @property
    def is_set(self) -> bool:
        return bool(self.state or self.grave or self.about)

    @property
    def about(self) -> str:
        """Which unit, year and week it is kept to, in words."""
        parts = [self.unit.name] if self.unit else []
        parts += [_("%(year)s年发现") % {"year": self.year}] if self.year else []
        parts += [_("截至%(week)s登记") % {"week": self.week.label}] if self.week else []
        return "，".join(parts)

    def chips(self) -> list[Chip]:
        """Text, address, chosen."""
        words = [("", _("全部")), (OPEN, _("未办结")), (CLOSED, _("已办结"))]
        states = [(word, replace(self, state=state).address(), state == self.state) for state, word in words]
        return [*states, (_("重大失误"), replace(self, grave=not self.grave).address(), self.grave)]

    def address(self) -> str:
        parts = [f"state={self.state}"] if self.state else []
        parts += ["grave=1"] if self.grave else []
        parts += [f"unit={self.unit.pk}"] if self.unit else []
        parts += [f"year={self.year}"] if self.year else []
        parts += [f"w={self.week}"] if self.week else []
        return "?" + "&".join(parts)


@dataclass(frozen=True, slots=True)
class Line:
    """One incident in the list."""

    incident: Incident
    tone: str
    taken: str  # how long until it was handled, or how long it has been waiting
    is_waiting: bool


def lines(incidents: Iterable[Incident]) -> list[Line]:
    """With the time until each was handled."""
    now = clock.now()
    return [
        Line(
            each,
            TONES[IncidentState(each.state)],
            duration((each.handled_at or now) - each.found_at),
            each.handled_at is None,
        )
        for each in incidents
    ]


def steps(incident: Incident) -> list[dict[str, str]]:
    """found → handled → closed for the time line, each with when, by whom, and how long it took."""
    now = clock.now()
    entries = [
        _done(
            _("发现"), incident.found_at, _("登记人 %(name)s") % {"name": incident.recorded_by.display_name}
        )
    ]
    for word, waiting, at, since, by in (
        (_("处置"), _("等待处置"), incident.handled_at, incident.found_at, incident.handled_by),
        (_("办结"), _("等待办结"), incident.closed_at, incident.handled_at, incident.closed_by),
    ):
        if at is not None and since is not None:
            took = _("用时 %(time)s") % {"time": duration(at - since)}
            entries.append(_done(word, at, f"{by.display_name if by else ''}　{took}"))
        elif since is not None:
            note = _("已过 %(time)s") % {"time": duration(now - since)}
            entries.append({"tone": "warn", "icon": "clock", "text": waiting, "note": note})
        else:
            entries.append({"tone": "mute", "icon": "circle-dashed", "text": word, "note": ""})
    return entries


def _week(text: str) -> Week | None:
    try:
        return Week.parse(text)
    except ValueError:
        return None


def whole(incident: Incident) -> str:
    """From found to closed, or until now."""
    return duration((incident.closed_at or clock.now()) - incident.found_at)


def duration(span: timedelta) -> str:
    """In the two largest units: 2天3小时."""
    seconds = int(span.total_seconds())
    days, hours, minutes = seconds // _DAY, seconds % _DAY // _HOUR, seconds % _HOUR // _MINUTE
    if days:
        head, tail = _("%(n)d天") % {"n": days}, _("%(n)d小时") % {"n": hours} if hours else ""
    elif hours:
        head, tail = _("%(n)d小时") % {"n": hours}, _("%(n)d分钟") % {"n": minutes} if minutes else ""
    else:
        head, tail = _("%(n)d分钟") % {"n": minutes} if minutes else _("不到1分钟"), ""
    return head + tail


def _done(word: str, at: datetime, note: str) -> dict[str, str]:
    moment = f"{clock.local(at):%Y-%m-%d %H:%M}"
    return {"tone": "ok", "icon": "circle-check", "text": f"{word}　{moment}", "note": note}
