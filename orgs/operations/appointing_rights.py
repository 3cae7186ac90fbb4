"""Who may appoint whom: by role, by place and, for an office limited to lines of work, by department (SUP-1.0)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from orgs.choices import DEPARTMENT_LINES, Kind, Role
from orgs.exceptions import NotAllowed
from orgs.permissions import MANAGE_PEOPLE

if TYPE_CHECKING:
    from orgs.models import Appointment, OrgUnit, User
    from orgs.querysets.scope import Span

# Which role the people of a unit usually hold, by kind; the inviter may choose a lower one.
ROLE_OF_KIND: dict[str, str] = {
    Kind.PROVINCE: Role.PROVINCE,
    Kind.PREFECTURE: Role.COMMITTEE,
    Kind.COUNTY: Role.COMMITTEE,
    Kind.UNIVERSITY: Role.COMMITTEE,
    Kind.COLLEGE: Role.REVIEWER,
    Kind.TOWNSHIP: Role.REVIEWER,
    Kind.MIDDLE_SCHOOL: Role.REVIEWER,
}
# Whom a role may appoint. Nobody appoints above the own role; system administrators create the first accounts.
MAY_APPOINT: dict[str, frozenset[str]] = {
    Role.REVIEWER: frozenset({Role.SECRETARY, Role.REVIEWER}),
    Role.COMMITTEE: frozenset({Role.SECRETARY, Role.REVIEWER, Role.COMMITTEE}),
    Role.PROVINCE: frozenset({Role.SECRETARY, Role.REVIEWER, Role.COMMITTEE, Role.PROVINCE, Role.AUDITOR}),
    Role.SYSADMIN: frozenset(Role.values),
}


def role_for(unit: OrgUnit) -> str:
    """The role a person invited to this unit usually gets."""
    return ROLE_OF_KIND.get(unit.kind_id, Role.SECRETARY)


@dataclass(frozen=True, slots=True)
class Appointer:
    """What a person may give, read once for many offices."""

    spans: tuple[Span, ...]

    @classmethod
    def of(cls, by: User) -> Appointer:
        return cls(by.units_in_charge().allowing(MANAGE_PEOPLE).spans)

    def may_give(self, unit: OrgUnit, role: str, department: str = "") -> bool:
        """Whether one of the person's offices covers the office in question: its place, its role and its lines."""
        return any(_covers(span, unit, role, department) for span in self.spans)


def may_appoint(by: User, unit: OrgUnit, role: str, department: str = "") -> bool:
    """Whether one of the person's offices covers the office in question: its place, its role and its lines."""
    return Appointer.of(by).may_give(unit, role, department)


def check_may_appoint(by: User, unit: OrgUnit, role: str, department: str = "") -> None:
    """Raises NotAllowed unless `may_appoint`."""
    if not may_appoint(by, unit, role, department):
        raise NotAllowed


def check_may_manage(by: User, appointment: Appointment) -> None:
    """Whoever could give this office may end it, hand it over or renew its holder's password. Raises NotAllowed."""
    check_may_appoint(by, appointment.unit, appointment.role, appointment.department)


def department_to_give(by: User, unit: OrgUnit, role: str, asked: str) -> str:
    """The department asked for; where none is asked and the inviter's office is limited to lines, the inviter's own."""
    if asked or may_appoint(by, unit, role):
        return asked
    offices = by.appointments.in_force().filter(unit=unit).exclude(department="").order_by("pk")
    own = (office.department for office in offices)
    return next((each for each in own if may_appoint(by, unit, role, each)), "")


def _covers(span: Span, unit: OrgUnit, role: str, department: str) -> bool:
    if not span.covers(unit) or role not in MAY_APPOINT.get(span.role, ()):
        return False
    # Below the own office a unit of the own line is given whole; beside oneself only what one has.
    is_whole = not span.lines or (unit.pk != span.unit_id and role != Role.PROVINCE)
    lines = DEPARTMENT_LINES.get(department, ())
    return is_whole or (bool(lines) and set(lines) <= set(span.lines))
