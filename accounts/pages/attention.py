"""What is to be confirmed or seen to in the registry: for the home page and the page of a unit. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Account, Group, Incident
from orgs.models import OrgUnit
from orgs.permissions import EDIT_REGISTRY, FILL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from orgs.querysets.scope import UnitsInCharge

Counted = dict[str, "QuerySet[Any]"]


def to_confirm(in_charge: UnitsInCharge) -> Counted:
    """待确认 of the units a person answers for and, for who keeps the registry, of those directly below; nothing further."""
    keeping = in_charge.allowing(EDIT_REGISTRY)
    own = keeping.own_unit_ids() | in_charge.allowing(FILL).own_unit_ids()
    if not own:
        return {}
    return _stale(in_charge, Q(pk__in=own) | Q(parent__in=keeping.own_unit_ids()))


def to_confirm_near(unit_ids: Iterable[int], in_charge: UnitsInCharge) -> Counted:
    """待确认 of these units and of those directly below, as far as the person sees them."""
    ids = list(unit_ids)
    return _stale(in_charge, Q(pk__in=ids) | Q(parent__in=ids))


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
    """Of the units that `near` says. They are found by themselves: asked of the rows, it would read all of the registry."""
    units = OrgUnit.objects.filter(near).order_by().values("pk")
    return {
        "stale_accounts": Account.objects.within(in_charge).filter(unit__in=units).stale(),
        "stale_groups": Group.objects.within(in_charge).filter(unit__in=units).stale(),
    }
