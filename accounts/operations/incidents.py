"""不良信息: recorded when found, handled, closed; marked grave by a superior (SUP-2.2.1c, SUP-4.4.4).

The unit's own committee and everybody above it with the registry record and handle. To say that it was a grave fault,
and to close it, is for a superior, never for the unit itself: what is closed can't be graded any more.
"""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.choices import IncidentCategory, IncidentOutcome, IncidentState
from accounts.exceptions import AccountsError, IllegalMove
from accounts.models import Account, Group, Incident
from orgs.choices import NotificationKind
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import IdempotencyKey
from orgs.operations import ledger
from orgs.permissions import EDIT_REGISTRY, may

if TYPE_CHECKING:
    from datetime import datetime

    from orgs.models import OrgUnit, User

RECORDED = NotificationKind.INCIDENT_RECORDED
GRADED = NotificationKind.INCIDENT_GRADED
LONGEST_REASON = 200
OLDEST = timedelta(days=366)
_NUMBER_OF_A_PERSON = re.compile(r"\d{6,}")


@transaction.atomic
def record_incident(
    unit: OrgUnit,
    *,
    category: str,
    found_at: datetime,
    by: User,
    channel: Account | Group | None = None,
    idempotency_key: str = "",
) -> Incident:
    """登记: what kind, on which channel, found when. The same key twice is the one incident.

    Raises NotAllowed, AccountsError where unit, channel, category or time cannot be.
    """
    if not may(by, EDIT_REGISTRY, unit):
        raise NotAllowed
    _check_facts(unit, category, found_at, channel)
    claim = _claim(idempotency_key, by)
    if claim.location:
        return Incident.objects.visible_to(by).get(pk=claim.location.rpartition("/")[2])
    incident = Incident.objects.create(
        unit=unit,
        account=channel if isinstance(channel, Account) else None,
        group=channel if isinstance(channel, Group) else None,
        category=category,
        found_at=found_at,
        recorded_at=clock.now(),
        recorded_by=by,
    )
    claim.location = f"accounts.incident/{incident.pk}"
    claim.save(update_fields=["location"])
    ledger.record("incident.recorded", incident, by=by, unit=unit, category=category)
    told = unit if is_superior(by, unit) else unit.parent
    if told is not None:
        text = _("%(unit)s登记了一条不良信息（%(category)s），请及时处置。") % {
            "unit": unit.name,
            "category": incident.get_category_display(),
        }
        ledger.notify(told, RECORDED, text, link=incident.get_absolute_url())
    return incident


@transaction.atomic
def handle_incident(incident_id: int, *, outcome: str, handled_at: datetime, by: User) -> Incident:
    """处置: how it was handled and when. Raises NotAllowed, IllegalMove, AccountsError."""
    incident = _locked(incident_id, IncidentState.HANDLED, by=by)
    if outcome not in IncidentOutcome.values:
        raise AccountsError(_("请从列表中选择处置结果。"))
    if handled_at < incident.found_at:
        raise AccountsError(_("处置时间不能早于发现时间，请更正。"))
    if handled_at > clock.now():
        raise AccountsError(_("处置时间不能晚于现在，请更正。"))
    incident.state = IncidentState.HANDLED
    incident.outcome = outcome
    incident.handled_at = handled_at
    incident.handled_by = by
    incident.save(update_fields=["state", "outcome", "handled_at", "handled_by"])
    ledger.record("incident.handled", incident, by=by, outcome=outcome)
    if incident.unit.parent is not None and not is_superior(by, incident.unit):
        text = _("%(unit)s已处置一条不良信息（%(category)s），请核实后办结。") % {
            "unit": incident.unit.name,
            "category": incident.get_category_display(),
        }
        ledger.notify(incident.unit.parent, RECORDED, text, link=incident.get_absolute_url())
    return incident


@transaction.atomic
def close_incident(incident_id: int, *, by: User) -> Incident:
    """办结, by a superior: from now on nothing about it changes, in the database too."""
    incident = _locked(incident_id, IncidentState.CLOSED, by=by)
    if not is_superior(by, incident.unit):
        raise NotAllowed(_("不良信息须由上级团委核实后办结。"))
    incident.state = IncidentState.CLOSED
    incident.closed_at = clock.now()
    incident.closed_by = by
    incident.save(update_fields=["state", "closed_at", "closed_by"])
    ledger.record("incident.closed", incident, by=by)
    return incident


@transaction.atomic
def mark_grave(incident_id: int, *, reason: str, by: User) -> Incident:
    """认定重大失误: a superior says so and why; it costs the year's awards once confirmed (SUP-4.4.4)."""
    incident = _graded(incident_id, reason=reason, is_grave=True, by=by)
    ledger.record("incident.grave_marked", incident, by=by, reason=incident.grave_reason)
    return incident


@transaction.atomic
def unmark_grave(incident_id: int, *, reason: str, by: User) -> Incident:
    """撤销认定: a superior takes it back and says why."""
    incident = _graded(incident_id, reason=reason, is_grave=False, by=by)
    ledger.record("incident.grave_unmarked", incident, by=by, reason=incident.grave_reason)
    return incident


def is_superior(user: User, unit: OrgUnit) -> bool:
    """Whether the person keeps the registry from above the unit and holds no office in it.

    Above a province nobody need be: its office decides.
    """
    in_charge = user.units_in_charge()
    is_own = unit.parent_id is not None and unit.pk in in_charge.own_unit_ids()
    return not is_own and in_charge.allowing(EDIT_REGISTRY).covers(unit)


def _check_facts(unit: OrgUnit, category: str, found_at: datetime, channel: Account | Group | None) -> None:
    if not unit.is_open:
        raise AccountsError(_("这个团组织已撤销，不能登记不良信息。"))
    if channel is not None and channel.unit_id != unit.pk:
        raise AccountsError(_("所选渠道不属于这个团组织，请重新选择。"))
    if category not in IncidentCategory.values:
        raise AccountsError(_("请从列表中选择类别。"))
    now = clock.now()
    if found_at > now:
        raise AccountsError(_("发现时间不能晚于现在，请更正。"))
    if found_at < now - OLDEST:
        raise AccountsError(_("发现时间在一年以前，请核对日期。"))


def _claim(key: str, by: User) -> IdempotencyKey:
    """The key, taken for this record; with a `location` when it was answered before."""
    key = f"incident:{key or uuid.uuid4().hex}"[:64]
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(user=by, key=key, created_at=clock.now())
    except IntegrityError:
        return IdempotencyKey.objects.get(user=by, key=key)


def _locked(incident_id: int, state: str, *, by: User) -> Incident:
    """The incident for writing, if the person may write it and the table lists the step."""
    incident = _to_write(incident_id, by=by)
    if not incident.may_move_to(state):
        raise IllegalMove
    return incident


def _to_write(incident_id: int, *, by: User) -> Incident:
    found = Incident.objects.visible_to(by).select_for_update(of=("self",)).select_related("unit")
    incident = found.get(pk=incident_id)
    if not may(by, EDIT_REGISTRY, incident.unit):
        raise NotAllowed
    return incident


def _graded(incident_id: int, *, reason: str, is_grave: bool, by: User) -> Incident:
    incident = _to_write(incident_id, by=by)
    if not is_superior(by, incident.unit):
        raise NotAllowed(_("重大失误只能由上级团委认定或撤销。"))
    if incident.state == IncidentState.CLOSED or incident.is_grave == is_grave:
        raise IllegalMove
    why = reason.strip()
    if not why:
        raise AccountsError(_("请填写理由。"))
    if len(why) > LONGEST_REASON:
        raise AccountsError(_("理由不能超过 %(n)d 个字，请删减。") % {"n": LONGEST_REASON})
    if _NUMBER_OF_A_PERSON.search(why):
        raise AccountsError(_("理由中不要写手机号、QQ 号等个人信息，请删去后再提交。"))
    incident.is_grave = is_grave
    incident.grave_reason = why
    incident.grave_by = by
    incident.save(update_fields=["is_grave", "grave_reason", "grave_by"])
    word = _("认定为重大失误") if is_grave else _("不再认定为重大失误")
    text = _("不良信息（%(category)s）%(word)s。") % {
        "category": incident.get_category_display(),
        "word": word,
    }
    ledger.notify(incident.unit, GRADED, text, link=incident.get_absolute_url())
    return incident
