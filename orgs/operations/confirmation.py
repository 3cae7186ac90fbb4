"""年度确认: once a year the superior says who still holds an office; what nobody confirms ends after a set time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.choices import NotificationKind, Role
from orgs.kernel import clock
from orgs.models import Appointment, Notification
from orgs.operations import ledger
from orgs.operations.acting import end_stand_ins
from orgs.operations.appointing_rights import Appointer
from orgs.permissions import MANAGE_PEOPLE, roles_with

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orgs.models import OrgUnit, User
    from orgs.querysets.people import AppointmentQuerySet

MESSAGE = NotificationKind.CONFIRMATION
BATCH = 500


def year_start(today: date | None = None) -> date:
    """The day from which this year's confirmations count (settings.CONFIRMATION_STARTS, MM-DD)."""
    day = today or clock.today()
    month, number = map(int, settings.CONFIRMATION_STARTS.split("-"))
    this_year = date(day.year, month, number)
    return this_year if this_year <= day else date(day.year - 1, month, number)


def last_day() -> date | None:
    """The last day on which what is unconfirmed still holds; None where nothing ends by itself."""
    days = settings.END_UNCONFIRMED_AFTER_DAYS
    return year_start() + timedelta(days=days) if days else None


def waiting() -> AppointmentQuerySet:
    """Offices below somebody that are not confirmed this year. The top of a tree has nobody above who could."""
    found: AppointmentQuerySet = Appointment.objects.unconfirmed(year_start())
    return found.exclude(unit__parent=None).exclude(role=Role.SYSADMIN)


def waiting_for(user: User, *, is_deep: bool = False, below: OrgUnit | None = None) -> AppointmentQuerySet:
    """Those the person is asked about: directly below the own units; with `is_deep` all below, with `below` directly there."""
    spans = user.units_in_charge().allowing(MANAGE_PEOPLE)
    found = waiting().within(spans).exclude(user=user).exclude(unit__in=spans.own_unit_ids())
    if below is not None:
        return found.filter(unit__parent=below)
    return found if is_deep else found.filter(unit__parent__in=spans.own_unit_ids())


@transaction.atomic
def confirm(pks: Iterable[int], *, by: User) -> int:
    """Still in office: one tap for many. Returns how many; those that are not the person's to confirm are passed over."""
    found = _in_hand(pks, by)
    Appointment.objects.filter(pk__in=[each.pk for each in found]).update(confirmed_on=clock.today())
    ledger.record_many("appointment.confirmed", found, by=by)
    return len(found)


@transaction.atomic
def mark_left(pks: Iterable[int], *, by: User) -> int:
    """No longer in office: today is the last day. Returns how many."""
    found = _in_hand(pks, by)
    today, reason = clock.today(), _("年度确认：已离任")
    Appointment.objects.filter(pk__in=[each.pk for each in found]).update(ends_on=today)
    ledger.record_many("appointment.ended", found, by=by, reason=reason)
    end_stand_ins([each.pk for each in found], today, by=by, reason=reason)
    return len(found)


@transaction.atomic
def remind() -> int:
    """One message a year to each unit whose people have somebody to confirm; returns how many units were told now."""
    since = year_start()
    told = Notification.objects.filter(kind=MESSAGE, created_at__gte=clock.day_start(since)).values("unit")
    confirmers = Appointment.objects.in_force().filter(
        role__in=roles_with(MANAGE_PEOPLE), user__is_active=True
    )
    counted = (
        waiting()
        .filter(unit__parent__in=confirmers.values("unit"))
        .exclude(unit__parent__in=told)
        .order_by()
        .values("unit__parent")
        .annotate(n=Count("pk"))
        .values_list("unit__parent", "n")
    )
    link, now = reverse("orgs:confirm-people"), clock.now()
    messages = [
        Notification(unit_id=unit_id, kind=MESSAGE, text=_words(n), link=link, created_at=now)
        for unit_id, n in counted
    ]
    ledger.notify_many(messages)
    return len(messages)


@transaction.atomic
def end_unconfirmed() -> int:
    """What nobody has confirmed in time ended yesterday, in one pass, each with its audit line. Returns how many."""
    last, today = last_day(), clock.today()
    if last is None or today <= last:
        return 0
    ended_on, reason = max(last, today - timedelta(days=1)), _("年度确认：逾期未确认，系统自动结束")
    ending = list(waiting().select_for_update(of=("self",)).only("pk", "unit_id"))
    for start in range(0, len(ending), BATCH):
        pks = [each.pk for each in ending[start : start + BATCH]]
        Appointment.objects.filter(pk__in=pks).update(ends_on=ended_on)
        end_stand_ins(pks, ended_on, by=None, reason=reason)
    ledger.record_many("appointment.ended", ending, by=None, reason=reason)
    return len(ending)


def _in_hand(pks: Iterable[int], by: User) -> list[Appointment]:
    appointer = Appointer.of(by)
    found = waiting_for(by, is_deep=True).filter(pk__in=list(pks)).select_related("unit")
    return [
        each
        for each in found.select_for_update(of=("self",))
        if appointer.may_give(each.unit, each.role, each.department)
    ]


def _words(n: int) -> str:
    last = last_day()
    words = _("年度确认：直接下级有 %(n)s 人待确认是否仍在任。") % {"n": n}
    if last is None:
        return words
    until = _("%(month)s月%(day)s日后仍未确认的，任职自动结束。") % {"month": last.month, "day": last.day}
    return words + until
