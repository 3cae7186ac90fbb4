"""今天发布了吗: the channels of one unit on one day, with a form for each (SUP-2.1.3, UNI-1.3.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from orgs.kernel import clock
from orgs.models import OrgUnit
from reporting import tracks
from reporting.daily import DayState, days_between
from reporting.forms.activity import PostsForm
from reporting.operations.activity import LONGEST_BACK
from reporting.querysets.activity import asked_daily

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reporting.daily import Day
    from reporting.tracks import Channel, Track

Chip = tuple[str, str, bool]
ONE, NONE, ALL = (
    "one",
    "none",
    "all",
)  # buttons: one item of a channel, none of it, one of each that has no record
PILLS = {
    DayState.POSTED: ("ok", gettext_lazy("已登记")),
    DayState.NONE: ("warn", gettext_lazy("没有发布")),
    DayState.MISSING: ("info", gettext_lazy("待登记")),
    DayState.CLOSED: ("mute", gettext_lazy("不在用")),
    DayState.FUTURE: ("mute", gettext_lazy("未到")),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One channel on the day."""

    track: Track
    day: Day
    form: PostsForm

    @property
    def is_waiting(self) -> bool:
        return self.day.record is None

    @property
    def tone(self) -> str:
        return PILLS[self.day.state][0]

    @property
    def state(self) -> str:
        return str(PILLS[self.day.state][1])

    @property
    def about(self) -> str:
        return about(self.track.channel)


@dataclass(frozen=True, slots=True)
class Today:
    """One day of a unit; `is_asked`: daily records are demanded of it, else they are its own affair."""

    unit: OrgUnit
    day: date
    chips: list[Chip]
    lines: list[Line]
    is_asked: bool

    @property
    def n_waiting(self) -> int:
        return sum(each.is_waiting for each in self.lines)

    @property
    def is_today(self) -> bool:
        return self.day == clock.today()

    @property
    def errors(self) -> list[tuple[str, str, str]]:
        """(address of the field, channel, what is wrong)."""
        return [
            (f"#{each.form['posts'].id_for_label}", str(each.track.channel), str(error))
            for each in self.lines
            if each.form.is_bound
            for error in each.form.errors.get("posts", ())
        ]


def day_of(text: str | None) -> date:
    """A day of the running week up to today, as an address asks for it; today for anything else."""
    today = clock.today()
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return today
    return day if clock.Week.current().starts_on <= day <= today else today


def day_sent(text: str | None) -> date:
    """The day a form was about, also one of last week when the week has ended meanwhile; today where it names none."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return clock.today()
    return day if clock.today() - LONGEST_BACK <= day <= clock.today() else clock.today()


def read(unit: OrgUnit, day: date, data: Mapping[str, str] | None = None) -> Today:
    """The open channels of the unit, those without a record first; five statements. `data`: what was typed."""
    lines = []
    for track in tracks.of_unit(unit, day, day):
        if not track.is_open:
            continue
        [its_day] = track.within(day, day)
        form = PostsForm(data, prefix=track.key, initial={"posts": its_day.posts})
        lines.append(Line(track, its_day, form))
    lines.sort(key=lambda each: not each.is_waiting)
    is_asked = asked_daily(OrgUnit.objects.filter(pk=unit.pk)).exists()
    return Today(unit, day, _chips(unit, day), lines, is_asked)


def given(page: Today, data: Mapping[str, str]) -> dict[Channel, dict[date, int]] | None:
    """What the form asks to record: what was typed anew, and what a button says; None where something typed is wrong."""
    if not all(each.form.is_valid() for each in page.lines):
        return None
    found: dict[Channel, dict[date, int]] = {}
    for line in page.lines:
        posts = _pressed(line, data)
        if posts is None:
            posts = line.form.cleaned_data["posts"]
        if posts is not None and posts != line.day.posts:
            found[line.track.channel] = {page.day: posts}
    return found


def about(channel: Channel) -> str:
    """平台 of an account, kind of a group."""
    return channel.platform.name if isinstance(channel, Account) else channel.get_kind_display()


def _pressed(line: Line, data: Mapping[str, str]) -> int | None:
    if data.get(ONE) == line.track.key:
        return 1
    if data.get(NONE) == line.track.key:
        return 0
    is_empty = line.is_waiting and line.form.cleaned_data["posts"] is None
    return 1 if ALL in data and is_empty else None


def _chips(unit: OrgUnit, chosen: date) -> list[Chip]:
    today, week = clock.today(), clock.Week.current()
    words = [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")]
    return [
        (
            _("今天") if day == today else f"{words[day.weekday()]} {day.month}-{day.day}",
            f"?unit={unit.pk}&day={day}",
            day == chosen,
        )
        for day in reversed(list(days_between(week.starts_on, today)))
    ]
