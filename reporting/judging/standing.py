"""How a unit stands to a requirement at a moment, from its character: what is not met is open, behind or overdue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reporting.choices import DemandKind, Standing
from reporting.judging.standings import EXEMPT, MET, UNMET, YOUNG

if TYPE_CHECKING:
    from datetime import datetime

    from reporting.models import Requirement


def standing(character: str, requirement: Requirement, at: datetime) -> Standing | None:
    """None: the unit is not asked. A deadline that is reached has passed; guidance is never overdue (RUR-3).

    `requirement` with its version and campaign, as `unmet` reads them.
    """
    if character == YOUNG:
        return Standing.OPEN
    if character == MET:
        return Standing.MET
    if character == EXEMPT:
        return Standing.EXEMPT
    if character != UNMET:
        return None
    return unmet(requirement, at)


def unmet(requirement: Requirement, at: datetime) -> Standing:
    """What "not met" means at the moment.

    Who met the requirement shortly before its deadline is not overdue in the minutes until that is judged: an answer says
    nothing of a deadline that lies after it. A document of a period is missing as soon as the period has ended.
    """
    judged_until = requirement.version.campaign.judged_until
    known = at if judged_until is None else min(at, judged_until)
    if is_past(requirement, known):
        return Standing.OVERDUE if requirement.is_hard else Standing.BEHIND
    return Standing.OPEN


def is_past(requirement: Requirement, at: datetime) -> bool:
    """Whether what is asked was due by the moment."""
    if requirement.kind == DemandKind.DOCUMENT and requirement.rule.get("recurs"):
        return True
    return requirement.deadline_at is not None and requirement.deadline_at <= at


def character_of(standings: str, requirement: Requirement) -> str:
    """The requirement's character in a row of answers; "-" where the row is shorter."""
    return standings[requirement.position - 1 : requirement.position] or "-"
