"""What a graduation is about: which branches of an intake close, and which regular ones may follow. Reads only."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count

from orgs import naming
from orgs.choices import Kind
from orgs.models import OrgUnit
from orgs.permissions import EDIT_UNITS
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from orgs.models import User
    from orgs.querysets.tree import OrgUnitQuerySet

MOST_BRANCHES = 2_000
YEARS_OF_STUDY = 4
CENTURY = 100


@dataclass(frozen=True, slots=True)
class NewBranch:
    """A branch to be opened below a superior."""

    parent_id: int
    code: str
    name: str


@dataclass(slots=True)
class Superior:
    """A college (school) with the branches that close below it and those proposed for it."""

    unit: OrgUnit
    closing: list[OrgUnit] = field(default_factory=list)
    new: list[NewBranch] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would happen below a unit; `seen` tells the operation which branches the person has looked at."""

    closed_intake: int
    opened_intake: int
    superiors: list[Superior]
    seen: str

    @property
    def closing(self) -> list[OrgUnit]:
        return [branch for each in self.superiors for branch in each.closing]

    @property
    def n_new(self) -> int:
        return sum(len(each.new) for each in self.superiors)


def branches_below(unit: OrgUnit, *, by: User) -> OrgUnitQuerySet:
    """Class branches in operation below the unit that the person may close."""
    below: OrgUnitQuerySet = OrgUnit.objects.within(UnitsInCharge.below(unit)).actionable_by(by, EDIT_UNITS)
    return below.in_operation().filter(kind=Kind.CLASS_BRANCH, intake_year__isnull=False)


def intakes_below(unit: OrgUnit, *, by: User) -> list[tuple[int, int]]:
    """(intake year, number of branches), the oldest first."""
    counted = branches_below(unit, by=by).order_by("intake_year").values("intake_year")
    return [(row["intake_year"], row["n"]) for row in counted.annotate(n=Count("pk"))]


def propose(unit: OrgUnit, closed_intake: int, opened_intake: int, *, by: User) -> Proposal:
    """The branches of the intake, and for each one that follows: same superior, regular name and code of the new intake.

    Names that are open already are not proposed again.
    """
    branches = branches_below(unit, by=by).filter(intake_year=closed_intake)
    ordered = branches.select_related("parent__kind").order_by("lft")[: MOST_BRANCHES + 1]
    superiors: dict[int, Superior] = {}
    for branch in ordered:
        superiors.setdefault(branch.parent_id, Superior(branch.parent)).closing.append(branch)
    found = list(superiors.values())
    _propose_new(found, closed_intake, opened_intake)
    return Proposal(
        closed_intake, opened_intake, found, digest([b.pk for each in found for b in each.closing])
    )


def digest(ids: list[int]) -> str:
    """A short name of a set of units."""
    return hashlib.sha256(",".join(map(str, sorted(ids))).encode()).hexdigest()[:16]


def _propose_new(superiors: list[Superior], closed: int, opened: int) -> None:
    parents = [each.unit.pk for each in superiors]
    names, codes = defaultdict(set), defaultdict(set)
    siblings = OrgUnit.objects.filter(parent_id__in=parents).order_by()
    for parent_id, name, code, is_open in siblings.values_list("parent_id", "name", "code", "is_open"):
        codes[parent_id].add(code)
        if is_open:
            names[parent_id].add(name)
    leaving = {branch.name for each in superiors for branch in each.closing}
    for each in superiors:
        taken = codes[each.unit.pk]
        staying = names[each.unit.pk] - leaving
        for branch in each.closing:
            name = next_name(branch.name, closed, opened)
            if name in staying:
                continue
            code = _free_code(next_code(branch.code, each.unit.code, closed, opened), each.unit.code, taken)
            each.new.append(NewBranch(each.unit.pk, code, name))
            taken.add(code)
            staying.add(name)


def next_name(name: str, closed: int, opened: int) -> str:
    """法学2009级1班团支部 -> 法学2013级1班团支部; 09级 becomes 13级; a name without a year stays."""
    for old, new in ((f"{closed}", f"{opened}"), (f"{closed % CENTURY:02d}级", f"{opened % CENTURY:02d}级")):
        if old in name:
            return name.replace(old, new, 1)
    return name


def next_code(code: str, parent_code: str, closed: int, opened: int) -> str:
    """hnu-law-0901 -> hnu-law-1301: the year stands at the beginning of what follows the superior's code."""
    if not code.startswith(parent_code):
        return ""
    tail = code[len(parent_code) :]
    lead = tail[: len(tail) - len(tail.lstrip("-"))]
    tail = tail[len(lead) :]
    for old, new in ((f"{closed}", f"{opened}"), (f"{closed % CENTURY:02d}", f"{opened % CENTURY:02d}")):
        if tail.startswith(old):
            return f"{parent_code}{lead}{new}{tail[len(old) :]}"
    return ""


def _free_code(wanted: str, parent_code: str, taken: set[str]) -> str:
    if wanted and wanted not in taken:
        return wanted
    serial = len(taken) + 1
    while naming.child_code(parent_code, serial) in taken:
        serial += 1
    return naming.child_code(parent_code, serial)
