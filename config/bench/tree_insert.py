"""A batch of 1,000 leaves below one node of a tree of 64,000, against one leaf. Bar: 3."""

from __future__ import annotations

from statistics import median

from config.bench import Figure, divisions, stopwatch
from orgs.choices import Kind
from orgs.models import OrgUnit
from orgs.operations import bulk_load, tree
from orgs.operations.reference import load_reference
from orgs.operations.tree import NewUnit

BAR = 3.0
BATCH = 1_000
TRIES = 5


def run(size: int) -> list[Figure]:
    """Both below the same township of the largest province, in turns; the medians are compared."""
    load_reference()
    rows = divisions.around(size)
    bulk_load.load_tree(rows)
    largest = OrgUnit.objects.get(code=rows[0].code)
    townships = OrgUnit.objects.filter(tree_id=largest.tree_id, kind=Kind.TOWNSHIP).order_by("lft")
    township = townships[townships.count() // 2]
    one, many = [], []
    for turn in range(TRIES):
        with stopwatch() as watch:
            tree.create_units(township, _villages(f"a{turn}", 1), by=None)
        one.append(watch.seconds)
        with stopwatch() as watch:
            tree.create_units(township, _villages(f"b{turn}", BATCH), by=None)
        many.append(watch.seconds)
    return [
        Figure("tree", (largest.rght - largest.lft + 1) // 2),
        Figure("one_seconds", median(one)),
        Figure("batch_seconds", median(many)),
        Figure("ratio", median(many) / median(one), BAR),
    ]


def _villages(prefix: str, n: int) -> list[NewUnit]:
    return [NewUnit(Kind.VILLAGE, f"{prefix}村{number}", f"{prefix}-{number}") for number in range(n)]
