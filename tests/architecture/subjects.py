"""For each kind of object in the matrix, how to have one in a given unit. None: such a unit has none."""

from __future__ import annotations

from collections.abc import Callable

from orgs.choices import Role
from orgs.models import Appointment, Invitation, OrgUnit, User
from orgs.operations import ledger, people
from tests.cast import Cast


def unit(unit: OrgUnit, cast: Cast) -> int:
    return unit.pk


def appointment(unit: OrgUnit, cast: Cast) -> int:
    holder = User.objects.filter(username="holder").first() or User.objects.create_user(
        "holder", None, name="任职人"
    )
    return Appointment.objects.get_or_create(
        user=holder, unit=unit, role=Role.SECRETARY, ends_on=None, defaults={"starts_on": "2026-10-05"}
    )[0].pk


def invitation(unit: OrgUnit, cast: Cast) -> int:
    known = Invitation.objects.filter(unit=unit).order_by("-pk").first()
    if known is None or known.revoked_at:
        sponsor = (
            cast["province"]
            if unit.code.startswith(("hi", "qh", "hnu", "qzu", "vol", "wn"))
            else cast["national"]
        )
        known = people.invite(
            unit, name="受邀人", mobile="13800000999", by=sponsor, role=Role.SECRETARY
        ).invitation
    return known.pk


def message(unit: OrgUnit, cast: Cast) -> int | None:
    """Messages are for the very unit: superiors don't read them, so only some units have readers here."""
    return None if unit.code not in {"hnu-law"} else ledger.notify(unit, "test", "测试消息").pk


SUBJECTS: dict[str, Callable[[OrgUnit, Cast], int | None]] = {
    "unit": unit,
    "appointment": appointment,
    "invitation": invitation,
    "message": message,
}
