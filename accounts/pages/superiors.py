"""Whom a unit that is late or in doubt may ask: the office above it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from orgs.kernel.crypto import normalise_mobile
from orgs.models import Appointment
from orgs.permissions import REVIEW, roles_with

if TYPE_CHECKING:
    from orgs.models import OrgUnit, UnitContact


@dataclass(frozen=True, slots=True)
class Contact:
    """The unit above, somebody who works there, and the telephone of its office; never a person's mobile."""

    unit_name: str
    person: str = ""
    telephone: str = ""


def contact_of(unit: OrgUnit) -> Contact | None:
    """The superior's office; None for a unit without a superior. One statement beside what `for_tasks` brings."""
    if unit.parent_id is None or unit.parent is None:
        return None
    office: UnitContact | None = getattr(unit.parent, "contact", None)
    term = (
        Appointment.objects.in_force()
        .filter(unit_id=unit.parent_id, role__in=roles_with(REVIEW), user__is_active=True)
        .by_desk()
        .first()
    )
    telephone = office.telephone if office else ""
    return Contact(
        unit.parent.name,
        term.desk_name if term else "",
        "" if normalise_mobile(telephone) else telephone,  # an office may have nothing but somebody's mobile
    )
