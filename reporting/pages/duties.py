"""What the pages of 更换要求 show: lines with their deadline, the course of one, filters as addresses, links elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.tables import channel_of, masked_name
from orgs.kernel import clock
from reporting.choices import DemandState
from reporting.operations.duties import superior_span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import Administratorship
    from orgs.models import User
    from orgs.querysets.scope import UnitsInCharge
    from reporting.models import Demand
    from reporting.querysets.duties import DemandQuerySet

OPEN, OVERDUE, DONE = "open", "overdue", "done"
MADE, RECEIVED = "made", "received"

Chip = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """What the address asks for; a wrong value filters nothing."""

    state: str = ""
    side: str = ""

    @classmethod
    def of(cls, state: str, side: str) -> Filter:
        return cls(state if state in {OPEN, OVERDUE, DONE} else "", side if side in {MADE, RECEIVED} else "")

    def apply(self, demands: DemandQuerySet, in_charge: UnitsInCharge) -> DemandQuerySet:
        own = in_charge.own_unit_ids()
        if self.state == OPEN:
            demands = demands.waiting()
        elif self.state == OVERDUE:
            demands = demands.overdue()
        elif self.state == DONE:
            demands = demands.done()
        if self.side == MADE:
            return demands.filter(demanded_by_unit__in=own)
        return demands.filter(unit__in=own) if self.side == RECEIVED else demands

    @property
    def is_set(self) -> bool:
        return bool(self.state or self.side)

    def chips(self) -> list[Chip]:
        """Text, address, chosen."""
        states = [("", _("全部")), (OPEN, _("待办理")), (OVERDUE, _("已逾期")), (DONE, _("已办结"))]
        sides = [(MADE, _("本单位提出的")), (RECEIVED, _("对本单位的"))]
        return [
            *((word, Filter(key, self.side).address(), key == self.state) for key, word in states),
            *(
                (word, Filter(self.state, "" if key == self.side else key).address(), key == self.side)
                for key, word in sides
            ),
        ]

    def address(self) -> str:
        return "?" + urlencode(
            [(name, value) for name, value in (("state", self.state), ("side", self.side)) if value]
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One demand; the administrator masked."""

    demand: Demand
    person: str
    channel: str
    tone: str
    label: str
    url: str


def lines(demands: Iterable[Demand]) -> list[Line]:
    """In the order of the queryset."""
    return [line(each) for each in demands]


def line(demand: Demand) -> Line:
    """With the state as of now: who has left is replaced, whether or not that was written down yet."""
    term = demand.administratorship
    tone, label = _state(demand)
    url = reverse("reporting:show-demand", args=[demand.pk])
    return Line(demand, masked_name(term), channel_of(term), tone, label, url)


def is_waiting(demand: Demand) -> bool:
    """Somebody still has to act."""
    return demand.state == DemandState.OPEN and demand.administratorship.ended_at is None


def days_left(late: int) -> str:
    """How far a date is from today in words; `late`: days since it, below zero before it."""
    if late == 0:
        return _("今天截止")
    return _("已逾期%(n)d天") % {"n": late} if late > 0 else _("剩余%(n)d天") % {"n": -late}


def steps(demand: Demand) -> list[dict[str, str]]:
    """Demanded → due → met or withdrawn, for the time line."""
    made = f"{clock.local(demand.demanded_at):%Y-%m-%d %H:%M}"
    by = f"{demand.demanded_by_unit.name}　{demand.demanded_by.display_name}"
    found = [{"tone": "ok", "icon": "flag", "text": _("提出要求　%(at)s") % {"at": made}, "note": by}]
    if is_waiting(demand):
        late = (clock.today() - demand.due_on).days
        word = days_left(late)
        text = _("办理期限　%(day)s 24:00") % {"day": demand.due_on.isoformat()}
        return [*found, {"tone": "bad" if late > 0 else "warn", "icon": "clock", "text": text, "note": word}]
    closed = demand.closed_at or demand.administratorship.ended_at
    at = f"{clock.local(closed):%Y-%m-%d %H:%M}" if closed else ""
    word = demand.get_state_display() if demand.state != DemandState.OPEN else _("已更换")
    note = "　".join(filter(None, [demand.closed_by.display_name if demand.closed_by else "", demand.answer]))
    return [*found, {"tone": "ok", "icon": "circle-check", "text": f"{word}　{at}", "note": note}]


def links(user: User, term: Administratorship) -> list[tuple[str, str]]:
    """要求更换, on the page of an administrator, for those who stand above the unit."""
    if term.ended_at is not None or superior_span(user, term.unit) is None:
        return []
    return [(_("要求更换"), reverse("reporting:new-demand", args=[term.pk]))]


def _state(demand: Demand) -> tuple[str, str]:
    if demand.state == DemandState.WITHDRAWN:
        return "mute", demand.get_state_display()
    if not is_waiting(demand):
        return "ok", str(DemandState.MET.label)
    if demand.due_on < clock.today():
        return "bad", _("已逾期")
    return "warn", demand.get_state_display()
