"""The arithmetic of lft and rght: set-based updates of one or two trees. The caller holds the locks (operations/locks.py).

django-mptt's own save and move read the numbers of Python instances, which go stale; here every number that decides
comes from the database after the lock was taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Case, F, IntegerField, Max, Q, Value, When

from orgs.models import OrgUnit
from orgs.operations import search_blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models.expressions import Combinable


NUMBER = IntegerField()


@dataclass(frozen=True, slots=True)
class Block:
    """A run of numbers in one tree: a unit with its subtree, or neighbouring units with theirs."""

    tree_id: int
    first: int
    last: int

    @classmethod
    def of(cls, unit: OrgUnit) -> Block:
        return cls(unit.tree_id, unit.lft, unit.rght)

    @classmethod
    def below(cls, unit: OrgUnit) -> Block:
        """Everything below the unit, without the unit itself."""
        return cls(unit.tree_id, unit.lft + 1, unit.rght - 1)

    @property
    def width(self) -> int:
        return self.last - self.first + 1

    def contains(self, unit: OrgUnit) -> bool:
        inside: bool = unit.tree_id == self.tree_id and self.first <= unit.lft and unit.rght <= self.last
        return inside


def next_tree_id() -> int:
    """The number of a tree to come; the caller holds the lock of the forest."""
    return int(OrgUnit.objects.aggregate(last=Max("tree_id"))["last"] or 0) + 1


def make_room(tree_id: int, at: int, width: int) -> None:
    """Shift everything from number `at` on to the right, so that `width` numbers are free there."""
    OrgUnit.objects.filter(tree_id=tree_id, rght__gte=at).update(
        lft=Case(When(lft__gte=at, then=F("lft") + width), default=F("lft"), output_field=NUMBER),
        rght=F("rght") + width,
    )


def close_room(gap: Block) -> None:
    """Take the numbers of a block that has left out of its tree."""
    OrgUnit.objects.filter(tree_id=gap.tree_id, rght__gt=gap.last).update(
        lft=Case(When(lft__gt=gap.last, then=F("lft") - gap.width), default=F("lft"), output_field=NUMBER),
        rght=F("rght") - gap.width,
    )


def move_block(block: Block, tree_id: int, at: int, *, depth_shift: int) -> None:
    """Put a block where number `at` stands in the tree; `at` lies outside the block."""
    if not block.width:
        return
    if tree_id == block.tree_id:
        _move_inside(block, at, depth_shift)
        return
    make_room(tree_id, at, block.width)
    OrgUnit.objects.filter(tree_id=block.tree_id, lft__gte=block.first, lft__lte=block.last).update(
        tree_id=tree_id,
        lft=F("lft") + (at - block.first),
        rght=F("rght") + (at - block.first),
        depth=F("depth") + depth_shift,
    )
    close_room(block)
    # The ids are in another tree now: the blocks of both are written anew.
    moved = OrgUnit.objects.filter(tree_id=tree_id, lft__gte=at, lft__lt=at + block.width).order_by()
    ids = list(moved.values_list("pk", flat=True))
    search_blocks.refresh((pk, each) for pk in ids for each in (block.tree_id, tree_id))


def _move_inside(block: Block, at: int, depth_shift: int) -> None:
    """Rotate the numbers between the block and its new place, in one statement."""
    if at > block.last:
        passed, shift, back = (block.last + 1, at - 1), at - 1 - block.last, -block.width
    else:
        passed, shift, back = (at, block.first - 1), at - block.first, block.width
    own = (block.first, block.last)
    in_block = Q(lft__range=own)
    OrgUnit.objects.filter(
        tree_id=block.tree_id, lft__lte=max(own[1], passed[1]), rght__gte=min(own[0], passed[0])
    ).update(
        lft=_rotated("lft", own, shift, passed, back),
        rght=_rotated("rght", own, shift, passed, back),
        depth=Case(When(in_block, then=F("depth") + depth_shift), default=F("depth"), output_field=NUMBER),
    )


def _rotated(field: str, own: tuple[int, int], shift: int, passed: tuple[int, int], back: int) -> Combinable:
    return F(field) + Case(
        When(Q(**{f"{field}__range": own}), then=Value(shift)),
        When(Q(**{f"{field}__range": passed}), then=Value(back)),
        default=Value(0),
        output_field=NUMBER,
    )


def make_gaps(tree_id: int, gaps: Sequence[tuple[int, int]]) -> list[int]:
    """Room at many places in one statement; `gaps` are (number, width). Returns where each gap begins afterwards, in order."""
    steps, total, begins = [], 0, {}
    for at, width in sorted(gaps):
        begins[at] = at + total
        total += width
        steps.append((at, total))
    OrgUnit.objects.filter(tree_id=tree_id, rght__gte=steps[0][0]).update(
        lft=F("lft") + _stepped("lft", steps), rght=F("rght") + _stepped("rght", steps)
    )
    return [begins[at] for at, _width in gaps]


def _stepped(field: str, steps: Sequence[tuple[int, int]], before: int = 0) -> Combinable:
    """By how much a number moves: the width of every gap at or before it, found by halving."""
    if not steps:
        return Value(before, output_field=NUMBER)
    middle = len(steps) // 2
    at, total = steps[middle]
    return Case(
        When(**{f"{field}__gte": at}, then=_stepped(field, steps[middle + 1 :], total)),
        default=_stepped(field, steps[:middle], before),
        output_field=NUMBER,
    )
