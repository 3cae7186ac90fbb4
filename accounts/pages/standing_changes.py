"""日常变更 as a person who fills sees them: which of the own units may send a change now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.choices import SubmissionStatus
from accounts.models import CollectionRound
from orgs.models import OrgUnit
from orgs.permissions import EDIT_REGISTRY, FILL
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.pages.fill_tasks import Task
    from orgs.models import User


@dataclass(frozen=True, slots=True)
class OpenChange:
    """A standing round and an own unit that has no change under way; `last` is the one before."""

    round: CollectionRound
    unit: OrgUnit
    last: Task | None = None


def rounds_for(user: User, unit: OrgUnit) -> list[CollectionRound]:
    """日常变更 in which the person may send a change of this unit, whose registry they may not edit; one statement at most."""
    in_charge = user.units_in_charge()
    if (
        unit.pk not in in_charge.allowing(FILL).own_unit_ids()
        or in_charge.allowing(EDIT_REGISTRY).covers(unit)
        or not unit.is_open
    ):
        return []
    standing = CollectionRound.objects.concerning(unit).standing().order_by("pk")
    return [each for each in standing if unit.kind_id in each.kinds]


def open_changes(user: User, tasks: Iterable[Task]) -> list[OpenChange]:
    """Three statements, however many rounds and units."""
    own = user.units_in_charge().allowing(FILL).own_unit_ids()
    rounds = list(CollectionRound.objects.standing().select_related("unit").order_by("pk"))
    if not own or not rounds:
        return []
    under_way = {
        (task.expected.round_id, task.expected.unit_id): task
        for task in tasks
        if task.expected.round.is_standing
    }
    found = []
    for unit in OrgUnit.objects.filter(pk__in=own).in_official_order():
        for round in rounds:
            task = under_way.get((round.pk, unit.pk))
            is_free = task is None or task.status == SubmissionStatus.APPROVED
            is_asked = unit.kind_id in round.kinds and UnitsInCharge.below(round.unit).covers(unit)
            if is_free and is_asked:
                found.append(OpenChange(round, unit, task))
    return found
