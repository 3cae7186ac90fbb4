"""The annex of a unit or of its subtree as a file: rows from the forms of a round, numbers masked, the download logged."""

from __future__ import annotations

import hashlib
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import SubmissionStatus
from accounts.excel import collection_form, collection_form_large
from accounts.excel.collection_form import Annex, AnnexRow, AnnexUnit
from accounts.excel.columns import columns_of
from accounts.exceptions import AccountsError
from accounts.field_lists import RowInput, applying, read_fields
from accounts.masks import MASKS
from accounts.models import CollectionRound, Submission, SubmissionRow
from accounts.operations import files
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import AuditEntry, Job, OrgUnit
from orgs.operations import ledger
from orgs.permissions import EXPORT, FILL, FULL_EXPORT, may
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from accounts.field_lists import Field
    from accounts.querysets.submissions import SubmissionQuerySet
    from orgs.models import User

TASK = "accounts.write_annex"
MOST_ROWS = 20_000
SMALL_ROWS = 2_000  # more than this is a job's work
FORMS_AT_ONCE = 500
SHORTEST_REASON = 4


def empty(unit: OrgUnit, *, by: User, round: CollectionRound | None = None) -> bytes:
    """A form to fill in on paper or in Excel: that of the round, else UNI-A."""
    layout = _layout(round) if round else {}
    return collection_form.write(Annex(unit.name, by.display_name, **layout))


@transaction.atomic
def filled(round: CollectionRound, unit: OrgUnit, *, full: bool = False, reason: str = "", by: User) -> bytes:
    """Sheet 1 as on paper, sheet 2 with the organisation columns. Numbers are masked but on the form of one's own unit.

    `full`: every number, with a reason, by those who may (B2).
    """
    _ensure_allowed(unit, full=full, reason=reason, by=by)
    fields = read_fields(round.field_list.fields)
    forms, own = _forms(round, unit, by), _own_unit_ids(by)
    rows = list(_rows(fields, forms.for_annex(), own=own, full=full))
    if len(rows) > MOST_ROWS:
        raise _too_many()
    content = collection_form.write(
        Annex(
            unit.name,
            by.display_name,
            rows,
            with_detail=True,
            watermark=_watermark(by, has_own=_has_own(forms, own), full=full),
            **_layout(round),
        )
    )
    digest = hashlib.sha256(content).hexdigest()
    _record(round, unit, rows=len(rows), digest=digest, full=full, reason=reason, by=by)
    return content


def is_large(round: CollectionRound, unit: OrgUnit, *, by: User) -> bool:
    """Whether the file is a job's work."""
    return _n_rows(round, unit, by) > SMALL_ROWS


def _n_rows(round: CollectionRound, unit: OrgUnit, by: User) -> int:
    return SubmissionRow.objects.filter(submission__in=_forms(round, unit, by)).count()


@transaction.atomic
def ask(round: CollectionRound, unit: OrgUnit, *, full: bool = False, reason: str = "", by: User) -> Job:
    """Have a large file written; it is for this person, and for a day. The reason stands in the audit ledger.

    With every number in full a file holds no more than MOST_ROWS, however it is written (B3).
    """
    _ensure_allowed(unit, full=full, reason=reason, by=by)
    if full and _n_rows(round, unit, by) > MOST_ROWS:
        raise _too_many()
    asked = ledger.record("annex.asked", round, by=by, unit=unit, reason=reason, full=full)
    return ledger.enqueue(
        TASK,
        key=f"{TASK}:{asked.pk}",
        by=by,
        round_id=round.pk,
        unit_id=unit.pk,
        full=full,
        asked_id=asked.pk,
    )


def run_write(job_id: int) -> None:
    """The job: what the person may take is asked again, as an office may have ended meanwhile."""
    ledger.run(job_id, _write)


def _write(job: Job) -> dict[str, object]:
    by = job.created_by
    if by is None:
        raise NotAllowed
    full = bool(job.params["full"])
    round = CollectionRound.objects.select_related("field_list").get(pk=job.params["round_id"])
    unit = OrgUnit.objects.get(pk=job.params["unit_id"])
    reason = AuditEntry.objects.get(pk=job.params["asked_id"]).reason
    _ensure_allowed(unit, full=full, reason=reason, by=by)
    forms, total = _forms(round, unit, by), _forms(round, unit, by).count()

    def told() -> Iterator[Submission]:
        for at, form in enumerate(forms.for_annex().iterator(chunk_size=FORMS_AT_ONCE)):
            if at % FORMS_AT_ONCE == 0:
                ledger.progress(job, at, total)
            yield form

    own = _own_unit_ids(by)
    rows = _rows(read_fields(round.field_list.fields), told(), own=own, full=full)
    watermark = _watermark(by, has_own=_has_own(forms, own), full=full)
    with NamedTemporaryFile(suffix=".xlsx") as target:
        paper = Annex(unit.name, by.display_name, watermark=watermark, **_layout(round))
        n_rows = collection_form_large.write(target.name, paper, rows)
        with Path(target.name).open("rb") as source:
            digest = files.keep(job, source)
    ledger.progress(job, total, total)
    _record(round, unit, rows=n_rows, digest=digest, full=full, reason=reason, by=by)
    return {"rows": n_rows, "digest": digest}


def file_of(pk: int, *, by: User) -> tuple[Job, OrgUnit]:
    """The person's own file, as long as what is in it may still be seen. Raises Job.DoesNotExist, NotAllowed."""
    job = Job.objects.get(pk=pk, task=TASK, created_by=by)
    unit = OrgUnit.objects.visible_to(by).filter(pk=job.params["unit_id"]).first()
    if unit is None:
        raise Job.DoesNotExist
    verbs = (FULL_EXPORT,) if job.params["full"] else (EXPORT, FILL)
    if not any(may(by, verb, unit) for verb in verbs):
        raise NotAllowed
    return job, unit


def own_files(*, by: User) -> list[Job]:
    """Files of the last day, the newest first."""
    since = clock.now() - files.KEPT_FOR
    return list(Job.objects.filter(task=TASK, created_by=by, created_at__gte=since).order_by("-pk")[:10])


def _ensure_allowed(unit: OrgUnit, *, full: bool, reason: str, by: User) -> None:
    if full:
        if not may(by, FULL_EXPORT, unit):
            raise NotAllowed
        if len(reason.strip()) < SHORTEST_REASON:
            raise AccountsError(_("请填写下载完整号码的原因，至少 4 个字。"))
        return
    if not (unit.pk in _own_unit_ids(by) or may(by, EXPORT, unit)):
        raise NotAllowed


def _too_many() -> AccountsError:
    return AccountsError(_("超过 %(most)s 行，请选择下级团组织分别下载。") % {"most": MOST_ROWS})


def _forms(round: CollectionRound, unit: OrgUnit, by: User) -> SubmissionQuerySet:
    mine = Submission.objects.visible_to(by).within(UnitsInCharge.below(unit)).filter(round=round)
    return mine.exclude(status=SubmissionStatus.DRAFT)


def _own_unit_ids(by: User) -> frozenset[int]:
    """The units whose form the person opens in full on the portal, and therefore in a file."""
    return by.units_in_charge().allowing(FILL).own_unit_ids()


def _has_own(forms: SubmissionQuerySet, own: frozenset[int]) -> bool:
    return forms.filter(unit_id__in=own).exists()


def _watermark(by: User, *, has_own: bool, full: bool) -> str:
    masked = _("本单位以外的号码已隐去") if has_own else _("号码已隐去")
    kind = _("含完整号码") if full else masked
    moment = f"{clock.local(clock.now()):%Y-%m-%d %H:%M}"
    return _("%(who)s %(at)s 下载，%(kind)s") % {"who": by.display_name, "at": moment, "kind": kind}


def _record(
    round: CollectionRound, unit: OrgUnit, *, rows: int, digest: str, full: bool, reason: str, by: User
) -> None:
    ledger.record(
        "annex.downloaded", round, by=by, unit=unit, reason=reason, rows=rows, digest=digest, full=full
    )


def _layout(round: CollectionRound) -> dict[str, Any]:
    """Title, note and columns of the round's form."""
    return {
        "columns": columns_of(read_fields(round.field_list.fields)),
        "title": round.field_list.title,
        "note": round.field_list.note,
    }


def _rows(
    fields: Sequence[Field], forms: Iterable[Submission], *, own: frozenset[int], full: bool
) -> Iterator[AnnexRow]:
    for form in forms:
        unit = _unit(form)
        # SECURITY: by the unit, never by who handed the form in: whoever uploads a file fills every branch in it.
        shown_in_full = full or form.unit_id in own
        for row in form.rows.all():
            answers = RowInput(row.values, row.personal or {}, row.continues)
            cells = {
                each.code: _cell(each, answers.get(each), shown_in_full) for each in applying(fields, answers)
            }
            yield AnnexRow(cells, continues=row.continues, unit=unit)


def _cell(each: Field, value: object, shown_in_full: bool) -> str | int | None:
    if isinstance(value, int):
        return value
    text = each.shown(value)
    mask = MASKS.get(each.type) if each.personal and text and not shown_in_full else None
    return mask(text) if mask else text


def _unit(form: Submission) -> AnnexUnit:
    unit = form.unit
    moment = f"{clock.local(form.submitted_at):%Y-%m-%d %H:%M}" if form.submitted_at else ""
    return AnnexUnit(
        code=unit.code,
        path="/".join([*unit.path_names, unit.name]),
        level=unit.kind.name,
        parent=unit.parent.name if unit.parent else "",
        status=form.get_status_display(),
        submitted_at=moment,
    )
