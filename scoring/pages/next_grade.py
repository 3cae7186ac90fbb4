"""The block 离下一等次 in words: what is missing, the cheapest way, and what is out of reach with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.kernel.numbers import points_text
from scoring import next_grade, step_words
from scoring.choices import Grade, SheetState

if TYPE_CHECKING:
    from scoring.looking_ahead import Ahead
    from scoring.models import Consequence, Sheet
    from scoring.next_grade import NextGrade, Pick
    from scoring.tallies import Tally

FIRST_MONTH = 9  # the scheme may name another


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion: what it takes to its next step, or why nothing helps any more."""

    label: str
    item: int
    words: str
    gain: str


@dataclass(frozen=True, slots=True)
class Block:
    """What the page shows. Before its day it only says from when."""

    begins: date | None
    summary: str = ""
    cheapest: Sequence[Line] = ()
    steps: Sequence[Line] = ()
    lost: Sequence[Line] = ()
    unknown: Sequence[Line] = ()
    flags: Sequence[str] = ()


def block_of(
    sheet: Sheet, result: Tally, consequences: Sequence[Consequence], *, may_assess: bool = False
) -> Block | None:
    """None where nothing may change any more: for the unit once it has handed in, for all once the result is told."""
    states = {SheetState.SELF_ASSESSING, SheetState.ASSESSING} if may_assess else {SheetState.SELF_ASSESSING}
    if sheet.state not in states or sheet.is_proposed:
        return None
    begins = _begins(sheet)
    if clock.today() < begins:
        return Block(begins)
    found = next_grade.look(sheet, result)
    way = found.cheapest
    taken = {pick.ahead.score.pk for pick in way.picks} if way else set()
    return Block(
        None,
        _summary(found),
        [_picked(pick) for pick in way.picks] if way else [],
        [_next(each) for each in found.ways if each.steps and each.score.pk not in taken],
        [_lost(each, found) for each in found.lost],
        [_unknown(each) for each in found.ways if each.is_unknown],
        _flags(consequences),
    )


def _begins(sheet: Sheet) -> date:
    """From autumn on: before, most of a year's figures are still to come."""
    return date(sheet.year, int(sheet.scheme.settings.get("next_grade_month", FIRST_MONTH)), 1)


def _summary(found: NextGrade) -> str:
    now = {"points": points_text(found.now), "grade": Grade(found.grade).label}
    if found.floor is None:
        if found.is_capped:
            return _("现为 %(points)s 分，%(grade)s；已认定连续抽查为“差”，今年不能评为优秀。") % now
        return _("现为 %(points)s 分，已在最高等次（%(grade)s）。") % now
    words = now | {
        "target": Grade(found.target).label,
        "floor": points_text(found.floor),
        "missing": points_text(found.missing),
    }
    text = _("现为 %(points)s 分（%(grade)s），离%(target)s（%(floor)s 分）还差 %(missing)s 分。") % words
    if found.is_out_of_reach:
        return text + _("今年最高只能到 %(most)s 分，已达不到。") % {"most": points_text(found.ceiling)}
    if found.cheapest is None:
        people = {
            "best": points_text(found.best),
            "more": points_text(found.from_people),
            "most": points_text(found.people_most),
        }
        return text + _("能计算的各项都做到，可到 %(best)s 分；其余 %(more)s 分靠考核小组评定和未登记的数（评定项最多还有 %(most)s 分）。") % people  # fmt: skip
    needs = "，".join(step_words.of_need(need) for need in found.cheapest.needs.values())
    return text + _("最省的做法：%(needs)s。") % {"needs": needs}


def _next(each: Ahead) -> Line:
    return _picked(next_grade.Pick(each, each.steps[0]))


def _picked(pick: Pick) -> Line:
    """再覆盖 1,049 名团员，即达 90%，+0.3 分."""
    criterion = pick.ahead.score.criterion
    words = "，".join(step_words.of_need(need) for need in pick.needs)
    gain = _("+%(points)s 分") % {"points": points_text(pick.gain)}
    return Line(str(criterion), criterion.item_id, words + step_words.reached(pick.ahead, pick.step), gain)


def _lost(each: Ahead, found: NextGrade) -> Line:
    criterion = each.score.criterion
    why = step_words.why_lost(each, found.outlook)
    return Line(str(criterion), criterion.item_id, why, f"−{points_text(each.lost)}")


def _unknown(each: Ahead) -> Line:
    criterion = each.score.criterion
    most = points_text(criterion.max_points)
    is_ranked = each.score.computed_points is not None
    words = each.score.missing_label or (_("名次还会变动") if is_ranked else _("尚未计算"))
    return Line(str(criterion), criterion.item_id, words, _("最多 %(most)s 分") % {"most": most})


def _flags(consequences: Sequence[Consequence]) -> list[str]:
    """What was confirmed stands; what waits for a decision may still act."""
    lines = []
    for each in consequences:
        words = {"kind": each.get_kind_display(), "trigger": each.trigger}
        if each.is_flag and each.is_confirmed:
            lines.append(_("%(trigger)s，已认定：%(kind)s，不能撤回。") % words)
        elif each.is_open_flag:
            lines.append(_("%(trigger)s，待认定；一经认定：%(kind)s。") % words)
    return lines
