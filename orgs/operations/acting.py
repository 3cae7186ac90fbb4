"""How acting for somebody begins and ends: nobody stands in for an office that has ended (SUP-2.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import DateField, F, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from orgs.exceptions import InvalidUnit
from orgs.kernel import clock
from orgs.models import Appointment
from orgs.operations import ledger

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from orgs.models import User


def begin_acting(appointment: Appointment, user: User, until: date, *, by: User) -> Appointment:
    """The person acts for the holder from today until the day, with the same role and lines, never beyond the office.

    Part of the operation that has locked the office and asked who may. Raises InvalidUnit where there is nothing to act in.
    """
    check_not_over(appointment)
    same = user.appointments.in_force().filter(unit=appointment.unit, role=appointment.role)
    if same.exists():
        raise InvalidUnit(_("该人员已担任这一职务，不需要代理。"))
    ends_on = min(until, appointment.ends_on or until)
    found = Appointment.objects.create(
        user=user,
        unit=appointment.unit,
        role=appointment.role,
        department=appointment.department,
        title=appointment.title,
        stands_in_for=appointment,
        starts_on=clock.today(),
        ends_on=ends_on,
    )
    ledger.record(
        "appointment.stand_in", found, by=by, until=ends_on.isoformat(), stands_in_for=appointment.pk
    )
    return found


def check_not_over(appointment: Appointment) -> None:
    """Raises InvalidUnit where the holder's term has ended: then a successor is asked for, nobody to act."""
    if appointment.ends_on is not None and appointment.ends_on < clock.today():
        raise InvalidUnit(_("该任职已结束，请刷新页面查看。"))


def end_stand_ins(pks: Collection[int], last_day: date, *, by: User | None, reason: str = "") -> None:
    """Whoever acts for the holders of these offices acts until that day at the latest; one of today until tonight.

    Part of the operation that ends the offices, and within its transaction.
    """
    acting = list(
        Appointment.objects.select_for_update(of=("self",))
        .filter(stands_in_for__in=pks, ends_on__gt=last_day)
        .select_related("unit")
        .order_by("pk")
    )
    if not acting:
        return
    ends_on = Greatest(Value(last_day, output_field=DateField()), F("starts_on"))
    Appointment.objects.filter(pk__in=[each.pk for each in acting]).update(ends_on=ends_on)
    ledger.record_many("appointment.ended", acting, by=by, reason=reason)
