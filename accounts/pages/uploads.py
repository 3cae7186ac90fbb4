"""What the pages of an uploaded file show: how far it is, what is wrong in which row, and what was imported."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from accounts.choices import BatchState
from accounts.field_lists import read_fields
from accounts.forms.upload import name_of
from accounts.operations.upload_report import place_of
from orgs.choices import JobState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from accounts.models import UploadBatch

ROWS_SHOWN, FORMS_SHOWN, CHANGES_SHOWN = 50, 500, 50
RESULT_ROWS_SHOWN = 200
FORMS_OPEN = 10  # more stand folded
IN_PROGRESS = (BatchState.CHECKING, BatchState.IMPORTING)


@dataclass(frozen=True, slots=True)
class WrongCell:
    """One cell of a rejected row. `name` of its input; "" where it can't be corrected on the page."""

    column: str
    value: str
    message: str
    name: str
    typed: str  # prefilled; personal data is never written into the page


@dataclass(slots=True)
class WrongRow:
    """A rejected row with everything that is wrong in it."""

    sheet: str
    number: int
    unit: str = ""  # as the file names it
    cells: list[WrongCell] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class GoodForm:
    """A form that may be imported: whose it is, and where its rows stand in the file."""

    unit: str
    n_rows: int
    place: str
    has_draft: bool


def progress_context(batch: UploadBatch) -> dict[str, object]:
    """How far the job is."""
    job = batch.job
    is_importing = batch.state == BatchState.IMPORTING
    return {
        "batch": batch,
        "word": _("正在导入") if is_importing else _("正在检查"),
        "done": job.done if job else 0,
        "total": job.total if job else 0,
        "has_failed": job is None or job.state in (JobState.FAILED, JobState.CANCELLED),
        "is_cancelled": job is not None and job.state == JobState.CANCELLED,
    }


def preview_context(batch: UploadBatch) -> dict[str, object]:
    """The preview: good forms, rejected rows with an input for each cell to correct, cells put in order."""
    report: Mapping[str, Any] = batch.report
    rows = wrong_rows(batch)
    n_bad = len(rows)
    return {
        "batch": batch,
        "rows": rows[:ROWS_SHOWN],
        "n_bad_rows": n_bad,
        "can_mend": any(cell.name for row in rows[:ROWS_SHOWN] for cell in row.cells),
        "notes": report["notes"],
        "forms": [_good_form(each) for each in report["forms"][:FORMS_SHOWN]],
        "n_forms": len(report["forms"]),
        "is_folded": len(report["forms"]) > FORMS_OPEN,
        "normalised": report["normalised"][:CHANGES_SHOWN],
        "n_normalised": report["n_normalised"],
    }


def _good_form(form: Mapping[str, Any]) -> GoodForm:
    """Names alone don't tell two classes of one name apart: the rows of the file do."""
    sheets = {sheet for sheet, _row in form["numbers"]}
    numbers = [row for _sheet, row in form["numbers"]]
    first, last = min(numbers), max(numbers)
    rows = str(first) if first == last else f"{first}–{last}"
    one_sheet = len(sheets) == 1
    place = _("%(sheet)s 第 %(rows)s 行") % {"sheet": next(iter(sheets)), "rows": rows} if one_sheet else ""
    return GoodForm(form["unit_name"], len(numbers), place, bool(form["version"]))


def wrong_rows(batch: UploadBatch) -> list[WrongRow]:
    """Rejected rows in the order of the file."""
    personal = {each.code for each in read_fields(batch.round.field_list.fields) if each.personal}
    edits = batch.report.get("edits", {})
    found: dict[str, WrongRow] = {}
    for error in batch.report.get("errors", []):
        place = place_of(error["sheet"], error["row"])
        row = found.setdefault(place, WrongRow(error["sheet"], error["row"], error["unit"]))
        row.cells.append(_cell(error, place, edits.get(place, {}), personal))
    return list(found.values())


def _cell(error: Mapping[str, Any], place: str, edited: Mapping[str, str], personal: set[str]) -> WrongCell:
    code = error["code"]
    shown_in_full = code and code not in personal
    typed = (edited.get(code) or error["value"]) if shown_in_full else ""
    return WrongCell(
        error["column"] or _("填报单位"),
        error["value"],
        error["message"],
        name_of(place, code) if code else "",
        typed,
    )


def result_context(batch: UploadBatch, kept: Sequence[str] = ()) -> dict[str, object]:
    """What became of the file."""
    rows = wrong_rows(batch)
    return {
        "batch": batch,
        "rows": rows[:RESULT_ROWS_SHOWN],
        "n_bad_rows": len(rows),
        "n_forms": batch.forms.count(),
        "refused": batch.report.get("refused", []),
        "kept": batch.report.get("kept", kept),
        "n_undone": batch.report.get("n_undone", 0),
        "can_undo": batch.state == BatchState.IMPORTED and batch.round.closed_at is None,
    }
