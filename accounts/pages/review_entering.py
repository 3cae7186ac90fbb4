"""Which approvals put a form into the registry: they cannot be undone, so many at once are asked about. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import Submission
from accounts.operations.desks import Desks
from orgs.permissions import REVIEW

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orgs.models import User


def entering(submission_ids: Iterable[int], *, by: User) -> list[Submission]:
    """Of these forms on the person's desks, those for which nobody above decides any more."""
    own = by.units_in_charge().allowing(REVIEW).own_unit_ids()
    waiting = Submission.objects.reviewable_by(by).filter(pk__in=list(submission_ids)).clean()
    forms, desks = list(waiting.for_queue()), Desks()
    desks.preload([form.unit for form in forms])
    for form in forms:
        if form.desk_id not in own:
            form.desk = desks.acting_for(form) or form.desk
    return [form for form in forms if desks.next(form) is None]
