"""Deadlines in words: how long there is, or how long it is over. A deadline is the first moment that is too late."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.kernel import clock

if TYPE_CHECKING:
    from datetime import datetime

SOON = timedelta(days=3)


def is_over(until: datetime) -> bool:
    """The deadline has passed."""
    return clock.now() >= until


def rest(until: datetime) -> str:
    """还有 3 天, 今天截止, 逾期 2 天; days are those of the calendar in Shanghai."""
    last_day = clock.local(until - timedelta(microseconds=1)).date()
    days = (last_day - clock.today()).days
    if is_over(until):
        return _("逾期 %(n)s 天") % {"n": -days} if days < 0 else _("已截止")
    return _("还有 %(n)s 天") % {"n": days} if days else _("今天截止")


def day_words(until: datetime) -> str:
    """12月31日 24:00, with the year where it is another one."""
    moment = clock.local(until)
    is_midnight = (moment.hour, moment.minute) == (0, 0)
    day = moment.date() - timedelta(days=1) if is_midnight else moment.date()
    words: dict[str, int | str] = {"year": day.year, "month": day.month, "day": day.day}
    words["hour"] = "24:00" if is_midnight else f"{moment:%H:%M}"
    return _("%(year)s年%(month)s月%(day)s日 %(hour)s") % words


def words(until: datetime) -> str:
    """2013年12月31日 24:00 截止，还有 3 天."""
    return _("%(day)s 截止，%(rest)s") % {"day": day_words(until), "rest": rest(until)}


def tone(until: datetime) -> str:
    """bad once it is over, warn in the last days."""
    if is_over(until):
        return "bad"
    return "warn" if until - clock.now() <= SOON else "info"
