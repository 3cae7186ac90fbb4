"""The end of those who act for somebody: nobody stands in for an office that has ended (SUP-2.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import DateField, F, Value
from django.db.models.functions import Greatest

from orgs.models import Appointment
from orgs.operations import ledger

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from orgs.models import User


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
