"""How far a subtree was at the end of each week of a campaign, drawn over the phases of the notice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.templatetags.league import until
from reporting.models import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from reporting.models import Campaign, CampaignPhase

Point = tuple[str, Fraction | None]
WEEKS, WEEKS_AHEAD = 10, 8
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Mark:
    """The end of a phase: where it lies between the points, the number at its line, and what the number means."""

    at: Fraction
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Curve:
    """Shares by week, None for weeks to come; the ends of the phases that lie among them."""

    points: list[Point]
    marks: list[Mark]

    @property
    def is_empty(self) -> bool:
        """Nothing has been judged yet: there is no line to draw."""
        return all(share is None for _name, share in self.points)

    @property
    def places(self) -> list[tuple[Fraction, str]]:
        return [(mark.at, mark.label) for mark in self.marks]


def read(campaign: Campaign, unit_pk: int, phases: Iterable[CampaignPhase]) -> Curve | None:
    """What of all that was asked had been met at the end of each of the last ten weeks, and now or at its end.

    Under whichever version stood then; one statement. None before the launch.
    """
    if campaign.launched_at is None:
        return None
    now = campaign.ended_at or clock.now()
    before = _weeks_before(campaign.launched_at, now)
    ends = [(phase, phase.ends_at) for phase in phases if phase.ends_at]
    ahead = [] if campaign.ended_at else _weeks_ahead(now, [at for _phase, at in ends])
    last = _("结束时") if campaign.ended_at else _("现在")
    names = [_("第%(n)d周") % {"n": week.number} for week in before]
    moments = [*(week.ends_at for week in before), now]
    rows = Tally.objects.filter(requirement__version__campaign=campaign, unit_id=unit_pk)
    kept = list(rows.as_of_any(moments).values_list("n_asked", "n_met", "valid_from", "valid_to"))
    points: list[Point] = [(name, _share(kept, at)) for name, at in zip([*names, last], moments, strict=True)]
    points += [(_("第%(n)d周") % {"n": week.number}, None) for week in ahead]
    return Curve(points, _marks(ends, [*moments, *(week.ends_at for week in ahead)]))


def _weeks_before(launched_at: datetime, now: datetime) -> list[clock.Week]:
    weeks = [clock.Week.containing(now).previous(n) for n in range(WEEKS, 0, -1)]
    return [week for week in weeks if week.ends_at > launched_at]


def _weeks_ahead(now: datetime, ends: Sequence[datetime]) -> list[clock.Week]:
    """The weeks until the last phase is over, so that a reader sees how long it still runs."""
    found, week = list[clock.Week](), clock.Week.containing(now)
    while ends and len(found) < WEEKS_AHEAD and week.starts_at < max(ends):
        found.append(week)
        week = week.next()
    return found


def _marks(ends: Sequence[tuple[CampaignPhase, datetime]], moments: Sequence[datetime]) -> list[Mark]:
    found: list[Mark] = []
    for phase, ends_at in ends:
        place = _place(ends_at, moments)
        if place is not None:
            words = _("%(title)s，%(until)s 截止") % {"title": phase.title, "until": until(ends_at)}
            found.append(Mark(place, str(len(found) + 1), words))
    return found


def _place(at: datetime, moments: Sequence[datetime]) -> Fraction | None:
    """Between which points a moment lies, as a whole number and a part; None outside of them."""
    for n, (begins, ends) in enumerate(pairwise(moments)):
        if begins <= at <= ends and begins < ends:
            return n + Fraction((at - begins) // _TICK, (ends - begins) // _TICK)
    return None


def _share(rows: list[tuple[int, int, datetime, datetime | None]], at: datetime) -> Fraction | None:
    valid = [
        (asked, met) for asked, met, begins, ends in rows if begins <= at and (ends is None or ends > at)
    ]
    asked = sum(pair[0] for pair in valid)
    return Fraction(sum(pair[1] for pair in valid), asked) if asked else None
