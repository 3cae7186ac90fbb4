"""清除: persons who left office long ago are forgotten; the term stays, and with it every figure (product.md)."""

from __future__ import annotations

from calendar import monthrange
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Count

from accounts.models import Administratorship, AdministratorshipVersion
from accounts.querysets.administrators import PERSONAL
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from orgs.models import User

PURGED = "administratorship.purged"
_EMPTY = dict.fromkeys((*PERSONAL, "mobile_index", "name_index"), "")


@transaction.atomic
def purge_left(*, months: int | None = None, by: User | None = None) -> int:
    """Empty the personal fields of administrators who left more than so many months ago; returns how many terms.

    `months` None is the setting ADMINISTRATOR_KEEP_MONTHS; 0 purges nothing. One statement for the data, one audit
    line with the count for each province. Versions lose what tells one person from another; otherwise they and the
    events, which hold no personal data, stay as they are. READING: a week closed anew afterwards counts such terms one by one.
    """
    before = left_before(months)
    if before is None:
        return 0
    due = Administratorship.objects.left_before(before).holding_personal_data()
    counts = dict(due.order_by().values_list("unit__tree_id").annotate(n=Count("pk")))
    if not counts:
        return 0
    n_purged = forget(due)
    for root in OrgUnit.objects.filter(parent=None, tree_id__in=list(counts)).order_by("tree_id"):
        day = str(clock.local(before).date())
        ledger.record(PURGED, root, by=by, unit=root, n=counts[root.tree_id], left_before=day)
    return n_purged


def forget(terms: QuerySet[Administratorship]) -> int:
    """Empty the personal fields of these terms and what their versions know the person by; returns how many terms."""
    ids = terms.order_by().values("pk")
    # First the versions: an emptied term is found no longer.
    AdministratorshipVersion.objects.filter(administratorship__in=ids).exclude(person_key="").update(
        person_key=""
    )
    return Administratorship.objects.filter(pk__in=ids).update(**_EMPTY)


def waiting_to_be_purged(months: int | None = None) -> int:
    """How many terms a purge would empty now."""
    before = left_before(months)
    if before is None:
        return 0
    return Administratorship.objects.left_before(before).holding_personal_data().count()


def left_before(months: int | None) -> datetime | None:
    """The start of today, so many months ago; None: nothing is ever purged."""
    months = settings.ADMINISTRATOR_KEEP_MONTHS if months is None else months
    if months <= 0:
        return None
    today = clock.today()
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    day = min(today.day, monthrange(year, month + 1)[1])
    return clock.day_start(today.replace(year=year, month=month + 1, day=day))
