"""What becomes of offices and invitations when their unit is closed, merged or opened again: called by the tree operation."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import F, Q
from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.kernel.counting import counts
from orgs.models import Appointment, AuditEntry, Invitation, UnitBase, UnitChangeRequest
from orgs.operations import ledger
from orgs.operations.upper import Effect, Verb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orgs.operations.upper import Change

ENDED = "appointment.ended"


def preview(change: Change) -> list[Effect]:
    """Offices that end with a closed or merged unit, go along with a moved one, or come back."""
    terms, here = Appointment.objects.in_force(), Q(unit_id__in=change.unit_ids)
    if change.verb == Verb.MOVE:
        return [Effect(_("在任人员"), terms.within(change.scope).count(), _("随团组织调整，不变"))]
    if change.verb in {Verb.RENAME, Verb.KIND}:
        return [Effect(_("在任人员"), terms.filter(here).count(), _("不变"))]
    if change.verb == Verb.REOPEN:
        return [Effect(_("任职"), len(_ended_by(change)), _("恢复到撤销以前"))]
    n = counts(terms=terms.filter(here), invited=Invitation.objects.usable().filter(here))
    return [
        Effect(_("在任人员"), n["terms"], _("任职到今天为止")),
        Effect(_("未接受的邀请"), n["invited"], _("一并撤销")),
    ]


def apply(change: Change) -> None:
    """Today is the last day of whoever holds an office in a unit that closed; its open invitations end."""
    if change.verb == Verb.REOPEN:
        _restore(change)
    elif change.verb in {Verb.CLOSE, Verb.MERGE}:
        _end(change)


def happened(unit_ids: Sequence[int]) -> list[Effect]:
    """Offices and invitations that were given in these units, bases recorded for them, and what they asked for."""
    here = {"unit_id__in": unit_ids}
    models = {
        _("任职"): Appointment,
        _("邀请"): Invitation,
        _("底数"): UnitBase,
        _("变更申请"): UnitChangeRequest,
    }
    n = counts(**{label: model._default_manager.filter(**here) for label, model in models.items()})
    return [Effect(label, count) for label, count in n.items()]


def _end(change: Change) -> None:
    at = change.at or clock.now()
    today, here = clock.local(at).date(), Q(unit_id__in=change.unit_ids)
    ending = Appointment.objects.filter(here).filter(Q(ends_on__isnull=True) | Q(ends_on__gt=today))
    ended = list(ending)
    ending.filter(starts_on__lte=today).update(ends_on=today)
    ending.filter(starts_on__gt=today).update(ends_on=F("starts_on"))
    Invitation.objects.usable().filter(here).update(revoked_at=at)
    # What stood there before and which change it was: enough to take it back.
    details: dict[int, dict[str, object]] = {
        each.pk: {"change": at.isoformat(), "ends_on": each.ends_on and each.ends_on.isoformat()}
        for each in ended
    }
    ledger.record_many(ENDED, ended, by=change.by, reason=change.reason, details=details)


def _restore(change: Change) -> None:
    """The former last day of each office that this change had ended, as the ledger remembers it."""
    former: dict[str | None, list[int]] = {}
    for appointment_id, last_day in _ended_by(change).items():
        former.setdefault(last_day, []).append(appointment_id)
    restored = []
    for last_day, ids in former.items():
        of_day = Appointment.objects.filter(pk__in=ids, ends_on__isnull=False)
        restored += list(of_day)
        of_day.update(ends_on=date.fromisoformat(last_day) if last_day else None)
    Invitation.objects.filter(unit_id__in=change.unit_ids, revoked_at=change.undoes).update(revoked_at=None)
    ledger.record_many("appointment.restored", restored, by=change.by, reason=change.reason)


def _ended_by(change: Change) -> dict[int, str | None]:
    """Appointment id -> its last day before the change that is taken back."""
    if change.undoes is None:
        return {}
    entries = AuditEntry.objects.filter(
        verb=ENDED,
        unit_id__in=change.unit_ids,
        at__gte=change.undoes,
        body__detail__change=change.undoes.isoformat(),
    )
    return {int(pk): detail["ends_on"] for pk, detail in entries.values_list("object_id", "body__detail")}
