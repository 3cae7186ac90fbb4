"""要求所属团组织每日记录: a committee widens the daily record to its subtree, and ends that again (SUP-2.1.3, burden rules)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger
from orgs.permissions import SUPERVISE
from reporting.models import DailyDuty

if TYPE_CHECKING:
    from orgs.models import User


@transaction.atomic
def set_duty(unit_id: int, *, asks_below: bool, by: User) -> bool:
    """要求 or 不再要求 of everything below the unit; set twice it is set once. Returns whether anything changed.

    Raises NotAllowed for who is not of the unit itself, and for a department, which leads its own lines only.
    """
    if not may_set(unit_id, by=by):
        raise NotAllowed(_("只有本级团委可以决定是否要求所属团组织每日记录。"))
    # The lock of the unit: two people who switch at once write one after the other.
    unit = OrgUnit.objects.select_for_update(of=("self",), no_key=True).get(pk=unit_id)
    if DailyDuty.objects.asking().filter(unit=unit).exists() == asks_below:
        return False
    facts = {"asks_below": asks_below, "changed_at": clock.now(), "changed_by": by}
    duty, _created = DailyDuty.objects.update_or_create(unit=unit, defaults=facts)
    ledger.record("daily_duty.set", duty, by=by, asks_below=asks_below)
    return True


def may_set(unit_id: int, *, by: User) -> bool:
    """Whether the person holds an office of the unit that leads all of its subtree."""
    return unit_id in settable_by(by)


def settable_by(by: User) -> frozenset[int]:
    """The units whose duty the person may set."""
    spans = by.units_in_charge().allowing(SUPERVISE).spans
    return frozenset(span.unit_id for span in spans if not span.lines)
