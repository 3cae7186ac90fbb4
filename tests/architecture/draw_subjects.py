"""Draws for the matrix: one organised by the unit, with one sample in it."""

from __future__ import annotations

from accounts.choices import GroupKind
from accounts.models import Group
from accounts.operations.registry import open_group
from orgs.kernel import clock
from orgs.models import OrgUnit
from reporting import draw as arithmetic
from reporting.models import Draw, DrawItem
from tests.cast import Cast


def draw(unit: OrgUnit, cast: Cast) -> int:
    return sample_of(unit, cast).draw_id


def sample(unit: OrgUnit, cast: Cast) -> int:
    return sample_of(unit, cast).pk


def sample_of(unit: OrgUnit, cast: Cast) -> DrawItem:
    known = DrawItem.objects.filter(draw__number=f"抽-{unit.code}").first()
    if known:
        return known
    group = Group.objects.filter(unit=unit).first() or open_group(
        unit, kind=GroupKind.BRANCH, name=f"{unit.name}微信群", by=None
    )
    frame = arithmetic.frame_of([arithmetic.Line(group.pk, unit.pk, "all", 1)])
    made = Draw.objects.create(
        number=f"抽-{unit.code}",
        title="抽查",
        unit=unit,
        scope=unit,
        size=1,
        seed="1",
        frame=frame,
        frame_hash=arithmetic.digest(frame),
        n_frame=1,
        drawn_at=clock.now(),
        drawn_by=cast["national"],
    )
    return DrawItem.objects.create(draw=made, position=1, group=group, unit=unit, stratum="all")
