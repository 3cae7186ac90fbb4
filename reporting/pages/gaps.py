"""Where a unit's gap is: the subordinates that lack most people for the 良好 line."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from reporting.coverage import Coverage
from reporting.models import WeekUnit

if TYPE_CHECKING:
    from orgs.querysets.scope import UnitsInCharge

NAMED = 2
COLUMNS = (
    "parent_id", "name", "coverage_part", "coverage_base", "sub_covered_capped", "sub_holders", "sub_unreported",
    "sub_base_missing",
)  # fmt: skip


def main_gaps(week_pk: int, unit_pks: list[int], in_charge: UnitsInCharge) -> dict[int, list[str]]:
    """The names of the two subordinates of each unit that lack most people, what is not reported included."""
    below = WeekUnit.objects.within(in_charge).for_week(week_pk).filter(parent_id__in=unit_pks)
    lacking: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for row in below.in_operation().with_coverage().in_official_order().values_list(*COLUMNS, named=True):
        lacks = Coverage.of(row).lacking
        if lacks:
            lacking[row.parent_id].append((lacks, row.name))
    return {
        parent: [
            name.removesuffix("团委") for _lacks, name in sorted(found, key=lambda each: -each[0])[:NAMED]
        ]
        for parent, found in lacking.items()
    }
