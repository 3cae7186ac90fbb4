"""Whose desk a form lies on: the next occupied level above, up to the level at which data enters the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import CharField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.exceptions import AccountsError
from accounts.querysets.reviewers import by_departments, departments_without, reviewers_in_force
from orgs.choices import Kind
from orgs.models import OrgUnit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import Submission


class Desks:
    """Answers for many forms of one operation; superiors and reviewers are read once per unit.

    A level is occupied when a person in force, other than the one who filled the form, may review at that very unit
    (F3, F8), and the form's line is one of the person's department (SUP-1.0). Keep an instance for one transaction only: appointments end.
    """

    def __init__(self) -> None:
        self._superiors: dict[int, list[OrgUnit]] = {}
        self._reviewers: dict[int, frozenset[tuple[int, str]]] = {}
        self._office: list[OrgUnit] | None = None

    def preload(self, units: Iterable[OrgUnit]) -> None:
        """Read the superiors and the reviewers of many units: a statement for each level of the tree, and one."""
        parent_ids = {unit.parent_id for unit in units if unit.parent_id is not None}
        known: dict[int, OrgUnit] = {}
        wanted: set[int] = parent_ids
        while wanted:
            found = OrgUnit.objects.filter(pk__in=wanted)
            known.update({unit.pk: unit for unit in found})
            wanted = {unit.parent_id for unit in found if unit.parent_id is not None} - set(known)
        for unit in known.values():
            unit.parent = known.get(unit.parent_id) if unit.parent_id else None
        for parent_id in parent_ids:
            line, above = [], known.get(parent_id)
            while above is not None:
                line.append(above)
                above = above.parent
            self._superiors[parent_id] = line
        self._reviewers.update(_reviewers_of(known))

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

    def acting_for(self, submission: Submission) -> OrgUnit | None:
        """代为审核: the next occupied level above a desk at which nobody is left to review; None while somebody is.

        Above the province stands the national office: a province with departments alone has nobody for the other lines.
        """
        superiors = self._superiors_of(submission.unit)
        ids = [unit.pk for unit in superiors]
        if (
            submission.desk is None
            or self._is_occupied(submission.desk, submission)
            or submission.desk_id not in ids
        ):
            return None
        above = superiors[ids.index(submission.desk_id) + 1 :]
        found = next((unit for unit in above if self._is_occupied(unit, submission)), None)
        # Asked for only where it is needed: the desks of most forms are occupied somewhere in the tree.
        return found or next((unit for unit in self._national() if self._is_occupied(unit, submission)), None)

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

    def _national(self) -> list[OrgUnit]:
        if self._office is None:
            self._office = list(OrgUnit.objects.filter(kind=Kind.NATIONAL))
        return self._office

    def _is_occupied(self, unit: OrgUnit, submission: Submission) -> bool:
        return bool(self.reviewers_at(unit.pk, line=submission.unit.line) - {submission.filled_by_id})

    def reviewers_at(self, unit_id: int, *, line: str = "") -> frozenset[int]:
        """Ids of the people who may review at this very unit today: anything at all, or forms of the line."""
        if unit_id not in self._reviewers:
            self._reviewers.update(_reviewers_of([unit_id]))
        without = departments_without(line) if line else frozenset()
        return frozenset(
            user_id for user_id, department in self._reviewers[unit_id] if department not in without
        )


def _reviewers_of(unit_ids: Iterable[int]) -> dict[int, frozenset[tuple[int, str]]]:
    found: dict[int, set[tuple[int, str]]] = {unit_id: set() for unit_id in unit_ids}
    in_force = reviewers_in_force().filter(unit_id__in=list(found))
    for unit_id, user_id, department in in_force.values_list("unit_id", "user_id", "department"):
        found[unit_id].add((user_id, department))
    return {unit_id: frozenset(people) for unit_id, people in found.items()}


def _is_direct(unit: OrgUnit) -> bool:
    return unit.parent is not None and unit.parent.kind_id == Kind.PROVINCE


def first_desk(submission: Submission) -> OrgUnit:
    """The desk a form goes to when it is submitted: the nearest occupied level above, else the province."""
    return Desks().first(submission)


def next_desk(submission: Submission) -> OrgUnit | None:
    """The desk above the form's desk; None means that approval here enters the registry."""
    return Desks().next(submission)


def acting_for_desks(desks: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int | None]:
    """Of these desks, each for a line of work, the vacant ones -> the nearest occupied level above (代为审核).

    None: nobody up to the national office may decide. One statement, however many.
    """
    asked: dict[str, set[int]] = {}
    for desk_id, line in desks:
        asked.setdefault(line, set()).add(desk_id)
    parts = []
    for without, lines in by_departments(asked).items():
        ids = set().union(*(asked[line] for line in lines))
        parts.append(_acting(ids, reviewers_in_force().exclude(department__in=without), lines[0]))
    if not parts:
        return {}
    same = {line: lines for lines in by_departments(asked).values() for line in lines}
    return {
        (pk, line): acting_id
        for pk, first_line, acting_id in parts[0].union(*parts[1:], all=True)
        for line in same[first_line]
        if pk in asked[line]
    }


def _acting(desk_ids: set[int], reviewers: Any, line: str) -> Any:
    occupied = reviewers.values("unit_id")
    above = OrgUnit.objects.filter(
        tree_id=OuterRef("tree_id"), lft__lt=OuterRef("lft"), rght__gt=OuterRef("rght"), pk__in=occupied
    )
    national = OrgUnit.objects.filter(kind=Kind.NATIONAL, pk__in=occupied)
    vacant = OrgUnit.objects.filter(pk__in=desk_ids).exclude(pk__in=occupied).order_by()
    found = vacant.annotate(
        for_line=Value(line, output_field=CharField()),
        acting_id=Coalesce(
            Subquery(above.order_by("-lft").values("pk")[:1]), Subquery(national.order_by().values("pk")[:1])
        ),
    )
    return found.values_list("pk", "for_line", "acting_id")
