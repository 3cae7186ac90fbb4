"""Files of a whole week, of a year's sheets and of a long list, for the matrix: written by the job for somebody of that very unit."""

from __future__ import annotations

from config import list_files
from orgs.kernel import clock
from orgs.models import Job, OrgUnit
from reporting.operations import week_files
from reporting.operations.weekly import close_week
from reporting.pages import whole_week
from scoring.operations import year_files
from tests.cast import Cast

EXPORTERS = {"hi": "province", "hnu": "university", "hnu-law": "college", "qzu": "outsider"}


def week_file(unit: OrgUnit, cast: Cast) -> int | None:
    """A file that was written for the person."""
    if unit.code not in EXPORTERS:
        return None
    closed = close_week(clock.Week.parse("2026-W46"))
    job = week_files.order(closed, unit, "csv", by=cast[EXPORTERS[unit.code]])
    week_files.write_in_job(job.pk, whole_week.labels())
    return Job.objects.get(pk=job.pk).pk


def year_file(unit: OrgUnit, cast: Cast) -> int | None:
    """The same of a year's sheets, of which there may be none."""
    if unit.code not in EXPORTERS:
        return None
    job = year_files.order(year_files.Wanted(2026), by=cast[EXPORTERS[unit.code]])
    year_files.write_in_job(job.pk)
    return job.pk


def list_file(unit: OrgUnit, cast: Cast) -> int | None:
    """The same of a list."""
    if unit.code not in EXPORTERS:
        return None
    job = list_files.order("/accounts/?export=csv", "登记的账号.csv", by=cast[EXPORTERS[unit.code]])
    list_files.write_in_job(job.pk)
    return job.pk
