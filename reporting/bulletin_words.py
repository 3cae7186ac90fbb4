"""The words of a bulletin: the draft's paragraphs, what is said about one unit, number and date. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.choices import Kind
from reporting import bulletin_tables as tables
from reporting import scopes
from reporting.choices import GOOD_LINE
from reporting.coverage_words import rate_text
from reporting.sentences import WeekFacts, conclusion, plain_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from reporting.bulletin_figures import Figures, UnitFigures
    from reporting.models import ClosedWeek

NAMED_AT_MOST = 20
_SENTENCE = re.compile(r"[^。；！？\n]+[。；！？]?")


def sentence(figures: Figures) -> str:
    """The conclusion of the week, word for word that of the weekly page."""
    facts = WeekFacts(
        who=figures.who,
        coverage=figures.coverage,
        change=figures.change,
        n_units=len(figures.units),
        n_low=len(figures.low),
        n_unreported=len(figures.unreported),
        checks=figures.totals["checks"],
        checks_poor=figures.totals["checks_poor"],
    )
    return plain_text(conclusion(facts))


def title(closed: ClosedWeek, scope: str) -> str:
    """The generated title: of which week, and about whom where that is not everybody."""
    words = {"year": closed.year, "number": closed.number, "who": scopes.NAMES.get(scope, "")}
    if scope in scopes.NAMES:
        return _("关于%(year)d年第%(number)d周%(who)s新媒体工作情况的通报") % words
    return _("关于%(year)d年第%(number)d周新媒体工作情况的通报") % words


def draft(figures: Figures) -> str:
    """The generated text, a paragraph a line: sentence, leaders, below the line, not reported, checks, changes, moves."""
    parts = [
        sentence(figures),
        _leaders(figures),
        _listed(_("低于%(line)d%%良好线的单位：%(names)s。请逐个支部核对，抓紧补报。"), figures.low, _low),
        _listed(_("整体未报的单位：%(names)s。请尽快完成填报。"), figures.unreported, _unreported),
        _listed(_("抽查有“差”的单位：%(names)s。连续三次为“差”的，年度考评不能评为优秀。"), figures.poor, _poor),
        _changes(figures),
        *figures.moves,
    ]  # fmt: skip
    return "\n".join(part for part in parts if part)


def paragraphs(text: str) -> list[str]:
    """A paragraph a line; empty lines don't count."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def named(
    figures: Figures, keys: Sequence[str], title: str, text: str, quoted: Iterable[str] = ()
) -> list[UnitFigures]:
    """Whom a bulletin names, in official order (SUP-2.1.2): in a shown table of bad work, in the title or in the text.

    The generated paragraphs of leaders and moves and those of quoted contributions blame nobody, as long as they stand
    as the portal wrote them.
    """
    lists = (
        (tables.LAGGARDS, figures.low),
        (tables.UNREPORTED, figures.unreported),
        (tables.CHECKS, figures.poor),
    )
    pks = {each.unit_id for key, found in lists if key in keys for each in found}
    blameless = {_leaders(figures), *figures.moves, *quoted}
    written = [title, *(each for each in paragraphs(text) if each not in blameless)]
    names = _mentioned(figures, "\n".join(written))
    return [each for each in figures.units if each.unit_id in pks or each.name in names]


def said_about(figures: Figures, unit_id: int, text: str) -> list[str]:
    """What a bulletin says about one unit, and nothing about any other: facts of its row, sentences that name it."""
    unit = next((each for each in figures.units if each.unit_id == unit_id), None)
    if unit is None:
        return []
    facts = [_low(unit)] if unit.coverage.is_low else []
    facts += [_unreported(unit)] if unit.coverage.is_unreported else []
    facts += [_poor(unit)] if unit.flows["checks_poor"] else []
    others = sorted((each.name for each in figures.units if each.name != unit.name), key=len, reverse=True)
    quoted = [_without(others, each) for each in _SENTENCE.findall(text) if unit.name in each]
    # A list of units says of each what the facts above say already.
    return [*facts, *(each.strip() for each in quoted if _("其他单位") not in each)]


def number_text(year: int | None, number: int | None, correction: int) -> str:
    """周通报〔2026〕5号; a draft has no number yet; a correction bears that of the one it corrects, and its own."""
    words = {"year": year or "　　", "number": number or "　", "n": correction}
    if correction:
        return _("周通报〔%(year)s〕%(number)s号（更正%(n)d）") % words
    return _("周通报〔%(year)s〕%(number)s号") % words


def date_text(day: date | None) -> str:
    """成文日期; blank before it is published."""
    if day is None:
        return _("　　年　月　日")
    return _("%(year)d年%(month)d月%(day)d日") % {"year": day.year, "month": day.month, "day": day.day}


def salutation(kinds: Iterable[str]) -> str:
    """主送: the kinds of unit that receive it."""
    names = [str(Kind(kind).label) for kind in kinds if kind in Kind.values]
    return _("各%(kinds)s：") % {"kinds": "、".join(names) if names else _("团组织")}


def _leaders(figures: Figures) -> str:
    found = [
        _("%(group)s：%(names)s")
        % {"group": group, "names": "、".join(_led(each) for _r, each, _b in ranked)}
        for group, ranked in tables.leaders(figures)
    ]
    return _("覆盖率居前的单位：%(groups)s。") % {"groups": "；".join(found)} if found else ""


def _led(unit: UnitFigures) -> str:
    return _("%(name)s（%(rate)s）") % {"name": unit.name, "rate": rate_text(unit.coverage)}


def _listed(text: str, units: list[UnitFigures], tell: Callable[[UnitFigures], str]) -> str:
    if not units:
        return ""
    names = [
        _("%(name)s（%(fact)s）") % {"name": each.name, "fact": tell(each)} for each in units[:NAMED_AT_MOST]
    ]
    shown = "、".join(names)
    if len(units) > NAMED_AT_MOST:
        shown = _("%(names)s等%(n)d个单位") % {"names": shown, "n": len(units)}
    return text % {"names": shown, "line": GOOD_LINE}


def _low(unit: UnitFigures) -> str:
    words = {"rate": rate_text(unit.coverage), "n": unit.coverage.shortfall}
    return _("覆盖率%(rate)s，还差%(n)d人") % words


def _unreported(unit: UnitFigures) -> str:
    if unit.weeks_unreported < 2:
        return _("本周未报")
    return _("已连续%(n)d周未报") % {"n": unit.weeks_unreported}


def _poor(unit: UnitFigures) -> str:
    words = {"n": unit.flows["checks"], "poor": unit.flows["checks_poor"], "row": unit.poor_streak}
    if unit.poor_streak > 1:
        return _("抽查%(n)d次，差%(poor)d次，已连续%(row)d次为“差”") % words
    return _("抽查%(n)d次，差%(poor)d次") % words


def _changes(figures: Figures) -> str:
    names = ("opened", "changed", "admin_changed", "closed")
    if not any(figures.totals[name] for name in names):
        return _("本周没有开通、变更和注销账号、群。")
    return _(
        "本周新增账号、群%(opened)d个，变更%(changed)d个，更换管理员%(admin_changed)d人次，注销%(closed)d个。"
    ) % {name: figures.totals[name] for name in names}


def _mentioned(figures: Figures, text: str) -> set[str]:
    """Names of units that occur; a name within a longer one is not meant."""
    found = set()
    for name in sorted({each.name for each in figures.units}, key=len, reverse=True):
        if name in text:
            found.add(name)
            text = text.replace(name, "\n")
    return found


def _without(others: list[str], text: str) -> str:
    for name in others:
        text = text.replace(name, _("其他单位"))
    return text
