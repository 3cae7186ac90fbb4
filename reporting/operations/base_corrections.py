"""更正底数: the bases that a new edition counts instead of those of Sunday 24:00; part of ordering it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.permissions import CORRECT_WEEK
from reporting import corrected_bases
from reporting.exceptions import ReportingError
from reporting.models import BaseCorrection

if TYPE_CHECKING:
    from collections.abc import Collection

    from orgs.models import User
    from reporting.models import ClosedWeek

MOST = 900  # a form of more than 1,000 fields is refused before it comes here
FACTS = ("unit_id", "measure", "count", "year", "source")


def take(header: ClosedWeek, newest: ClosedWeek, versions: Collection[int], *, by: User | None) -> int:
    """Keep with the ordered edition what the newest one corrects, and the chosen bases; returns how many were chosen.

    Raises ReportingError where a chosen one is not in the own scope, or has changed since it was shown.
    """
    if len(versions) > MOST:
        raise ReportingError(_("一次最多更正%(most)d项底数，请分几次更正。") % {"most": MOST})
    in_charge = by.units_in_charge().allowing(CORRECT_WEEK) if by is not None else None
    chosen = list(corrected_bases.changed_since(newest, in_charge).filter(pk__in=versions))
    if len(chosen) != len(set(versions)):
        raise ReportingError(_("勾选的底数又有变化，或者已经计入，请重新核对后再提交。"))
    BaseCorrection.objects.filter(week=header).delete()
    # What one edition has put right stays right in the next.
    kept = {(each.unit_id, each.measure): each for each in BaseCorrection.objects.filter(week=newest)}
    counted = kept | {(each.unit_id, each.measure): each for each in chosen}
    BaseCorrection.objects.bulk_create(
        (
            BaseCorrection(week=header, **{name: getattr(each, name) for name in FACTS})
            for each in counted.values()
        ),
        batch_size=500,
    )
    return len(chosen)
