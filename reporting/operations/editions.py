"""更正: a closed week never changes; what was wrong or late comes in a numbered new edition with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import Job, OrgUnit
from orgs.operations import jobs, ledger
from reporting.exceptions import CorrectionUnderWay, ReportingError
from reporting.models import ClosedWeek, WeekUnit
from reporting.operations import base_corrections, weekly

if TYPE_CHECKING:
    from collections.abc import Collection

    from orgs.kernel.clock import Week
    from orgs.models import User

LONGEST_REASON = 200


def may_correct(user: User) -> bool:
    """Whether the person may order an edition: it is one of all units, so the office must be above all of them.

    A department answers for its lines only; a province, where another stands beside it, for its own tree only.
    """
    spans = user.units_in_charge().allowing(permissions.CORRECT_WEEK).spans
    whole = [span for span in spans if not span.lines]
    if any(span.is_forest for span in whole):
        return True
    return bool(whole) and OrgUnit.objects.provinces().count() == 1


@transaction.atomic
def correct_week(week: Week, *, reason: str, by: User | None, bases: Collection[int] = ()) -> Job:
    """Order a new edition of a closed week; returns the job that computes it.

    Units, registry and forms stand in it as of Sunday 24:00, like in the first edition; daily records and checks about
    the week count if they were entered before this moment, and what was voided until now does not. `bases` are the
    versions of corrected bases that count instead of those of Sunday 24:00 (SUP-2.1.1b). An edition that was called off
    is ordered anew under its number, so that no number is left out. `by` None is the operator at the command line.

    Raises NotAllowed, CorrectionUnderWay, and ReportingError without a closed week or a reason, or where a base has
    changed since it was chosen.
    """
    if by is not None and not may_correct(by):
        raise NotAllowed
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise ReportingError(_("请填写更正原因，最多 %(most)d 个字。") % {"most": LONGEST_REASON})
    # The lock of the newest edition: of two people who order at once, the second sees the first one's order.
    newest = ClosedWeek.objects.select_for_update().published().of_week(week).first()
    if newest is None:
        raise ReportingError(_("这一周还没有结周，不需要更正。"))
    edition = newest.edition + 1
    key = weekly.job_key(week, edition)
    if Job.objects.filter(key=key).unfinished().exists():
        raise CorrectionUnderWay
    job = ledger.add(weekly.TASK, key=key, by=by, week=str(week), edition=edition)
    jobs.begin_anew(job, by=by)
    header = _ordered(week, edition, reason)
    n_bases = base_corrections.take(header, newest, bases, by=by)
    ledger.record(
        "week.correction_ordered",
        header,
        by=by,
        reason=reason,
        week=str(week),
        edition=header.edition,
        n_bases=n_bases,
    )
    transaction.on_commit(lambda: ledger.ring(job))
    return job


def _ordered(week: Week, edition: int, reason: str) -> ClosedWeek:
    facts = {"starts_on": week.starts_on, "reason": reason, "known_until": clock.now()}
    key = {"year": week.year, "number": week.number, "edition": edition}
    header, is_new = ClosedWeek.objects.get_or_create(**key, defaults=facts)
    if not is_new:
        WeekUnit.objects.filter(week=header).delete()
        ClosedWeek.objects.filter(pk=header.pk).update(**facts)
        header.refresh_from_db()
    return header


def correct_now(
    week: Week, *, reason: str, by: User | None = None, bases: Collection[int] = ()
) -> ClosedWeek:
    """Order a new edition and compute it in this process. Raises what `correct_week` and `finish_now` do."""
    return weekly.finish_now(correct_week(week, reason=reason, by=by, bases=bases))
