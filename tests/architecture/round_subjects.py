"""For the matrix: a round of collection and what belongs to it: forms, packages, files. None: such a unit has none."""

from __future__ import annotations

from datetime import timedelta

from accounts.choices import BatchState, PackageStatus
from accounts.models import (
    CollectionRound,
    Expected,
    Extension,
    FieldList,
    Package,
    Submission,
    SubmissionRow,
    UploadBatch,
)
from accounts.operations import annex, batches
from accounts.operations.rounds import launch_round
from accounts.operations.standing import open_standing
from orgs.choices import JobState, Kind
from orgs.kernel import clock
from orgs.models import Job, OrgUnit, User
from tests.cast import Cast

EMPTY_REPORT = {"errors": [], "normalised": [], "n_normalised": 0, "notes": [], "forms": [], "edits": {}}


def round(unit: OrgUnit, cast: Cast) -> int:
    known = CollectionRound.objects.first()
    return known.pk if known else _launch(cast).pk


def own_round(unit: OrgUnit, cast: Cast) -> int | None:
    """A round that this very unit has launched."""
    return round(unit, cast) if unit.code == "hi" else None


def _launch(cast: Cast) -> CollectionRound:
    province = OrgUnit.objects.get(code="hi")
    return launch_round(
        province,
        title="微信及管理员信息收集",
        field_list=FieldList.objects.get(code="UNI-A"),
        kinds=[Kind.UNIVERSITY, Kind.COLLEGE, Kind.CLASS_BRANCH, Kind.COUNTY, Kind.TOWNSHIP, Kind.VILLAGE],
        opens_at=clock.now(),
        deadline_at=clock.day_end(clock.today()),
        by=cast["province"],
    )


def expected(unit: OrgUnit, cast: Cast) -> int | None:
    round(unit, cast)
    found = Expected.objects.filter(unit=unit).first()
    return found.pk if found else None


def extension(unit: OrgUnit, cast: Cast) -> int | None:
    """A request for a later deadline that waits for a superior."""
    pk = expected(unit, cast)
    if pk is None:
        return None
    now = clock.now()
    facts = {"reason": "在外实习", "until": clock.day_end(clock.today() + timedelta(days=3))}
    facts |= {"requested_by": cast["nobody"], "requested_at": now, "old_deadline_at": now}
    return Extension.objects.get_or_create(expected_id=pk, state="open", defaults=facts)[0].pk


def submission(unit: OrgUnit, cast: Cast) -> int | None:
    """A form that waits on the desk of the unit's superior."""
    if expected(unit, cast) is None:
        return None
    at = {"round_id": round(unit, cast), "unit": unit}
    facts = {"status": "submitted", "desk": unit.parent, "version": 2, "submitted_at": clock.now()}
    return Submission.objects.get_or_create(**at, defaults=facts)[0].pk


def submission_row(unit: OrgUnit, cast: Cast) -> int | None:
    form = submission(unit, cast)
    if form is None:
        return None
    personal = {"admin_mobile": "13800000777"}
    return SubmissionRow.objects.get_or_create(
        submission_id=form, position=1, defaults={"personal": personal}
    )[0].pk


def direct_unit(unit: OrgUnit, cast: Cast) -> int | None:
    return unit.pk if unit.parent and unit.parent.parent_id is None else None


def unit_in_round(unit: OrgUnit, cast: Cast) -> int:
    round(unit, cast)
    return unit.pk


def unit_in_changes(unit: OrgUnit, cast: Cast) -> int:
    """A unit beside a standing round, in which it may start a change."""
    province = OrgUnit.objects.get(code="hi")
    open_standing(province, field_list=FieldList.objects.get(code="UNI-A"), by=cast["province"])
    return unit.pk


def direct_unit_in_round(unit: OrgUnit, cast: Cast) -> int | None:
    round(unit, cast)
    return direct_unit(unit, cast)


def package(unit: OrgUnit, cast: Cast) -> int | None:
    if direct_unit(unit, cast) is None or unit.parent.code != "hi":
        return None
    facts = {"status": PackageStatus.REPORTED, "reported_at": clock.now()}
    return Package.objects.get_or_create(round_id=round(unit, cast), unit=unit, defaults=facts)[0].pk


def _filler(unit: OrgUnit, cast: Cast) -> User | None:
    """Files are their uploader's alone: who of the cast fills at this very unit."""
    fillers = {"hnu": "university", "hnu-law": "college", "hnu-law-1201": "secretary", "qzu": "outsider"}
    return cast[fillers[unit.code]] if unit.code in fillers else None


def upload_batch(unit: OrgUnit, cast: Cast) -> int | None:
    """A checked file without a row that could be taken in."""
    by = _filler(unit, cast)
    if by is None:
        return None
    its_round = CollectionRound.objects.get(pk=round(unit, cast))
    known = UploadBatch.objects.filter(unit=unit, by=by, state=BatchState.CHECKED).first()
    if known is None:
        known = batches.receive(b"x", "x.csv", round=its_round, unit=unit, by=by)
        UploadBatch.objects.filter(pk=known.pk).update(state=BatchState.CHECKED, report=EMPTY_REPORT)
    return known.pk


def annex_file(unit: OrgUnit, cast: Cast) -> int | None:
    """A file that was written for the person."""
    by = _filler(unit, cast)
    if by is None:
        return None
    known = Job.objects.filter(task=annex.TASK, created_by=by, state=JobState.DONE).first()
    if known is None:
        known = annex.ask(CollectionRound.objects.get(pk=round(unit, cast)), unit, by=by)
        annex.run_write(known.pk)
    return known.pk
