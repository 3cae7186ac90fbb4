"""How a unit stands to a requirement at a moment, from its character: what is not met is open, behind or overdue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reporting.choices import Standing
from reporting.judging.standings import EXEMPT, MET, UNMET

if TYPE_CHECKING:
    from datetime import datetime

    from reporting.models import Requirement


def standing(character: str, requirement: Requirement, at: datetime) -> Standing | None:
    """None: the unit is not asked. A deadline that is reached has passed; guidance is never overdue (RUR-3)."""
    if character == MET:
        return Standing.MET
    if character == EXEMPT:
        return Standing.EXEMPT
    if character != UNMET:
        return None
    return unmet(requirement, at)


def unmet(requirement: Requirement, at: datetime) -> Standing:
    """What "not met" means at the moment."""
    if requirement.deadline_at is None or at < requirement.deadline_at:
        return Standing.OPEN
    return Standing.OVERDUE if requirement.is_hard else Standing.BEHIND


def character_of(standings: str, requirement: Requirement) -> str:
    """The requirement's character in a row of answers; "-" where the row is shorter."""
    return standings[requirement.position - 1 : requirement.position] or "-"
