"""在谁那里: for every form who has it now, since when; a person's name for the direct superior only. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.operations.desks import acting_for_desks
from accounts.operations.vacancies import who_appoints
from accounts.pages.fill_tasks import how_long
from orgs.kernel import clock
from orgs.models import Appointment, OrgUnit
from orgs.permissions import FILL, REVIEW, roles_with

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from accounts.models import Expected
    from accounts.operations.vacancies import Appoints
    from orgs.models import User


@dataclass(frozen=True, slots=True)
class Whose:
    """An expected form and who has it: the unit, its person where the reader may know, how long, who stands in.

    `vacant` says that nobody at all may decide, and who can appoint somebody.
    """

    expected: Expected
    unit_name: str
    person: str = ""
    waited: str = ""
    stands_in: str = ""
    vacant: str = ""
    is_exemptable: bool = False


def whose_desk(rows: Sequence[Expected], *, reader: User) -> list[Whose]:
    """For rows of `chase.expected_below`; four statements however many."""
    desk_ids = {each.desk_id for each in rows if each.desk_id}  # type: ignore[attr-defined]
    acting = acting_for_desks((each.desk_id, each.unit.line) for each in rows if each.desk_id)  # type: ignore[attr-defined]
    units = OrgUnit.objects.in_bulk(desk_ids | {pk for pk in acting.values() if pk})
    lost = {desk_id for (desk_id, _line), acting_id in acting.items() if acting_id is None}
    appoints = who_appoints(units[pk] for pk in lost)
    own = reader.units_in_charge().own_unit_ids()
    holders = {each.desk_id or each.unit_id for each in rows}  # type: ignore[attr-defined]
    parents = {each.unit_id: each.unit.parent_id for each in rows} | {
        pk: unit.parent_id for pk, unit in units.items()
    }
    # A person is named to the direct superior and to colleagues, to nobody further up.
    people = _people(pk for pk in holders if parents[pk] in own or pk in own)
    now = clock.now()
    found = []
    for each in rows:
        desk = units.get(each.desk_id)  # type: ignore[attr-defined]
        since = each.since  # type: ignore[attr-defined]
        acting_id = acting.get((desk.pk, each.unit.line), 0) if desk else 0
        stand_in = units.get(acting_id) if acting_id else None
        found.append(
            Whose(
                each,
                desk.name if desk else _("本单位填报人"),
                people.get((desk.pk, REVIEW) if desk else (each.unit_id, FILL), ""),
                how_long(now - since) if since else "",
                stand_in.name if stand_in else "",
                _vacant(appoints.get(desk.pk)) if desk and acting_id is None else "",
                is_exemptable=desk is None and each.unit_id not in own,
            )
        )
    return found


def _vacant(appoints: Appoints | None) -> str:
    if appoints is None:
        return _("审核岗位无人在任，请联系系统管理员任命审核人")
    words = _("审核岗位无人在任，可由%(unit)s系统管理员任命审核人") if appoints.is_sysadmin else ""
    return (words or _("审核岗位无人在任，可由%(unit)s任命审核人")) % {"unit": appoints.unit.name}


def _people(unit_ids: Iterable[int]) -> dict[tuple[int, str], str]:
    """Who reviews and who fills at these units: the one in charge first, a stand-in before the person stood in for."""
    found: dict[tuple[int, str], str] = {}
    in_force = Appointment.objects.in_force().filter(unit_id__in=list(unit_ids), user__is_active=True)
    for each in in_force.by_desk():
        for verb in (REVIEW, FILL):
            if each.role in roles_with(verb):
                found.setdefault((each.unit_id, verb), each.desk_name)
    return found
