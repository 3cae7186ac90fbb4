"""How many units of a subtree a campaign asks and how many have met it: of all of it, or of what a reader sees of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import BigIntegerField, Exists, OuterRef, Q, Sum, Value

from orgs.models import OrgUnit
from reporting import judging
from reporting.choices import Standing
from reporting.models import Judgement, Tally

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from orgs.querysets.scope import UnitsInCharge
    from reporting.models import Requirement


@dataclass(frozen=True, slots=True)
class Count:
    """How many units are asked and have met; what is not met stands open, behind or overdue."""

    asked: int = 0
    met: int = 0
    exempt: int = 0

    @property
    def left(self) -> int:
        return self.asked - self.met

    def __add__(self, other: Count) -> Count:
        return Count(self.asked + other.asked, self.met + other.met, self.exempt + other.exempt)

    def standing(self, requirement: Requirement, at: datetime) -> Standing | None:
        """Of all units together; None where nobody is asked."""
        if not self.asked:
            return Standing.EXEMPT if self.exempt else None
        return judging.unmet(requirement, at) if self.left else Standing.MET


def counts(requirements: Sequence[Requirement], unit_pk: int) -> dict[int, Count]:
    """Requirement -> what the subtree of the unit comes to now; of a unit with nobody below, its own answer."""
    rows = Tally.objects.current().filter(requirement__in=requirements, unit_id=unit_pk)
    found = {
        pk: Count(*numbers)
        for pk, *numbers in rows.values_list("requirement_id", "n_asked", "n_met", "n_exempt")
    }
    if found or not requirements:
        return found
    version = requirements[0].version_id
    own = Judgement.objects.current().filter(version=version, unit_id=unit_pk).first()
    return (
        {each.pk: of_character(judging.character_of(own.standings, each)) for each in requirements}
        if own
        else {}
    )


def seen_counts(
    requirements: Sequence[Requirement], unit: OrgUnit, in_charge: UnitsInCharge, at: datetime
) -> dict[int, Count]:
    """Requirement -> the unit's own answer and what the units directly below it that the reader sees come to.

    For a department, whose unit has sums over all lines (A3). Every requirement has its count; one statement.
    """
    found = {each.pk: Count() for each in requirements}
    if not requirements:
        return found
    version = requirements[0].version_id
    below = OrgUnit.objects.within(in_charge).children_of(unit).order_by().values("pk")
    led = Tally.objects.as_of(at).filter(requirement__version=version)
    sums = (
        led.filter(requirement__in=requirements, unit_id__in=below)
        .order_by()
        .values_list("requirement_id", Sum("n_asked"), Sum("n_met"), Sum("n_exempt"), Value(""))
    )
    # Who leads others is counted above with them; of the unit itself only its own answer.
    alone = Q(unit_id__in=below) & ~Q(Exists(led.filter(unit_id=OuterRef("unit_id"))))
    own = Judgement.objects.as_of(at).filter(Q(unit_id=unit.pk) | alone, version=version).order_by()
    nothing = [Value(0, output_field=BigIntegerField()) for _ in range(4)]
    for pk, asked, met, exempt, standings in sums.union(own.values_list(*nothing, "standings"), all=True):
        if pk:
            found[pk] += Count(asked, met, exempt)
            continue
        for each in requirements:
            found[each.pk] += of_character(judging.character_of(standings, each))
    return found


def of_character(character: str) -> Count:
    """One unit's answer as a count; who has time after the deadline counts once it has met, or its time is over."""
    if character == judging.EXEMPT:
        return Count(exempt=1)
    if character in {judging.NOT_ASKED, judging.YOUNG}:
        return Count()
    return Count(1, int(character == judging.MET))
