"""What is to be confirmed or seen to in the registry: for the home page and the page of a unit. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Account, Group, Incident
from accounts.querysets.near import asked_of, directly_at, rows_at
from orgs.permissions import EDIT_REGISTRY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Q, QuerySet

    from orgs.querysets.scope import UnitsInCharge

Counted = dict[str, "QuerySet[Any]"]


def to_confirm(in_charge: UnitsInCharge) -> Counted:
    """待确认 of the units a person is asked about (`near.asked_of`); nothing further."""
    asked = asked_of(in_charge)
    return _stale(in_charge, asked) if asked else {}


def to_confirm_near(unit_ids: Iterable[int], in_charge: UnitsInCharge) -> Counted:
    """待确认 of these units and of those directly below, as far as the person sees them."""
    return _stale(in_charge, directly_at(unit_ids))


def to_confirm_url(name: str, **unit: int) -> str:
    """Where just the accounts or groups stand that are counted here: of `unit`, else of the person's own units."""
    return f"{reverse(name)}?{urlencode(unit | {'stale': 'on', 'near': 'on'})}"


def incidents(in_charge: UnitsInCharge) -> Counted:
    """不良信息 of the subtrees in which the person keeps the registry: not closed, and of these the overdue ones."""
    keeping = in_charge.allowing(EDIT_REGISTRY)
    if not keeping.spans:
        return {}
    return open_incidents(Incident.objects.within(keeping))


def open_incidents(found: Any) -> Counted:
    """Of these: those not closed, and of them the overdue ones."""
    return {"incidents": found.unclosed(), "late_incidents": found.overdue()}


def overdue_words(count: int) -> str:
    """How many have been waiting for too long."""
    return _("其中%(n)d条发现后超过%(hours)d小时没有处置") % {
        "n": count,
        "hours": settings.INCIDENT_HANDLE_HOURS,
    }


def _stale(in_charge: UnitsInCharge, near: Q) -> Counted:
    return {
        "stale_accounts": rows_at(Account.objects.within(in_charge), near).stale(),
        "stale_groups": rows_at(Group.objects.within(in_charge), near).stale(),
    }
