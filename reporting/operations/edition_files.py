"""两版比较 of many units as a file that a job writes: for one person and a day, shown and fetched as that of a whole week."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse

from orgs.exceptions import NotAllowed
from orgs.models import Job, OrgUnit
from orgs.operations import ledger
from orgs.permissions import EXPORT
from reporting.models import ClosedWeek
from reporting.operations import week_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from orgs.models import User
    from orgs.operations.exporting import Cell, FileTable
    from orgs.querysets.scope import UnitsInCharge

    Compare = Callable[[ClosedWeek, ClosedWeek, UnitsInCharge], FileTable]

TASK = week_files.OF_EDITIONS


@transaction.atomic
def order(before: ClosedWeek, after: ClosedWeek, kind: str, *, by: User) -> Job:
    """Have the comparison written for all that the person may export. Asked for once more meanwhile it is the same job.

    Raises NotAllowed.
    """
    in_charge = by.units_in_charge().allowing(EXPORT)
    own = _own(in_charge)
    params = {"week_id": after.pk, "before_id": before.pk, "unit_id": own.pk, "kind": kind}
    spans = {"spans": week_files.spans_of(in_charge)}
    return week_files.enqueue(TASK, after, own, {**params, **spans}, by=by)


def write_in_job(job_id: int, compare: Compare) -> None:
    """The job: what the person may export is asked again; where that has changed, nothing is written."""
    ledger.run(job_id, partial(_write, compare=compare))


def _write(job: Job, compare: Compare) -> dict[str, object]:
    by = job.created_by
    in_charge = by.units_in_charge().allowing(EXPORT) if by is not None else None
    if by is None or in_charge is None or week_files.spans_of(in_charge) != job.params["spans"]:
        raise NotAllowed
    before, after = (
        ClosedWeek.objects.published().get(pk=job.params[name]) for name in ("before_id", "week_id")
    )
    found = compare(before, after, in_charge)
    told = replace(found, rows=_telling(job, found.rows, found.n_rows))
    page = reverse("reporting:compare-editions")
    digest = week_files.keep(job, told, _own(in_charge), page=page, by=by)
    return {"rows": found.n_rows, "digest": digest}


def _telling(job: Job, rows: Iterable[Sequence[Cell]], total: int) -> Iterator[Sequence[Cell]]:
    for n, row in enumerate(rows):
        if n % week_files.TOLD_EVERY == 0:
            ledger.progress(job, n, total)
        yield row


def _own(in_charge: UnitsInCharge) -> OrgUnit:
    widest = in_charge.widest()
    if widest is None:
        raise NotAllowed
    own: OrgUnit = OrgUnit.objects.get(pk=widest.unit_id)
    return own
