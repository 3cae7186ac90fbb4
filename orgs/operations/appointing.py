"""Many people at once, each with an appointment: the first accounts of an installation, a demo, a load test."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password
from django.db import transaction

from orgs.kernel import clock
from orgs.kernel.crypto import blind_index
from orgs.models import Appointment, User
from orgs.operations import ledger
from orgs.operations.people import MOBILE

if TYPE_CHECKING:
    from collections.abc import Iterable

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
