"""整周数据: every figure of every unit of one edition below a unit, as a file; of many units a job writes it.

The edition is closed, so that a repeated job writes the same rows. Memory does not grow with them: ids are held, rows are
read some hundred at a time.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.operations import files
from orgs.choices import JobState, NotificationKind
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import Job, Notification, OrgUnit, UnitKind
from orgs.operations import exporting, ledger
from orgs.operations.exporting import FileTable
from orgs.permissions import EXPORT
from orgs.querysets.scope import UnitsInCharge
from reporting.excel import whole_week
from reporting.models import ClosedWeek, WeekUnit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from orgs.models import User
    from orgs.operations.exporting import Cell
    from reporting.querysets.weekly import WeekUnitQuerySet

TASK = "reporting.write_week_file"
OF_EDITIONS = "reporting.write_edition_file"  # two of a week side by side: operations/edition_files.py
KINDS = (exporting.XLSX, exporting.CSV)
SMALL_UNITS = 2_000  # of more units a job writes the file
UNITS_AT_ONCE = 500
TOLD_EVERY = 5_000
MOST_SUPERIORS = 10_000  # whose names are held at a time
LONGEST_UNIT = 40  # characters of a file's name, which systems hold to 255 bytes


@dataclass(frozen=True, slots=True)
class Ordered:
    """A file that a job writes or has written; `before` is the other one where two editions are compared."""

    job: Job
    closed: ClosedWeek
    unit: OrgUnit
    before: ClosedWeek | None = None

    @property
    def name(self) -> str:
        """Without ending."""
        if self.before is None:
            return file_name(self.closed, self.unit)
        return comparison_name(self.before, self.closed)


@dataclass(frozen=True, slots=True)
class Scope:
    """What of the unit's subtree a person may export; `lines` empty: all of it."""

    units: UnitsInCharge
    lines: tuple[str, ...]
    own_unit_id: int

    @classmethod
    def of(cls, unit: OrgUnit, by: User) -> Scope:
        """Of the offices that stand above the unit or in it. Raises NotAllowed where there is none."""
        return cls.within(unit, by.units_in_charge().allowing(EXPORT))

    @classmethod
    def within(cls, unit: OrgUnit, in_charge: UnitsInCharge) -> Scope:
        """The same of what the person may export, read before; no statement. Raises NotAllowed."""
        spans = [span for span in in_charge.spans if span.covers(unit)]
        if not spans:
            raise NotAllowed
        is_whole = any(not span.lines for span in spans)
        lines = () if is_whole else tuple(sorted({line for span in spans for line in span.lines}))
        return cls(UnitsInCharge(tuple(spans)).narrowed_to(unit), lines, spans[0].unit_id)

    def holds(self, lines: Iterable[str]) -> bool:
        """Whether a file of these lines (none: of all) holds nothing else."""
        known = set(lines)
        return not self.lines or (bool(known) and known <= set(self.lines))


def n_units(closed: ClosedWeek, unit: OrgUnit, *, by: User) -> int:
    """How many rows the file will have. Raises NotAllowed."""
    return _rows_of(closed, Scope.of(unit, by)).count()


def table(
    closed: ClosedWeek,
    unit: OrgUnit,
    labels: Sequence[str],
    *,
    by: User,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> FileTable:
    """The file, its rows read as they are asked for; `told` hears how far that is. Raises NotAllowed."""
    scope = Scope.of(unit, by)
    # SECURITY: whose rows they are is settled by one statement; while the rest is read the tree may be renumbered.
    ordered = _rows_of(closed, scope).order_by("unit__tree_id", "unit__lft")
    ids = array("q", ordered.values_list("unit_id", flat=True).iterator(chunk_size=TOLD_EVERY))
    is_part = not by.units_in_charge().allowing(EXPORT).covers_figures(unit)
    rows = _read(closed, ids, own_only=unit.pk if is_part else None, told=told)
    return FileTable(file_name(closed, unit), labels, rows, len(ids))


def file_name(closed: ClosedWeek, unit: OrgUnit) -> str:
    """Without ending: the week, its edition, the unit."""
    return _("周报%(week)s_第%(edition)d版_%(unit)s") % {
        "week": closed.week,
        "edition": closed.edition,
        "unit": unit.name[:LONGEST_UNIT],
    }


def comparison_name(before: ClosedWeek, after: ClosedWeek) -> str:
    """Without ending: the week and its two editions."""
    numbers = {"week": after.week, "before": before.edition, "after": after.edition}
    return _("周报%(week)s_第%(before)d版与第%(after)d版") % numbers


@transaction.atomic
def order(closed: ClosedWeek, unit: OrgUnit, kind: str, *, by: User) -> Job:
    """Have the file written; it is for this person, and for a day. Asked for once more meanwhile it is the same job."""
    params = {
        "week_id": closed.pk,
        "unit_id": unit.pk,
        "kind": kind,
        "lines": list(Scope.of(unit, by).lines),
    }
    return enqueue(TASK, closed, unit, params, by=by)


def enqueue(task: str, closed: ClosedWeek, unit: OrgUnit, params: dict[str, object], *, by: User) -> Job:
    """The job that writes the file, or the one of the last day that does or did the same."""
    for each in _recent(by):
        is_useful = each.state in {JobState.QUEUED, JobState.RUNNING} or files.is_there(each)
        same = {name: each.params.get(name) for name in params} == params
        if is_useful and each.task == task and same:
            return each
    asked = ledger.record("week.file_ordered", closed, by=by, unit=unit, kind=str(params["kind"]))
    return ledger.enqueue(task, key=f"{task}:{asked.pk}", by=by, **params)


def write_in_job(job_id: int, labels: Sequence[str]) -> None:
    """The job: what the person may export is asked again, as an office may have ended meanwhile."""
    ledger.run(job_id, partial(_write, labels=labels))


def _write(job: Job, labels: Sequence[str]) -> dict[str, object]:
    by = job.created_by
    if by is None:
        raise NotAllowed
    closed = ClosedWeek.objects.published().get(pk=job.params["week_id"])
    unit = OrgUnit.objects.get(pk=job.params["unit_id"])
    lines = Scope.of(unit, by).lines

    def told(done: int, total: int) -> None:
        if done % TOLD_EVERY == 0:
            ledger.progress(job, done, total)

    found = table(closed, unit, labels, by=by, told=told)
    page = reverse("reporting:export-week", args=[closed.week, unit.pk])
    own = OrgUnit.objects.get(pk=Scope.of(unit, by).own_unit_id)
    digest = keep(job, found, own, page=page, by=by)
    return {"rows": found.n_rows, "digest": digest, "lines": list(lines)}


def keep(job: Job, found: FileTable, own: OrgUnit, *, page: str, by: User) -> str:
    """Write the file of the job, note who takes what and tell them at their own unit; returns its digest."""
    write = exporting.csv_file if job.params["kind"] == exporting.CSV else exporting.workbook
    with write(found) as source:
        digest = files.keep(job, source)
    ledger.progress(job, found.n_rows, found.n_rows)
    exporting.record_export(page, n_rows=found.n_rows, columns=found.labels, filters=[], by=by)
    _tell(job, found, own, by)
    return digest


def _tell(job: Job, found: FileTable, own: OrgUnit, by: User) -> None:
    """Only the person can open the link. A retried job says it once."""
    link = reverse("reporting:show-week-file", args=[job.pk])
    if Notification.objects.filter(link=link).exists():
        return
    said = {"who": by.display_name, "name": found.name}
    text = _("%(who)s导出的“%(name)s”已生成，请本人在24小时内下载。") % said
    ledger.notify(own, NotificationKind.FILE_READY, text, link=link)


def file_of(pk: int, *, by: User) -> Ordered:
    """The person's own file, as long as they may still export what is in it. Raises Job.DoesNotExist."""
    job = Job.objects.get(pk=pk, task__in=(TASK, OF_EDITIONS), created_by=by)
    unit = OrgUnit.objects.actionable_by(by, EXPORT).filter(pk=job.params["unit_id"]).first()
    if unit is None or not _is_theirs(job, unit, by.units_in_charge().allowing(EXPORT)):
        raise Job.DoesNotExist
    return _ordered(job, unit, ClosedWeek.objects.in_bulk(_weeks_of(job)))


def _ordered(job: Job, unit: OrgUnit, weeks: dict[int, ClosedWeek]) -> Ordered:
    return Ordered(job, weeks[job.params["week_id"]], unit, weeks.get(job.params.get("before_id", 0)))


def _weeks_of(job: Job) -> set[int]:
    return {job.params[name] for name in ("week_id", "before_id") if name in job.params}


def spans_of(in_charge: UnitsInCharge) -> list[list[object]]:
    """The subtrees and lines as a job keeps them."""
    return sorted([span.unit_id, list(span.lines)] for span in in_charge.spans)


def _is_theirs(job: Job, unit: OrgUnit, in_charge: UnitsInCharge) -> bool:
    """Whether they may still export what the job writes or has written."""
    if "spans" in job.params:
        return bool(job.params["spans"] == spans_of(in_charge))
    # What is in the file is known when it is written; until then, what was ordered.
    known = job.result if job.state == JobState.DONE else job.params
    return Scope.within(unit, in_charge).holds(known.get("lines", []))


def own_files(*, by: User) -> list[Ordered]:
    """Files of the last day that the person may still have, as `file_of`, the newest first; four statements."""
    jobs, in_charge = _recent(by), by.units_in_charge().allowing(EXPORT)
    units = OrgUnit.objects.within(in_charge).in_bulk({job.params["unit_id"] for job in jobs})
    weeks = ClosedWeek.objects.in_bulk({pk for job in jobs for pk in _weeks_of(job)})
    return [
        _ordered(job, unit, weeks)
        for job in jobs
        if (unit := units.get(job.params["unit_id"])) is not None and _is_theirs(job, unit, in_charge)
    ]


def _recent(by: User) -> list[Job]:
    since = clock.now() - files.KEPT_FOR
    jobs = Job.objects.filter(task__in=(TASK, OF_EDITIONS), created_by=by, created_at__gte=since)
    return list(jobs.order_by("-pk")[:10])


def _rows_of(closed: ClosedWeek, scope: Scope) -> WeekUnitQuerySet:
    return WeekUnit.objects.within(scope.units).for_week(closed.pk)


def _read(
    closed: ClosedWeek, ids: array[int], *, own_only: int | None, told: Callable[[int, int], None]
) -> Iterator[list[Cell]]:
    above = _Above(closed.pk)
    words = whole_week.Words.of(closed, dict(UnitKind.objects.values_list("code", "name")))
    rows = WeekUnit.objects.for_week(closed.pk).with_coverage()
    for at in range(0, len(ids), UNITS_AT_ONCE):
        piece = list(ids[at : at + UNITS_AT_ONCE])
        found = {row[0]: row for row in rows.filter(unit_id__in=piece).values_list(*whole_week.READ)}
        above.learn(row[whole_week.AT["parent_id"]] for row in found.values())
        for pk in piece:
            row = found[pk]
            path = above.path(row[whole_week.AT["parent_id"]], row[whole_week.AT["name"]])
            yield whole_week.cells(row, path, words, is_own_only=pk == own_only)
        told(at + len(piece), len(ids))


class _Above:
    """Names of superiors as they stood in the week; those of branches long passed are forgotten."""

    def __init__(self, week_pk: int) -> None:
        self._rows = WeekUnit.objects.for_week(week_pk)
        self._known: dict[int, tuple[int | None, str]] = {}

    def learn(self, ids: Iterable[int | None]) -> None:
        """A statement per level that is not known yet."""
        if len(self._known) > MOST_SUPERIORS:
            self._known.clear()
        missing = {pk for pk in ids if pk is not None} - self._known.keys()
        while missing:
            found = self._rows.filter(unit_id__in=missing).values_list("unit_id", "parent_id", "name")
            rows = {pk: (parent, name) for pk, parent, name in found}
            self._known |= rows
            missing = {parent for parent, _name in rows.values() if parent is not None} - self._known.keys()

    def path(self, parent: int | None, name: str) -> str:
        """From the province down to the unit."""
        names = [name]
        while parent is not None and parent in self._known:
            parent, above = self._known[parent]
            names.append(above)
        return "/".join(reversed(names))
