"""Desks at which nobody is left and for which nobody above stands in: who can appoint somebody there. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Q

from orgs.choices import DEPARTMENT_LINES, Kind, Role
from orgs.models import Appointment
from orgs.operations.appointing_rights import Appointer, role_for
from orgs.permissions import MANAGE_PEOPLE, roles_with
from orgs.querysets.scope import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orgs.models import OrgUnit


@dataclass(frozen=True, slots=True)
class Appoints:
    """Where somebody sits who can fill the desk, and whether it is only the system administrator."""

    unit: OrgUnit
    is_sysadmin: bool


def who_appoints(desks: Iterable[OrgUnit]) -> dict[int, Appoints]:
    """Desk id -> the nearest level, the desk's own unit included, at which somebody may give an office for every line.

    A desk is missing where nobody may. One statement however many.
    """
    vacant = list(desks)
    if not vacant:
        return {}
    above = (
        Q(unit__tree_id=each.tree_id, unit__lft__lte=each.lft, unit__rght__gte=each.rght) for each in vacant
    )
    offices = (
        Appointment.objects.in_force()
        .filter(reduce(or_, above, Q(unit__kind=Kind.NATIONAL)))
        .filter(role__in=roles_with(MANAGE_PEOPLE), user__is_active=True)
        .select_related("unit")
        .order_by("pk")
    )
    nearest_first = sorted(
        offices, key=lambda each: (each.role == Role.SYSADMIN, each.unit.is_national, -each.unit.depth)
    )
    found: dict[int, Appoints] = {}
    for desk in vacant:
        for office in nearest_first:
            lines = tuple(DEPARTMENT_LINES.get(office.department, ()))
            appointer = Appointer((Span.of(office.unit, role=office.role, lines=lines),))
            if appointer.may_give(desk, role_for(desk)):
                found[desk.pk] = Appoints(office.unit, office.role == Role.SYSADMIN)
                break
    return found
