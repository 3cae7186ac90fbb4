"""What the pages of 督导台账 show: lines with their deadline, the course of one, filters as addresses, tabs, links elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.permissions import FILL, SUPERVISE
from reporting.choices import DutyKind, DutyState
from reporting.operations.duties import superior_span
from reporting.pages.duties import days_left

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from orgs.models import User
    from orgs.querysets.scope import UnitsInCharge
    from reporting.models import Duty
    from reporting.querysets.duties import DutyQuerySet

OPEN, ANSWERED, OVERDUE, DONE = "open", "answered", "overdue", "done"
MADE, RECEIVED = "made", "received"
DUTIES, DEMANDS, VISITS = "duties", "demands", "visits"
LONGEST_QUERY = 60

Chip = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """What the address asks for; a wrong value filters nothing."""

    state: str = ""
    kind: str = ""
    side: str = ""
    text: str = ""

    @classmethod
    def of(cls, state: str, kind: str, side: str, text: str) -> Filter:
        return cls(
            state if state in {OPEN, ANSWERED, OVERDUE, DONE} else "",
            kind if kind in DutyKind.values else "",
            side if side in {MADE, RECEIVED} else "",
            text.strip()[:LONGEST_QUERY],
        )

    def apply(self, duties: DutyQuerySet, in_charge: UnitsInCharge) -> DutyQuerySet:
        own = in_charge.own_unit_ids()
        if self.state:
            duties = {
                OPEN: duties.open,
                ANSWERED: duties.answered,
                OVERDUE: duties.overdue,
                DONE: duties.done,
            }[self.state]()
        if self.kind:
            duties = duties.filter(kind=self.kind)
        if self.side:
            duties = duties.filter(**{"made_by_unit__in" if self.side == MADE else "unit__in": own})
        return duties.matching(self.text)

    @property
    def is_set(self) -> bool:
        return self != Filter()

    def chips(self) -> list[tuple[str, list[Chip]]]:
        """Rows of chips with what they are about: text, address, chosen."""
        states = [
            *(("", _("全部")), (OPEN, _("待办理")), (ANSWERED, _("已答复")), (OVERDUE, _("已逾期"))),
            (DONE, _("已办结")),
        ]
        sides = [("", _("双方")), (MADE, _("本单位提出的")), (RECEIVED, _("对本单位的"))]
        kinds = [("", _("全部类别")), *((each.value, str(each.label)) for each in DutyKind)]
        return [
            (
                _("状态"),
                [(word, replace(self, state=key).address(), key == self.state) for key, word in states],
            ),
            (_("类别"), [(word, replace(self, kind=key).address(), key == self.kind) for key, word in kinds]),
            (
                _("哪一方"),
                [(word, replace(self, side=key).address(), key == self.side) for key, word in sides],
            ),
        ]

    def hidden(self) -> list[tuple[str, str]]:
        """What goes along when words are looked for."""
        return [(name, value) for name, value in self._pairs() if value and name != "q"]

    def address(self) -> str:
        return "?" + urlencode([(name, value) for name, value in self._pairs() if value])

    def _pairs(self) -> list[tuple[str, str]]:
        return [("state", self.state), ("kind", self.kind), ("side", self.side), ("q", self.text)]


@dataclass(frozen=True, slots=True)
class Line:
    """One duty with its state as of today."""

    duty: Duty
    tone: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Page:
    """One duty, and what this reader may do with it."""

    line: Line
    steps: list[dict[str, str]]
    may_answer: bool
    may_send_back: bool
    may_close: bool
    may_record_visit: bool

    @property
    def duty(self) -> Duty:
        return self.line.duty


def tabs(current: str) -> list[Chip]:
    """督导事项, 更换要求 and 走访统计 stand side by side."""
    pages = (
        (DUTIES, _("督导事项"), "reporting:list-duties"),
        (DEMANDS, _("更换要求"), "reporting:list-demands"),
        (VISITS, _("走访统计"), "reporting:list-visits"),
    )
    return [(words, reverse(name), key == current) for key, words, name in pages]


def lines(duties: Iterable[Duty]) -> list[Line]:
    """In the order of the queryset."""
    return [line(each) for each in duties]


def line(duty: Duty) -> Line:
    """Overdue is what the unit has not answered in time."""
    tones = {
        DutyState.OPEN: "warn",
        DutyState.ANSWERED: "info",
        DutyState.DONE: "ok",
        DutyState.WITHDRAWN: "mute",
    }
    tone, label = tones[DutyState(duty.state)], duty.get_state_display()
    if is_late(duty):
        tone, label = "bad", _("已逾期")
    return Line(duty, tone, label, reverse("reporting:show-duty", args=[duty.pk]))


def is_late(duty: Duty) -> bool:
    """Nothing has come, and the day is over."""
    return duty.state == DutyState.OPEN and duty.due_on is not None and duty.due_on < clock.today()


def page(duty: Duty, user: User) -> Page:
    """No further statements but those of the person's offices."""
    is_waiting = duty.state in {DutyState.OPEN, DutyState.ANSWERED}
    is_own = duty.unit_id in user.units_in_charge().allowing(FILL).own_unit_ids()
    is_superior = is_waiting and superior_span(user, duty.unit, SUPERVISE) is not None
    return Page(
        line(duty),
        steps(duty),
        may_answer=is_own and duty.state == DutyState.OPEN,
        may_send_back=is_superior and duty.state == DutyState.ANSWERED,
        may_close=is_superior,
        may_record_visit=is_superior and duty.kind == DutyKind.VISIT,
    )


def steps(duty: Duty) -> list[dict[str, str]]:
    """Opened → answered → done or withdrawn, for the time line."""
    by = f"{duty.made_by_unit.name}　{duty.made_by.display_name}"
    found = [_step("ok", "flag", _("提出"), duty.made_at, by)]
    if duty.answered_at:
        who = duty.answered_by.display_name if duty.answered_by else ""
        found.append(_step("ok", "message", _("答复"), duty.answered_at, who))
    if duty.closed_at:
        who = duty.closed_by.display_name if duty.closed_by else ""
        return [*found, _step("ok", "circle-check", duty.get_state_display(), duty.closed_at, who)]
    if duty.state == DutyState.ANSWERED or duty.due_on is None:
        return [*found, {"tone": "info", "icon": "clock", "text": _("待上级办结"), "note": ""}]
    late = (clock.today() - duty.due_on).days
    word = days_left(late)
    text = _("办理期限　%(day)s 24:00") % {"day": duty.due_on.isoformat()}
    return [*found, {"tone": "bad" if late > 0 else "warn", "icon": "clock", "text": text, "note": word}]


def _step(tone: str, icon: str, words: object, at: datetime, note: str) -> dict[str, str]:
    return {"tone": tone, "icon": icon, "text": f"{words}　{clock.local(at):%Y-%m-%d %H:%M}", "note": note}
