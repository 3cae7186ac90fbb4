"""The conclusion of a week in one sentence, written from the figures. The bulletin opens with the same words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from orgs.kernel.numbers import percent_of
from reporting.choices import GOOD_LINE
from reporting.coverage import CoverageState

if TYPE_CHECKING:
    from fractions import Fraction

    from reporting.coverage import Coverage


@dataclass(frozen=True, slots=True)
class WeekFacts:
    """What the sentence is about. `who` names the units ("高校"), `change` is in percentage points."""

    who: str
    coverage: Coverage
    change: Fraction | None
    n_units: int
    n_low: int
    n_unreported: int
    checks: int = 0
    checks_poor: int = 0


@dataclass(frozen=True, slots=True)
class Phrase:
    """A piece of the sentence; the strong ones carry the figures."""

    text: str
    is_strong: bool = False


def conclusion(facts: WeekFacts) -> list[Phrase]:
    """One sentence: the rate, where it is going, how it stands to the line, who is below and who is missing."""
    phrases = _rate(facts)
    tail = [part for part in (_low(facts), _unreported(facts), _checks(facts)) if part]
    if facts.coverage.is_rate and not facts.n_low and not facts.n_unreported and facts.n_units > 1:
        tail.insert(0, [Phrase(gettext("没有单位低于良好线，也没有单位未报"))])
    for part in tail:
        phrases += [Phrase("；"), *part]
    return [*phrases, Phrase("。")]


def plain_text(phrases: list[Phrase]) -> str:
    """The sentence without emphasis."""
    return "".join(phrase.text for phrase in phrases)


def _rate(facts: WeekFacts) -> list[Phrase]:
    subject = {"who": facts.who}
    missing = {
        CoverageState.NONE: gettext("本周%(who)s没有直接联系团员的团组织在册，不计算覆盖率"),
        CoverageState.UNREPORTED: gettext("本周%(who)s还没有已通过的填报，覆盖率为未报"),
        CoverageState.NO_BASE: gettext("本周%(who)s已有填报，但没有登记团员底数，不能计算覆盖率"),
    }
    if facts.coverage.state in missing:
        return [Phrase(missing[facts.coverage.state] % subject)]
    phrases = [
        Phrase(gettext("本周%(who)s团员微信覆盖率 ") % subject),
        Phrase(percent_of(facts.coverage.share), is_strong=True),
    ]
    if facts.coverage.is_provisional:
        phrases.append(Phrase(gettext("（暂定，%(n)d 个单位缺底数）") % {"n": facts.coverage.base_missing}))
    return [*phrases, Phrase(_movement(facts.change)), Phrase(_against_line(facts.coverage))]


def _movement(change: Fraction | None) -> str:
    if change is None:
        return ""
    shown = percent_of(abs(change) / 100).rstrip("%")
    if shown == "0.0":
        return gettext("，与上周持平")
    if change > 0:
        return gettext("，比上周高 %(points)s 个百分点") % {"points": shown}
    return gettext("，比上周低 %(points)s 个百分点") % {"points": shown}


def _against_line(coverage: Coverage) -> str:
    line = {"line": GOOD_LINE}
    if coverage.is_over:
        return gettext("，超过底数，需核实")
    if coverage.is_low:
        return gettext("，低于 %(line)d%% 良好线") % line
    return gettext("，达到 %(line)d%% 良好线") % line


def _low(facts: WeekFacts) -> list[Phrase]:
    if not facts.n_low:
        return []
    opening = gettext("仍有 ") if facts.coverage.is_rate and not facts.coverage.is_low else gettext("其中 ")
    text = gettext("%(n)d 个单位低于 %(line)d%%") % {"n": facts.n_low, "line": GOOD_LINE}
    return [Phrase(opening), Phrase(text, is_strong=True)]


def _unreported(facts: WeekFacts) -> list[Phrase]:
    if not facts.n_unreported or facts.coverage.is_unreported:
        return []
    return [Phrase(gettext("%(n)d 个单位未报") % {"n": facts.n_unreported}, is_strong=True)]


def _checks(facts: WeekFacts) -> list[Phrase]:
    if not facts.checks:
        return []
    counts = {"n": facts.checks, "poor": facts.checks_poor}
    if facts.checks_poor:
        return [Phrase(gettext("抽查 %(n)d 次，%(poor)d 次为“差”") % counts)]
    return [Phrase(gettext("抽查 %(n)d 次，没有“差”") % counts)]
