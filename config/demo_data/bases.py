"""底数: what branches count today, and what the direct units are assessed by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.demo_data.chance import chance
from config.demo_data.registry import BRANCHES, COMMITTEES
from config.demo_data.tree import members_of
from orgs.choices import Measure
from orgs.operations.base_load import NewBase, record_bases

if TYPE_CHECKING:
    from orgs.models import OrgUnit

WITHOUT = 0.02  # branches whose base is still missing


def record(units: dict[str, OrgUnit], year: int) -> None:
    """Members of every branch; for direct units also the members at the end of 2012 and reported before."""
    bases, below = [], _members_below(units)
    for code, unit in units.items():
        if unit.kind_id in BRANCHES and chance("base", code).random() > WITHOUT:
            bases.append(NewBase(unit.pk, Measure.MEMBERS, members_of(code), year, "团支部名册"))
        elif unit.kind_id in COMMITTEES and below.get(unit.pk):
            total, dice = below[unit.pk], chance("assessed", code)
            assessed = int(total * dice.uniform(0.92, 1.08))
            bases.append(NewBase(unit.pk, Measure.MEMBERS_2012, assessed, 2012, "共青团基层组织系统2012年底"))
            reported = int(total * dice.uniform(0.9, 1.05))
            bases.append(NewBase(unit.pk, Measure.MEMBERS_REPORTED, reported, year, "前期上报"))
    record_bases(bases, by=None)


def _members_below(units: dict[str, OrgUnit]) -> dict[int, int]:
    """Members of the branches below each unit, by walking up the parents."""
    parents = {unit.pk: unit.parent_id for unit in units.values()}
    below: dict[int, int] = {}
    for code, unit in units.items():
        if unit.kind_id not in BRANCHES:
            continue
        superior = unit.parent_id
        while superior is not None:
            below[superior] = below.get(superior, 0) + members_of(code)
            superior = parents.get(superior)
    return below
