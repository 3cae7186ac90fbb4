"""What a result means for unit and person in charge: commendation, criticism, explanation, awards, the key-work total. Pure.

Each says the clause and the record that triggered it. Only confirmed consequences act. READING of SUP-4.4: below the lowest
floor it is the person in charge who takes no part in awards (SUP-4.4.3); platform not completed or a grave fault takes the
unit's own eligibility (SUP-4.4.4); commended are units graded 优秀 that kept it (SUP-4.4.2). The person is an office, never a name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from scoring.choices import NO_PLATFORM, ConsequenceKind, Grade

if TYPE_CHECKING:
    from scoring.models import Consequence, Sheet

COMMENDED, KEY_WORK = "SUP-4.4.2", "SUP-4.4.2"
WEIGHT = "key_work_weight"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one final sheet; `contribution` is the total × weight, exact."""

    is_commended: bool
    criticism: Consequence | None
    explanation: Consequence | None
    unit_barred: tuple[Consequence, ...]  # by each fault that was confirmed
    person_barred: Consequence | None
    contribution: Decimal | None

    @property
    def unit_words(self) -> str:
        """评优资格 of the unit, with the clause that takes it."""
        return _eligibility(*self.unit_barred)

    @property
    def person_words(self) -> str:
        """The same of the person in charge."""
        return _eligibility(*([self.person_barred] if self.person_barred else []))


def outcome_of(sheet: Sheet, consequences: Iterable[Consequence]) -> Outcome:
    """What follows from the sheet as it stands; of an open sheet nothing does yet but what is confirmed."""
    confirmed = [each for each in consequences if each.is_confirmed]
    acting = {(each.kind, _is_of_unit(each)): each for each in confirmed}
    unit_barred = tuple(
        each for each in confirmed if each.kind == ConsequenceKind.NO_AWARD and _is_of_unit(each)
    )
    return Outcome(
        is_commended=sheet.is_final and sheet.grade == Grade.EXCELLENT and not unit_barred,
        criticism=acting.get((ConsequenceKind.CRITICISM, False)),
        explanation=acting.get((ConsequenceKind.EXPLANATION, False)),
        unit_barred=unit_barred,
        person_barred=acting.get((ConsequenceKind.NO_AWARD, False)),
        contribution=None if sheet.total_points is None else sheet.total_points * weight_of(sheet),
    )


def is_out(sheet: Sheet) -> bool:
    """Whether the result is out: final, and where it is part of a round, that round published."""
    return sheet.is_final and (sheet.round is None or sheet.round.is_published)


def weight_of(sheet: Sheet) -> Decimal:
    """How much of the total counts into the unit's overall key-work assessment. READING: all of it, unless the scheme says."""
    return Decimal(str(sheet.scheme.settings.get(WEIGHT, "1")))


def exact_text(points: Decimal | None) -> str:
    """A product as it is, without zeros that say nothing: 4.15; never rounded."""
    if points is None:
        return ""
    text = f"{points:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _is_of_unit(consequence: Consequence) -> bool:
    return consequence.clause == NO_PLATFORM


def _eligibility(*barred: Consequence) -> str:
    if not barred:
        return _("有")
    words = {"clause": barred[0].clause, "trigger": "；".join(each.trigger for each in barred)}
    return _("取消（%(clause)s：%(trigger)s）") % words
