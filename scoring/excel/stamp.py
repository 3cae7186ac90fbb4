"""The hidden id of a sheet's file: whose sheet it is, as it stood when it was exported, signed.

It stands on a sheet of its own that nobody sees, as text cells: those survive being saved in WPS, Excel and LibreOffice.
Row 1: caption, layout, sheet, version, scheme, edition, digest of the scheme, signature; below, a row per criterion.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orgs.kernel.xlsx import safe_cell

if TYPE_CHECKING:
    from openpyxl import Workbook

    from orgs.kernel.sheets import SheetValues

NAME = "识别码"
CAPTION, LAYOUT = "考评表识别码，请勿改动", "1"
_HEAD = 8


@dataclass(frozen=True, slots=True)
class Exported:
    """What one criterion's cells held when the file was written, as text; "" is blank."""

    code: str
    self_points: str
    assessed: str
    reason: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which sheet the file is of, by which edition of its scheme, and what it held."""

    sheet_id: str
    version: str
    scheme: str
    edition: str
    digest: str
    exported: Sequence[Exported]
    signature: str = ""

    @property
    def text(self) -> str:
        """What is signed."""
        rows = [[each.code, each.self_points, each.assessed, each.reason] for each in self.exported]
        head = [self.sheet_id, self.version, self.scheme, self.edition, self.digest]
        return json.dumps([LAYOUT, *head, rows], ensure_ascii=False, separators=(",", ":"))


def write(book: Workbook, stamp: Stamp) -> None:
    """Add the hidden sheet."""
    sheet = book.create_sheet(NAME)
    sheet.sheet_state = "veryHidden"
    head = [CAPTION, LAYOUT, stamp.sheet_id, stamp.version, stamp.scheme, stamp.edition]
    head += [stamp.digest, stamp.signature]
    rows = [[each.code, each.self_points, each.assessed, each.reason] for each in stamp.exported]
    for number, row in enumerate([head, *rows], 1):
        for column, text in enumerate(row, 1):
            safe_cell(sheet.cell(number, column), text)


def read(sheets: Sequence[SheetValues]) -> Stamp | None:
    """The stamp as it stands in the file, unchecked; None where there is none. Found by its caption, not by its name."""
    for sheet in sheets:
        head = sheet.rows[0] if sheet.rows else None
        if head is None or head.cell(0) != CAPTION or len(head.cells) != _HEAD:
            continue
        exported = [Exported(*(row.cell(at) for at in range(4))) for row in sheet.rows[1:]]
        sheet_id, version, scheme, edition, digest, signature = head.cells[2:]
        if head.cell(1) != LAYOUT:
            return None
        return Stamp(sheet_id, version, scheme, edition, digest, exported, signature)
    return None
