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
    table = divisions.table(None)
    per_province: dict[str, list[object]] = {}
    for row in table.rows:
        per_province.setdefault(row.code[:2], []).append(row)
    rows = max(per_province.values(), key=len)
    bulk_load.load_tree(rows)  # type: ignore[arg-type]
    townships = OrgUnit.objects.filter(kind=Kind.TOWNSHIP).order_by("lft")
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
        Figure("tree", len(rows)),
        Figure("one_seconds", median(one)),
        Figure("batch_seconds", median(many)),
        Figure("ratio", median(many) / median(one), BAR),
    ]


def _villages(prefix: str, n: int) -> list[NewUnit]:
    return [NewUnit(Kind.VILLAGE, f"{prefix}村{number}", f"{prefix}-{number}") for number in range(n)]
