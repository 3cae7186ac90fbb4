"""What becomes of offices and invitations when their unit is closed or merged: called by the tree operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Q
from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.models import Appointment, Invitation
from orgs.operations import ledger
from orgs.operations.upper import Effect, Verb

if TYPE_CHECKING:
    from orgs.operations.upper import Change


def preview(change: Change) -> list[Effect]:
    """Offices that end with a closed or merged unit; those that go along with a moved one."""
    terms = Appointment.objects.in_force()
    if change.verb == Verb.MOVE:
        return [Effect(_("在任人员"), terms.within(change.scope).count(), _("随团组织调整，不变"))]
    return [Effect(_("在任人员"), terms.filter(unit_id__in=change.unit_ids).count(), _("任职到今天为止"))]


def apply(change: Change) -> None:
    """Today is the last day of whoever holds an office in a unit that closed; its open invitations end."""
    if change.verb == Verb.MOVE:
        return
    today, here = clock.today(), Q(unit_id__in=change.unit_ids)
    ending = Appointment.objects.filter(here).filter(Q(ends_on__isnull=True) | Q(ends_on__gt=today))
    ended = list(ending)
    ending.filter(starts_on__lte=today).update(ends_on=today)
    ending.filter(starts_on__gt=today).update(ends_on=F("starts_on"))
    Invitation.objects.usable().filter(here).update(revoked_at=clock.now())
    ledger.record_many("appointment.ended", ended, by=change.by, reason=change.reason)
