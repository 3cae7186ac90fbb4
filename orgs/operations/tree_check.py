"""Is the tree sound (T1–T6, T9 of the invariants), and its repair from the parents, one pass per tree under the lock."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from orgs.models import OrgUnit, UnitVersion
from orgs.operations import ledger, locks, numbering
from orgs.operations.renumbering import renumber

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orgs.models import User

CHUNK = 20_000
MOST_NAMED = 100  # faults told one by one; beyond that only their number
Numbers = tuple[int, int | None, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: the invariant, the unit (or tree) it shows at, and in words what."""

    rule: str
    unit_id: int | None
    tree_id: int | None
    text: str


@dataclass(frozen=True, slots=True)
class TreeReport:
    """What a check found. `faults` names the first hundred of each invariant, `n_faults` counts all of them."""

    n_units: int
    n_trees: int
    faults: tuple[Fault, ...]
    counts: dict[str, int]

    @property
    def is_sound(self) -> bool:
        return not self.counts

    @property
    def n_faults(self) -> int:
        return sum(self.counts.values())


class _Findings:
    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.counts: Counter[str] = Counter()

    def add(self, rule: str, text: str, *, unit_id: int | None = None, tree_id: int | None = None) -> None:
        self.counts[rule] += 1
        if self.counts[rule] <= MOST_NAMED:
            self.faults.append(Fault(rule, unit_id, tree_id, text))


def check_tree() -> TreeReport:
    """Compare lft, rght, depth and tree_id with the parents, and the parents with themselves; reads, never writes."""
    found = _Findings()
    parent_of: dict[int, int | None] = {}
    roots: Counter[int] = Counter()
    walk = _NumberWalk(found)
    for row in _numbers():
        parent_of[row[0]] = row[1]
        if row[1] is None:
            roots[row[2]] += 1
        walk.visit(row)
    walk.finish()
    _find_roots(roots, walk.tree_ids, found)
    _find_cycles(parent_of, found)
    _find_versions(found)
    return TreeReport(len(parent_of), len(walk.tree_ids), tuple(found.faults), dict(found.counts))


def _numbers() -> Iterator[Numbers]:
    units = OrgUnit.objects.order_by("tree_id", "lft", "pk")
    rows = units.values_list("pk", "parent_id", "tree_id", "lft", "rght", "depth")
    numbers: Iterator[Numbers] = rows.iterator(chunk_size=CHUNK)
    return numbers


class _NumberWalk:
    """One pass in the order of lft. The unit that encloses a unit must be its parent, and no number may be missing.

    Then the subtree by numbers is the subtree by parents for every unit (T6).
    """

    def __init__(self, found: _Findings) -> None:
        self.found = found
        self.tree_ids: set[int] = set()
        self.tree_id: int | None = None
        self.open: list[tuple[int, int]] = []  # (id, rght) of the units that enclose the present place
        self.last = 0  # the number used last

    def visit(self, row: Numbers) -> None:
        unit_id, parent_id, tree_id, lft, rght, depth = row
        if tree_id != self.tree_id:
            self.finish()
            self.tree_ids.add(tree_id)
            self.tree_id, self.last = tree_id, 0
        if lft >= rght or (rght - lft) % 2 == 0:
            self._fault("T1", _("左右值不成对"), unit_id)
        while self.open and self.open[-1][1] < lft:
            self._leave()
        if lft != self.last + 1:
            self._fault("T3", _("左值重复或有空缺"), unit_id)
        enclosing = self.open[-1][0] if self.open else None
        if enclosing != parent_id:
            self._fault("T6", _("按编号的上级与登记的上级不同"), unit_id)
        if depth != len(self.open):
            self._fault("T2", _("层级与上级不符"), unit_id)
        self.last = lft
        self.open.append((unit_id, rght))

    def finish(self) -> None:
        while self.open:
            self._leave()

    def _leave(self) -> None:
        unit_id, rght = self.open.pop()
        if rght != self.last + 1:
            self._fault("T3", _("右值重复或有空缺"), unit_id)
        self.last = rght

    def _fault(self, rule: str, text: str, unit_id: int) -> None:
        self.found.add(rule, text, unit_id=unit_id, tree_id=self.tree_id)


def _find_roots(roots: Counter[int], tree_ids: set[int], found: _Findings) -> None:
    """T4: one root a tree."""
    for tree_id in sorted(tree_ids):
        if roots[tree_id] != 1:
            found.add("T4", _("这棵树有 %(n)s 个根") % {"n": roots[tree_id]}, tree_id=tree_id)


def _find_cycles(parent_of: dict[int, int | None], found: _Findings) -> None:
    """T5: following the parents ends at a root, whatever lft and rght say."""
    settled: set[int] = set()
    for start in parent_of:
        trail: dict[int, None] = {}
        unit: int | None = start
        while unit is not None and unit not in settled and unit not in trail:
            trail[unit] = None
            unit = parent_of.get(unit)
        if unit in trail:
            ring = list(trail)[list(trail).index(unit) :]
            names = " → ".join(map(str, ring))
            found.add("T5", _("上级关系成环：%(ids)s") % {"ids": names}, unit_id=unit)
        settled |= set(trail)


def _find_versions(found: _Findings) -> None:
    """T9: every unit created is there with exactly one current version that says what the unit says, and no other."""
    same = Q(
        **{name: OuterRef(name) for name in UnitVersion.FACTS if name not in {"parent_id", "intake_year"}}
    )
    same &= Q(parent_id=OuterRef("parent_id")) | Q(parent_id=None) & Q(unit__parent=None)
    same &= Q(intake_year=OuterRef("intake_year")) | Q(intake_year=None) & Q(unit__intake_year=None)
    current = UnitVersion.objects.current().filter(same, unit=OuterRef("pk"))
    for unit_id in OrgUnit.objects.filter(~Exists(current)).values_list("pk", flat=True).iterator():
        found.add("T9", _("没有与现状一致的版本记录"), unit_id=unit_id)
    gone = UnitVersion.objects.filter(~Exists(OrgUnit.objects.filter(pk=OuterRef("unit_id"))))
    for unit_id in gone.values_list("unit_id", flat=True).distinct():
        found.add("T9", _("版本记录所属的团组织已不存在"), unit_id=unit_id)


@transaction.atomic
def rebuild_tree(tree_ids: Iterable[int] | None = None, *, by: User | None = None) -> int:
    """Number trees anew from the parents; returns how many units had wrong numbers. Cycles stay: `check_tree` names them.

    Units keep the order they have. Without `tree_ids` every tree is rebuilt. A second root of a tree gets a tree of its own.
    """
    locks.lock_forest()
    if tree_ids is None:
        tree_ids = OrgUnit.objects.filter(parent=None).order_by().values_list("tree_id", flat=True).distinct()
    locked = locks.lock_trees(tree_ids)
    n_changed = 0
    used: set[int] = set()
    for root in OrgUnit.objects.filter(tree_id__in=locked, parent=None).order_by("tree_id", "lft", "pk"):
        tree_id = root.tree_id if root.tree_id not in used else numbering.next_tree_id()
        used.add(tree_id)
        n_wrong = renumber(root.pk, tree_id)
        if n_wrong:
            ledger.record("tree.rebuilt", root, by=by, unit=root, n_changed=n_wrong)
        n_changed += n_wrong
    return n_changed


__all__ = ["Fault", "TreeReport", "check_tree", "rebuild_tree"]
