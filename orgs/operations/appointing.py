"""People with an appointment, for management commands: the first user of an installation, a demo, a load test."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from orgs.choices import Role
from orgs.exceptions import InvalidUnit
from orgs.kernel import clock
from orgs.kernel.crypto import blind_index, normalise_mobile
from orgs.models import Appointment, User
from orgs.operations import ledger
from orgs.operations.people import MOBILE, initial_password

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orgs.models import OrgUnit

BATCH = 500


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person with one office. Without `username` nobody signs in as them until they are invited."""

    unit_id: int
    role: str
    name: str
    mobile: str
    title: str = ""
    username: str = ""
    is_principal: bool = False
    department: str = ""


@transaction.atomic
def appoint_many(people: Iterable[NewPerson], *, password: str | None = None) -> int:
    """Create the people and their appointments from today on; those with a user name share the password. Returns how many.

    For management commands only: no permission is asked, one audit line per person is written.
    """
    people = list(people)
    shared, unusable = make_password(password), make_password(None)
    users = [
        User(
            username=person.username or f"u{secrets.token_hex(6)}",
            name=person.name,
            mobile=person.mobile,
            mobile_index=blind_index(person.mobile, MOBILE),
            password=shared if person.username and password else unusable,
        )
        for person in people
    ]
    User.objects.bulk_create(users, batch_size=BATCH)
    today = clock.today()
    appointments = [
        Appointment(
            user=user,
            unit_id=person.unit_id,
            role=person.role,
            title=person.title,
            is_principal=person.is_principal,
            department=person.department,
            starts_on=today,
        )
        for user, person in zip(users, people, strict=True)
    ]
    Appointment.objects.bulk_create(appointments, batch_size=BATCH)
    ledger.record_many("appointment.created", appointments, by=None)
    return len(people)


@transaction.atomic
def appoint(
    unit: OrgUnit, *, role: str, name: str, mobile: str, title: str = "", department: str = ""
) -> str | None:
    """Appoint one person from today on; returns the initial password, None where the mobile has an account already.

    For management commands only: no permission is asked. Raises InvalidUnit for a closed unit, a bad mobile, or an
    office that the person holds already.
    """
    number = normalise_mobile(mobile)
    if number is None:
        raise InvalidUnit(_("手机号应为11位数字，请核对后重填。"))
    if not unit.is_open:
        raise InvalidUnit(_("该团组织已撤销，不能再任命人员。"))
    user, password = User.objects.filter(mobile_index=blind_index(number, MOBILE)).first(), None
    if user is None:
        password = initial_password()
        user = User.objects.create_user(
            f"u{secrets.token_hex(6)}", password, name=name.strip(), mobile=number, must_change_password=True
        )
    appointment, is_new = Appointment.objects.get_or_create(
        user=user,
        unit=unit,
        role=role,
        ends_on=None,
        defaults={
            "title": title,
            "department": department,
            "starts_on": clock.today(),
            "is_principal": role == Role.SECRETARY,
        },
    )
    if not is_new:
        raise InvalidUnit(_("该人员已担任这一职务，没有重复任命。"))
    ledger.record("appointment.created", appointment, by=None)
    return password
