"""Whose desk a form lies on: the next occupied level above, up to the level at which data enters the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.exceptions import AccountsError
from orgs.choices import Kind
from orgs.models import Appointment, OrgUnit
from orgs.permissions import REVIEW, roles_with

if TYPE_CHECKING:
    from accounts.models import Submission


class Desks:
    """Answers for many forms of one operation; superiors and reviewers are read once per unit.

    A level is occupied when a person in force, other than the one who filled the form, may review at that very unit
    (F3, F8). Keep an instance for one transaction only: appointments end.
    """

    def __init__(self) -> None:
        self._superiors: dict[int, list[OrgUnit]] = {}
        self._reviewers: dict[int, frozenset[int]] = {}

    def first(self, submission: Submission) -> OrgUnit:
        """The desk a form goes to when it is submitted. Set `filled_by` before you ask."""
        levels = self._levels(submission)
        occupied = (unit for unit in levels if self._is_occupied(unit, submission))
        return next(occupied, None) or self._province(submission)

    def next(self, submission: Submission) -> OrgUnit | None:
        """The desk above the one the form lies on; None: approval there enters the registry.

        Where the entry level is vacant, or held by the filler alone, the province decides in its place.
        """
        levels = self._levels(submission)
        ids = [unit.pk for unit in levels]
        if submission.desk_id not in ids[:-1]:
            return None
        above = levels[ids.index(submission.desk_id) + 1 :]
        occupied = (unit for unit in above if self._is_occupied(unit, submission))
        return next(occupied, None) or self._province(submission)

    def has_a_say(self, submission: Submission) -> bool:
        """Whether the desk the form lies on still stands above its unit."""
        return submission.desk_id in {unit.pk for unit in self._superiors_of(submission.unit) if unit.is_open}

    def _levels(self, submission: Submission) -> list[OrgUnit]:
        """The units that may have a say, from the nearest up to the entry level."""
        superiors = self._superiors_of(submission.unit)
        entry_kind = submission.round.entry_kind
        entry = next((i for i, unit in enumerate(superiors) if unit.kind_id == entry_kind), None)
        if entry is None:
            entry = next((i for i, unit in enumerate(superiors) if _is_direct(unit)), -1)
        return superiors[: entry + 1]

    def _province(self, submission: Submission) -> OrgUnit:
        superiors = self._superiors_of(submission.unit)
        if not superiors:
            raise AccountsError(_("省级团委不填报收集表，请核对单位。"))
        return superiors[-1]

    def _superiors_of(self, unit: OrgUnit) -> list[OrgUnit]:
        """Nearest first. Siblings share them."""
        if unit.parent_id is None:
            return []
        if unit.parent_id not in self._superiors:
            self._superiors[unit.parent_id] = list(
                OrgUnit.objects.filter(tree_id=unit.tree_id, lft__lt=unit.lft, rght__gt=unit.rght)
                .order_by("-lft")
                .select_related("parent")
            )
        return self._superiors[unit.parent_id]

    def _is_occupied(self, unit: OrgUnit, submission: Submission) -> bool:
        return bool(self.reviewers_at(unit.pk) - {submission.filled_by_id})

    def reviewers_at(self, unit_id: int) -> frozenset[int]:
        """Ids of the people who may review at this very unit today."""
        if unit_id not in self._reviewers:
            in_force = Appointment.objects.in_force().filter(
                unit_id=unit_id, role__in=roles_with(REVIEW), user__is_active=True
            )
            self._reviewers[unit_id] = frozenset(in_force.values_list("user_id", flat=True))
        return self._reviewers[unit_id]


def _is_direct(unit: OrgUnit) -> bool:
    return unit.parent is not None and unit.parent.kind_id == Kind.PROVINCE


def first_desk(submission: Submission) -> OrgUnit:
    """The desk a form goes to when it is submitted: the nearest occupied level above, else the province."""
    return Desks().first(submission)


def next_desk(submission: Submission) -> OrgUnit | None:
    """The desk above the form's desk; None means that approval here enters the registry."""
    return Desks().next(submission)
