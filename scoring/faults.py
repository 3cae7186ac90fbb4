"""What the frozen weeks hold against a unit: three 差 in a row, platform not completed, a grave incident; each with its record.

One fault is one record to decide on. `facts` are what is decided on, without the week they were read in: a week that closes
with the same figures asks nobody again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from orgs.kernel.numbers import percent_of, percent_text
from scoring import metrics
from scoring.choices import NO_PLATFORM, THREE_POOR, ConsequenceKind, PoorReading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reporting.rollup.streaks import Cited
    from scoring.frozen import Year

PLATFORM, INCIDENT = "platform", "incident"
MOST_CITED = 5  # draws one line names


@dataclass(frozen=True, slots=True)
class Fault:
    """What follows, by which clause, and why; `name` tells faults of one clause apart."""

    kind: str
    clause: str
    trigger: str
    is_confirmed: bool = False
    name: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


def faults_of(settings: Mapping[str, Any], year: Year) -> list[Fault]:
    """Those of the year by the settings of a scheme."""
    found = [_poor_row(settings, year), _platform(settings, year), *_grave(year)]
    return [each for each in found if each is not None]


def _poor_row(settings: Mapping[str, Any], year: Year) -> Fault | None:
    """SUP-4.1c: the longest row as the scheme reads it; the frozen week keeps the number of the one by occasions."""
    reading = settings.get("poor_streak", PoorReading.OCCASION)
    cited = year.poor.get(reading, ())
    n = len(cited)
    if reading == PoorReading.OCCASION:
        n = year.row.poor_streak_max if year.row else 0
    if n < int(settings.get("poor_streak_limit", 3)):
        return None
    text = _("本年度连续 %(n)s 次抽查为“差”") % {"n": n}
    facts = {"n": str(n)}
    if len(cited) == n:
        text = f"{text}：{_draws(cited)}"
        facts = {each.key: each.day.isoformat() for each in cited}
    return Fault(ConsequenceKind.NOT_EXCELLENT, THREE_POOR, text, facts=facts)


def _draws(cited: Sequence[Cited]) -> str:
    """抽样 CC2026-012（2026-11-02）、…; a check outside a draw by its day."""
    words = [
        _("抽样 %(draw)s（%(day)s）") % {"draw": each.draw, "day": each.day.isoformat()}
        if each.draw
        else each.day.isoformat()
        for each in cited[:MOST_CITED]
    ]
    return "、".join(words) + ("…" if len(cited) > MOST_CITED else "")


def _platform(settings: Mapping[str, Any], year: Year) -> Fault | None:
    """SUP-4.4.4: only the conditions that hold, the ratio by what inspections left (核减)."""
    floor = Fraction(settings.get("platform_floor", "0.60"))
    gaps = metrics.platform_gaps(year, floor)
    if not gaps:
        return None
    words = []
    if "accounts" in gaps:
        words.append(_("本级没有在用的账号"))
    if "admins" in gaps:
        words.append(_("本级没有管理员"))
    if "groups" in gaps:
        words.append(_ratio(gaps["groups"], floor, year.less.orgs_with_group))
    trigger = f"{year.week}：{'，'.join(words)}"
    facts = {name: f"{part}/{base}" if base else str(part) for name, (part, base) in gaps.items()}
    return Fault(ConsequenceKind.NO_AWARD, NO_PLATFORM, trigger, name=PLATFORM, facts=facts)


def _ratio(gap: tuple[int, int], floor: Fraction, less: int) -> str:
    part, base = gap
    words = {"ratio": percent_text(part, base), "part": part, "base": base, "floor": percent_of(floor)}
    text = _("团组织建群率 %(ratio)s（%(part)s ÷ %(base)s），低于 %(floor)s") % words
    return text + (_("（已按抽查核减 %(n)s 个）") % {"n": less} if less else "")


def _grave(year: Year) -> list[Fault]:
    """SUP-4.4.4: each grave incident by its number and the day it was found, never by what it was."""
    found = []
    for number, day in year.incidents.grave_ones:
        words = {"number": number, "day": day.isoformat()}
        text = _("不良信息第 %(number)s 号（%(day)s 发现）被认定为重大失误") % words
        name, facts = f"{INCIDENT}-{number}", {str(number): day.isoformat()}
        found.append(Fault(ConsequenceKind.NO_AWARD, NO_PLATFORM, text, name=name, facts=facts))
    return found
