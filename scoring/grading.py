"""How a grade comes about, step by step: band, cap, vetoes, the committee's decision, each citing its record. Pure.

The order is that of docs/schemes.md, 等次: the total's band (SUP-4.3), the cap of three 差 in a row (SUP-4.1c), below the
lowest floor (SUP-4.4.3), no award (SUP-4.4.4), and last what the committee decided (SUP-4.4.6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.kernel.numbers import points_text
from scoring import rules
from scoring.choices import NO_PLATFORM, THREE_POOR, ConsequenceKind, Grade
from scoring.tallies import floors_of, grade_of

if TYPE_CHECKING:
    from scoring.models import Consequence, Decision, Sheet
    from scoring.tallies import Tally

BAND = "SUP-4.3"
BELOW = "SUP-4.4.3"
DECIDED = "SUP-4.4.6"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its clause, what it says, the record it cites, and the grade after it."""

    clause: str
    words: str
    record: str
    grade: str
    consequence: Consequence | None = None  # of a flag: its record has a page

    @property
    def grade_label(self) -> str:
        return str(Grade(self.grade).label)


def grade_with(sheet: Sheet, result: Tally, decision: Decision | None) -> str:
    """The grade as it stands: by the total and the cap, else by the committee's decision; "" while it's incomplete."""
    grade = grade_of(sheet, result)
    return decision.grade if grade and decision is not None else grade


def steps(
    sheet: Sheet, result: Tally, consequences: Sequence[Consequence], decision: Decision | None
) -> list[Step]:
    """Every step that applies, in order; none while a criterion is open. The last one's grade is the sheet's."""
    if not result.is_complete or result.total is None:
        return []
    grade = rules.grade(result.total, floors_of(sheet))
    total = points_text(result.total)
    found = [Step(BAND, _("按总分对应等次"), _("考评总分 %(points)s 分") % {"points": total}, grade)]
    for each in _confirmed(consequences, THREE_POOR):
        grade = grade_of(sheet, result)
        found.append(Step(THREE_POOR, _("连续三次抽查为“差”，不得评为优秀"), each.trigger, grade, each))
    if grade == Grade.FAIL:
        words = _("低于最低等次分数线：通报批评、书面情况说明、取消当年评优资格")
        found.append(Step(BELOW, words, _("考评总分 %(points)s 分") % {"points": total}, grade))
    found += [
        Step(NO_PLATFORM, str(ConsequenceKind(each.kind).label), each.trigger, grade, each)
        for each in _confirmed(consequences, NO_PLATFORM)
    ]
    if decision is not None:
        found.append(Step(DECIDED, decision.reason, _cited(decision), decision.grade))
    return found


def _confirmed(consequences: Sequence[Consequence], clause: str) -> list[Consequence]:
    return [each for each in consequences if each.clause == clause and each.is_confirmed]


def _cited(decision: Decision) -> str:
    words = {"number": decision.record_number, "day": decision.held_on.isoformat()}
    return _("党组会 %(number)s（%(day)s）") % words
