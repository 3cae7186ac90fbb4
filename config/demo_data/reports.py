"""The direct units' own weekly reports of the ten weeks: most in time, some late, some missing (SUP-4.1a)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from config.demo_data.chance import chance
from orgs.choices import Role
from orgs.kernel import clock
from orgs.models import Appointment, OrgUnit
from reporting import unexplained
from reporting.operations.reports import Said, confirm
from reporting.querysets.reports import reporters

if TYPE_CHECKING:
    from orgs.kernel.clock import Week

LATE, MISSING = 0.08, 0.05
REMARKS = ("本周完成新生班级群登记。", "已督促未报支部补报。", "本周组织管理员培训一期。")
CLOSED = "班级合并，原群停用"
DROPPED = "部分班级群合并重组，正在重新登记，下周补齐"


def confirm_week(week: Week) -> int:
    """What the direct units of both provinces said of a closed week; returns how many said something."""
    units = reporters(OrgUnit.objects.all(), week).in_official_order()
    holders = _holders([unit.pk for unit in units])
    # Of what is said the report keeps what its unit is asked: nobody need read each unit's facts before.
    closings = dict.fromkeys(unexplained.closings(week).values_list("pk", flat=True), CLOSED)
    return sum(_confirm(unit, week, holders.get(unit.pk), closings) for unit in units)


def _confirm(unit: OrgUnit, week: Week, holder: Appointment | None, closings: dict[int, str]) -> bool:
    dice = chance("report", unit.code, str(week))
    fate = dice.random()
    if holder is None or fate < MISSING:
        return False
    # In time: Friday to Sunday; late: Monday or Tuesday.
    day = dice.choice((7, 8)) if fate < MISSING + LATE else dice.choice((4, 5, 6))
    with clock.frozen(
        week.starts_at + timedelta(days=day, hours=dice.randint(8, 20), minutes=dice.randint(0, 59))
    ):
        said = Said(dice.choice(REMARKS) if dice.random() < 0.15 else "", DROPPED, closings)
        confirm(unit, week, said, version=0, by=holder.user)
    return True


def _holders(unit_ids: list[int]) -> dict[int, Appointment]:
    """Who holds the committee of each unit today."""
    found = Appointment.objects.in_force().filter(unit__in=unit_ids, role=Role.COMMITTEE)
    return {each.unit_id: each for each in found.select_related("user").order_by("-pk")}
