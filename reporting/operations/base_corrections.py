"""更正底数: the bases that a new edition counts instead of those of Sunday 24:00; part of ordering it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F
from django.utils.translation import gettext as _

from orgs.permissions import CORRECT_WEEK
from reporting import corrected_bases
from reporting.exceptions import ReportingError
from reporting.models import BaseCorrection, ClosedWeek

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from orgs.kernel.clock import Week
    from orgs.models import User

MOST = 900  # a form of more than 1,000 fields is refused before it comes here
FACTS = ("unit_id", "measure", "count", "year", "source")
ALL = "all"
NAMED = 6


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


def named(week: Week, wanted: Sequence[str]) -> list[int]:
    """The corrected bases that `CODE:MEASURE` name, or `all` of them, as versions that `take` takes; one statement.

    Raises ReportingError without a closed week, and where a name is of none that could be taken.
    """
    newest = ClosedWeek.objects.published().of_week(week).first()
    if newest is None:
        raise ReportingError(_("这一周还没有结周，不需要更正。"))
    offered = corrected_bases.changed_since(newest).order_by("unit__code", "measure")
    known = {
        f"{code}:{measure}": pk
        for pk, code, measure in offered.annotate(code=F("unit__code")).values_list("pk", "code", "measure")
    }
    if ALL in wanted and known:
        return list(known.values())
    unknown = [name for name in wanted if name not in known]
    if not unknown:
        return [known[name] for name in dict.fromkeys(wanted)]
    words = {"wrong": "、".join(unknown[:NAMED]), "known": _some(list(known))}
    raise ReportingError(
        _("没有可以计入的底数：%(wrong)s。先登记正确的底数，再更正；现在可以计入的有：%(known)s。") % words
    )


def _some(names: list[str]) -> str:
    """The first of them, as many as fit in a line."""
    return "、".join(names[:NAMED]) + ("……" if len(names) > NAMED else "") if names else _("无")
