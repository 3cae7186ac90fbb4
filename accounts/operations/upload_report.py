"""What a batch remembers of its check: forms to hand in, errors with the cell to mend, and the corrections typed since."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from accounts.excel.collection_headers import UNIT_KEYS
from accounts.operations.upload_units import UnitFinder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from accounts.excel.collection_reading import Reading, ReadRow
    from accounts.operations.upload_found import Preview, UnitForm
    from orgs.kernel.sheets import RowError

UNIT = "unit"  # stands for the columns that say whose the row is
LONGEST_UNIT = 60
MOST_KEPT = 500  # cells put in order that the page could show
Report = dict[str, Any]


def of(reading: Reading, found: Preview, edits: Mapping[str, Mapping[str, str]]) -> Report:
    """The report as it is kept, encrypted: echoed values are masked, the forms are whole."""
    rows = {(row.sheet, row.number): row for row in reading.rows}
    errors = [_error(error, rows[error.sheet, error.row], reading.labels) for error in found.errors]
    _shut_units_that_were_found(errors, rows)
    return {
        "errors": errors,
        "normalised": [
            {"sheet": e.sheet, "row": e.row, "column": e.column, "from": e.before, "to": e.after}
            for e in found.normalised[:MOST_KEPT]
        ],
        "n_normalised": len(found.normalised),
        "ignored_sheets": found.ignored_sheets,
        "notes": found.notes,
        "forms": [_form(form) for form in found.forms],
        "edits": {place: dict(texts) for place, texts in edits.items()},
    }


def place_of(sheet: str, number: int) -> str:
    """How edits name a row."""
    return f"{sheet}\t{number}"


def amended(rows: Sequence[ReadRow], edits: Mapping[str, Mapping[str, str]]) -> list[ReadRow]:
    """The rows of the file with what was corrected on the page."""
    return [
        _amended(row, edits[place]) if (place := place_of(row.sheet, row.number)) in edits else row
        for row in rows
    ]


def cells_to_mend(report: Report) -> dict[str, frozenset[str]]:
    """Row -> the codes that may be corrected on the page."""
    found: dict[str, set[str]] = defaultdict(set)
    for error in report.get("errors", []):
        if error["code"]:
            found[place_of(error["sheet"], error["row"])].add(error["code"])
    return {place: frozenset(codes) for place, codes in found.items()}


def _amended(row: ReadRow, texts: Mapping[str, str]) -> ReadRow:
    cells = {code: text.strip() for code, text in texts.items() if code != UNIT}
    unit = {"unit_path": texts[UNIT].strip()} if UNIT in texts else dict(row.unit)
    mended = {*cells, *(UNIT_KEYS if UNIT in texts else ())}
    return replace(
        row,
        unit=unit,
        cells={**row.cells, **cells},
        originals={code: text for code, text in row.originals.items() if code not in mended},
        unreadable=tuple(code for code in row.unreadable if code not in mended),
        dates=tuple(code for code in row.dates if code not in mended),
    )


def _error(error: RowError, row: ReadRow, codes_of_the_form: Iterable[str]) -> dict[str, Any]:
    codes = (code for code in codes_of_the_form if row.caption(code) == error.column)
    code = next(codes, UNIT if error.column == row.unit_caption else "")
    if row.fault:
        code = ""  # its cells stand in wrong columns: only the file itself can be mended
    return {
        "sheet": error.sheet,
        "row": error.row,
        "column": error.column,
        "value": error.value,
        "message": error.message,
        "code": code,
        "unit": UnitFinder.said(row.unit)[-LONGEST_UNIT:],
    }


def _shut_units_that_were_found(
    errors: Iterable[dict[str, Any]], rows: Mapping[tuple[str, int], ReadRow]
) -> None:
    """A row whose only fault is that another row of its unit is wrong has nothing to mend."""
    errors = list(errors)
    faulty = {
        _claim(rows[each["sheet"], each["row"]]) for each in errors if each["code"] and each["code"] != UNIT
    }
    for each in errors:
        if each["code"] == UNIT and _claim(rows[each["sheet"], each["row"]]) in faulty:
            each["code"] = ""


def _claim(row: ReadRow) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(row.unit.items()))


def _form(form: UnitForm) -> dict[str, Any]:
    return {
        "unit_id": form.unit_id,
        "unit_name": form.unit_name,
        "rows": [{"values": r.values, "personal": r.personal, "continues": r.continues} for r in form.rows],
        "numbers": [list(place) for place in form.numbers],
        "version": form.version,
    }
