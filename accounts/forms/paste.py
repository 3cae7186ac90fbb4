"""A block copied from Excel or WPS: tab-separated lines become rows of a form. Pure."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from accounts.field_lists import ADMINISTRATOR, RowInput, takes_administrators
from accounts.naming import clean_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.field_lists import Field

LONGEST_ANSWER = 400


def rows_pasted(text: str, fields: Sequence[Field]) -> list[RowInput]:
    """One row per line, its cells in the order of the list's fields; a line of captions is left out.

    A line without anything before the administrator's cells is a further administrator of the line above, as in the
    merged cells of the annex.
    """
    # An odd quotation mark belongs to somebody's nickname; read as a quote it would swallow the lines that follow.
    is_odd = text.count('"') % 2 == 1
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = csv.reader(
        io.StringIO(plain), delimiter="\t", quoting=csv.QUOTE_NONE if is_odd else csv.QUOTE_MINIMAL
    )
    rows: list[RowInput] = []
    for cells in lines:
        if not any(cell.strip() for cell in cells) or _is_caption(cells, fields):
            continue
        rows.append(_row(cells, fields, is_first=not rows))
    return rows


def _row(cells: Sequence[str], fields: Sequence[Field], *, is_first: bool) -> RowInput:
    answers = {
        each.code: cells[at].strip()[:LONGEST_ANSWER] if at < len(cells) else ""
        for at, each in enumerate(fields)
    }
    own = [each for each in fields if each.group != ADMINISTRATOR]
    continues = not is_first and takes_administrators(fields) and not any(answers[each.code] for each in own)
    asked = [each for each in fields if not continues or each.group == ADMINISTRATOR]
    return RowInput(
        values={each.code: answers[each.code] for each in asked if not each.personal},
        personal={each.code: answers[each.code] for each in asked if each.personal},
        continues=continues,
    )


def _is_caption(cells: Sequence[str], fields: Sequence[Field]) -> bool:
    """A line that repeats the headings: the fields' labels, or their groups above them."""
    words = {clean_text(each.label) for each in fields} | {each.group_title for each in fields}
    return all(clean_text(cell) in words for cell in cells if cell.strip())
