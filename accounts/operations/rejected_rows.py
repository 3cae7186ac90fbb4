"""The rows of an uploaded file that were refused, as they were uploaded, with a column that says why: to mend and send again."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from django.db import transaction
from openpyxl import Workbook
from openpyxl.styles import Font

from accounts.operations import batches
from orgs.exceptions import NotAllowed
from orgs.kernel.xlsx import safe_cell
from orgs.operations import ledger

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.excel.collection_reading import ReadRow
    from accounts.models import UploadBatch
    from orgs.models import User

UNIT_CAPTIONS = {
    "unit_code": "组织代码",
    "unit_path": "组织路径",
    "unit_name": "填报单位",
    "unit_parent": "上级组织",
}
WHY = "错误说明"  # a column the reader leaves out
WIDTH, WIDE = 18, 60


@transaction.atomic
def write(batch: UploadBatch, *, by: User) -> bytes:
    """One flat table that can be uploaded again. The uploader's own data, so nothing is masked; the download is logged."""
    if batch.by_id != by.pk:
        raise NotAllowed
    why: dict[tuple[str, int], list[str]] = {}
    for error in batch.report.get("errors", []):
        text = f"{error['column']}：{error['message']}"
        why.setdefault((error["sheet"], error["row"]), []).append(text)
    reading = batches.reading_of(batch)
    rows = [row for row in reading.rows if (row.sheet, row.number) in why]
    used = [code for code in UNIT_CAPTIONS if any(row.unit.get(code) for row in rows)] or ["unit_path"]
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101 - a new workbook has one
    captions = [*(UNIT_CAPTIONS[code] for code in used), *reading.labels.values(), WHY]
    for at, caption in enumerate(captions, start=1):
        sheet.cell(1, at, caption).font = Font(bold=True)
        letter = sheet.cell(1, at).column_letter
        sheet.column_dimensions[letter].width = WIDE if caption == WHY else WIDTH
    for number, row in enumerate(rows, start=2):
        for at, text in enumerate(
            [*_cells(row, used, reading.labels), "；".join(why[row.sheet, row.number])], start=1
        ):
            safe_cell(sheet.cell(number, at), text)
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    ledger.record("upload.rejected_downloaded", batch, by=by, rows=len(rows))
    return out.getvalue()


def _cells(row: ReadRow, unit_codes: Iterable[str], codes: Iterable[str]) -> list[str]:
    unit = [row.originals.get(code) or row.unit.get(code, "") for code in unit_codes]
    return [*unit, *(row.originals.get(code) or row.cells.get(code, "") for code in codes)]
