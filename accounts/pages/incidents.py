"""What the pages of 不良信息 show: the clock of one incident, a line of the list, filters as addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.choices import IncidentState
from orgs.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from accounts.models import Incident
    from accounts.querysets.incidents import IncidentQuerySet

OPEN, CLOSED = "open", "closed"
TONES = {IncidentState.FOUND: "bad", IncidentState.HANDLED: "warn", IncidentState.CLOSED: "ok"}
_MINUTE, _HOUR, _DAY = 60, 3600, 86400

Chip = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """What the address asks for; a wrong value filters nothing."""

    state: str = ""
    grave: bool = False

    @classmethod
    def of(cls, state: str, grave: str) -> Filter:
        return cls(state if state in {OPEN, CLOSED} else "", grave == "1")

    def apply(self, incidents: IncidentQuerySet) -> IncidentQuerySet:
        if self.state == OPEN:
            incidents = incidents.unclosed()
        elif self.state == CLOSED:
            incidents = incidents.closed()
        return incidents.grave() if self.grave else incidents

    @property
    def is_set(self) -> bool:
        return bool(self.state or self.grave)

    def chips(self) -> list[Chip]:
        """Text, address, chosen."""
        words = [("", _("全部")), (OPEN, _("未办结")), (CLOSED, _("已办结"))]
        states = [(word, Filter(state, self.grave).address(), state == self.state) for state, word in words]
        return [*states, (_("重大失误"), Filter(self.state, not self.grave).address(), self.grave)]

    def address(self) -> str:
        parts = [f"state={self.state}"] if self.state else []
        parts += ["grave=1"] if self.grave else []
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
