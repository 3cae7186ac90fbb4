"""Groups of both neighbours and a plan of the whole province, for the tests of draws."""

from __future__ import annotations

from typing import Any

from accounts.choices import GroupKind
from accounts.models import Group
from accounts.operations.registry import open_group
from reporting.models import Draw
from reporting.operations.draw_frames import Plan
from reporting.operations.draws import draw_sample
from tests.cast import Cast
from tests.world import World

PLACES = (
    "hnu-law", "hnu-law-1201", "hnu-law-1202", "hnu-law-1301", "hnu-tour", "hnu-tour-1201", "qzu-sci",
    "qzu-sci-1201", "qh-hs", "qh-hs-jl", "qh-hs-zj", "qh-yj-hx",
)  # fmt: skip


def open_groups(world: World) -> list[Group]:
    """One group in each of the places, 30 members each."""
    return [
        open_group(world[code], kind=GroupKind.BRANCH, name=f"{code}群", members=30, by=None)
        for code in PLACES
    ]


def plan(world: World, **facts: Any) -> Plan:
    return Plan(**{"title": "十一月抽查", "scope": world["hi"], "size": 4} | facts)


def drawn(world: World, cast: Cast, **facts: Any) -> Draw:
    """A draw of the province among the groups, which are opened first."""
    open_groups(world)
    return draw_sample(plan(world, **facts), by=cast["province"])
