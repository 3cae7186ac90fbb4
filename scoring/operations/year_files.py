"""全部考评表: every sheet of a year (or of one round) in a zip, with a summary; written by a job, streamed to disk.

Sheets are read some at a time and forgotten again: memory grows with the summary's rows only.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.operations import files
from orgs.choices import JobState, NotificationKind
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import Job, Notification, OrgUnit
from orgs.operations import exporting, ledger
from orgs.permissions import EXPORT
from reporting.operations.week_files import spans_of
from scoring import letters
from scoring.models import AssessmentRound, Sheet
from scoring.operations import exports, letter_files, rounds, telling
from scoring.operations.year_summary import Summary

if TYPE_CHECKING:
    from orgs.models import User
    from scoring.querysets import SheetQuerySet

TASK = "scoring.write_year_file"
AT_ONCE = 50

Put = Callable[[str, bytes], None]
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sheets: of a year, or of one round of it; with `letters` not they, but this kind of letter to their units."""

    year: int
    round_id: int | None = None
    letters: str = ""

    @property
    def what(self) -> str:
        """What is in it, in words."""
        return letters.kinds()[self.letters].title if self.letters else _("考评表")

    @property
    def name(self) -> str:
        """Without ending."""
        name = _("%(year)s年%(what)s") % {"year": self.year, "what": self.what}
        return f"{name}_{self.round_id}" if self.round_id else name


def sheets_of(wanted: Wanted, *, by: User | None) -> SheetQuerySet:
    """The standing sheets; `by` None is the system itself, else what the person may export."""
    found = Sheet.objects.of_year(wanted.year).standing()
    if wanted.round_id is not None:
        found = found.filter(round=wanted.round_id)
    return found if by is None else found.actionable_by(by, EXPORT)


def write_into(
    wanted: Wanted, put: Put, *, by: User | None = None, told: Told = lambda done, total: None
) -> int:
    """Hand every file to `put`, the summary last; returns how many sheets there are. Six statements per 50 sheets."""
    if wanted.letters:
        return _write_letters(wanted, put, by=by, told=told)
    found = sheets_of(wanted, by=by).order_by("unit__position", "unit__code", "pk")
    ids = list(found.values_list("pk", flat=True))
    gathered = Summary()
    for at in range(0, len(ids), AT_ONCE):
        some = Sheet.objects.filter(pk__in=ids[at : at + AT_ONCE]).for_files()
        for sheet in some if by is None else telling.shown_to(by, some):
            file = exports.file_of(sheet)
            put(file.name, file.content)
            gathered.add(sheet)
        told(min(at + AT_ONCE, len(ids)), len(ids))
    if ids:
        with gathered.write() as summary:
            put(_("汇总_%(name)s.xlsx") % {"name": wanted.name}, summary.read())
    return len(ids)


def _write_letters(wanted: Wanted, put: Put, *, by: User | None, told: Told) -> int:
    """The letters to the units of a round, for the office that runs it. Raises NotAllowed."""
    n = 0
    for file in letter_files.round_letters(_round_run_by(wanted, by), wanted.letters):
        put(file.name, file.content)
        n += 1
        if n % AT_ONCE == 0:
            told(n, n)
    told(n, n)
    return n


def _round_run_by(wanted: Wanted, by: User | None) -> AssessmentRound:
    round = AssessmentRound.objects.select_related("unit").filter(pk=wanted.round_id or 0).first()
    if round is None or (by is not None and not rounds.runs(by, round)):
        raise NotAllowed
    return round


def write_folder(wanted: Wanted, folder: Path) -> int:
    """The files of the zip, loose; returns how many sheets there are."""
    folder.mkdir(parents=True, exist_ok=True)
    return write_into(wanted, lambda name, content: _write(folder / name, content))


def zipped(
    wanted: Wanted, *, by: User | None = None, told: Told = lambda done, total: None
) -> tuple[IO[bytes], int]:
    """The zip as a temporary file, deleted when closed, and how many sheets are in it."""
    file = NamedTemporaryFile(suffix=".zip")  # noqa: SIM115 - who asks closes it
    # Workbooks are compressed already.
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        n_sheets = write_into(wanted, partial(_store, archive), by=by, told=told)
    file.seek(0)
    return file, n_sheets


@transaction.atomic
def order(wanted: Wanted, *, by: User) -> Job:
    """Have the zip written; it is for this person, and for a day. Asked for again while it waits, it is the same job.

    Raises NotAllowed for who may export none of these sheets.
    """
    in_charge = by.units_in_charge().allowing(EXPORT)
    if not in_charge.spans:
        raise NotAllowed
    if wanted.letters:
        _round_run_by(wanted, by)
    params = asdict(wanted) | {"spans": spans_of(in_charge)}
    waiting = Job.objects.filter(task=TASK, created_by=by, state__in=[JobState.QUEUED, JobState.RUNNING])
    for job in waiting:
        if {name: job.params.get(name) for name in params} == params:
            return job
    asked = ledger.record("sheet.files_ordered", by, by=by, unit=_own_unit(by), year=wanted.year)
    return ledger.enqueue(TASK, key=f"{TASK}:{asked.pk}", by=by, **params)


def write_in_job(job_id: int) -> None:
    """The job: what the person may export is asked again, as an office may have ended meanwhile."""
    ledger.run(job_id, _write_for)


def file_of(pk: int, *, by: User) -> tuple[Job, Wanted]:
    """The person's own file, as long as they may export the same. Raises Job.DoesNotExist."""
    job = Job.objects.get(pk=pk, task=TASK, created_by=by)
    if job.params["spans"] != spans_of(by.units_in_charge().allowing(EXPORT)):
        raise Job.DoesNotExist
    return job, wanted_by(job)


def wanted_by(job: Job) -> Wanted:
    """What the job writes."""
    return Wanted(int(job.params["year"]), job.params["round_id"], job.params.get("letters", ""))


def recent(*, by: User) -> list[Job]:
    """The person's files of the last day, the newest first."""
    since = clock.now() - files.KEPT_FOR
    return list(Job.objects.filter(task=TASK, created_by=by, created_at__gte=since).order_by("-pk")[:5])


def _write_for(job: Job) -> dict[str, object]:
    by = job.created_by
    if by is None:
        raise NotAllowed
    wanted = wanted_by(job)
    file, n_sheets = zipped(wanted, by=by, told=partial(ledger.progress, job))
    with file as source:
        digest = files.keep(job, source)
    page = f"{reverse('scoring:list-sheets')}?year={wanted.year}"
    exporting.record_export(page, n_rows=n_sheets, columns=[wanted.name], filters=[], by=by)
    link = reverse("scoring:show-year-file", args=[job.pk])
    if not Notification.objects.filter(link=link).exists():
        said = {"who": by.display_name, "name": wanted.name}
        text = _("%(who)s导出的“%(name)s”已生成，请本人在24小时内下载。") % said
        ledger.notify(_own_unit(by), NotificationKind.FILE_READY, text, link=link)
    return {"rows": n_sheets, "digest": digest}


def _own_unit(by: User) -> OrgUnit:
    widest = by.units_in_charge().allowing(EXPORT).widest()
    if widest is None:
        raise NotAllowed
    own: OrgUnit = OrgUnit.objects.get(pk=widest.unit_id)
    return own


def _store(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, clock.local(clock.now()).timetuple()[:6]), content)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
