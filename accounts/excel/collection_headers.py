"""Headers of a form's file: two rows (group, caption) as on paper and in 明细, or one flat row. By caption, never by position."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from accounts.excel.captions import FormCaptions
    from orgs.kernel.sheets import SheetRow, SheetValues

HEADER_WITHIN = 20  # a header further down than this is not looked for
LONGEST_CAPTION = 40
UNIT_KEYS = frozenset({"unit_code", "unit_path", "unit_name"})
_UNIT_ABOVE = re.compile(r"填报单位(?:[（(][^（）()]*[）)])?[\s:：]*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Header:
    """Where what stands in one sheet, and what is wrong with its captions."""

    form: FormCaptions
    sheet: str
    columns: Mapping[int, str]  # column -> field code, unit column, or "" for a column that says nothing new
    captions: Mapping[str, str]  # code -> the caption as the file has it
    first_data_row: int
    width: int
    is_flat: bool
    unit_above: str = ""
    unknown: tuple[tuple[int, str], ...] = ()
    doubled: tuple[str, ...] = ()
    known_columns: frozenset[int] = field(default_factory=frozenset)

    @property
    def is_keyed(self) -> bool:
        """Each row says whose it is."""
        return bool(UNIT_KEYS & set(self.captions))

    @property
    def is_detail(self) -> bool:
        """Sheet 明细 whatever it is called: two header rows, and each row has the unit's code."""
        return not self.is_flat and "unit_code" in self.captions

    @property
    def all_captions(self) -> dict[str, str]:
        """What each column is called: as the file has it, else as the form has it."""
        return {**self.form.labels, **self.captions}

    def missing(self, codes: Sequence[str]) -> list[str]:
        """Captions, as the form has them, of those fields that have no column."""
        there = self.captions
        return [
            self.form.label(code, is_flat=self.is_flat)
            for code in codes
            if code in self.form.labels and code not in there
        ]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a header stands, and how."""

    sheet: str
    first_data_row: int
    is_flat: bool
    unit_above: str


def find_header(sheet: SheetValues, form: FormCaptions) -> Header | None:
    """The first rows that read like the header of the form, faulty or not."""
    rows = sheet.rows[:HEADER_WITHIN]
    for at, row in enumerate(rows):
        below = rows[at + 1] if at + 1 < len(rows) and rows[at + 1].number == row.number + 1 else None
        for is_flat, captions in ((True, list(_flat(row, form))), (False, list(_grouped(row, below, form)))):
            if sum(code in form.labels for _index, code, _caption in captions) >= form.least:
                first = row.number + (1 if is_flat else 2)
                where = Place(sheet.name, first, is_flat, unit_above(rows[:at]))
                return _header(form, captions, where)
    return None


def unit_above(rows: Sequence[SheetRow]) -> str:
    """The name behind 填报单位 over the table, in its cell or in the one beside it."""
    for row in rows:
        for index, text in enumerate(row.cells):
            if found := _UNIT_ABOVE.fullmatch(text):
                beside = next((each for each in row.cells[index + 1 :] if each), "")
                return found[1].strip() or ("" if beside.startswith("填报人") else beside)
    return ""


def _header(form: FormCaptions, captions: list[tuple[int, str | None, str]], where: Place) -> Header:
    # SECURITY: a caption stands in every error of its column, so a hostile one must not be long.
    captions = [(index, code, caption[:LONGEST_CAPTION]) for index, code, caption in captions]
    columns = {index: code for index, code, _caption in captions if code is not None}
    named = [(code, caption) for _index, code, caption in captions if code]
    codes = [code for code, _caption in named]
    return Header(
        form,
        where.sheet,
        columns,
        dict(reversed(named)),
        where.first_data_row,
        width=1 + max(index for index, _code, _caption in captions),
        is_flat=where.is_flat,
        unit_above=where.unit_above,
        unknown=tuple((index, caption) for index, code, caption in captions if code is None),
        doubled=tuple(dict.fromkeys(caption for code, caption in named if codes.count(code) > 1)),
        known_columns=frozenset(index for index, code in columns.items() if code),
    )


def _flat(row: SheetRow, form: FormCaptions) -> Iterator[tuple[int, str | None, str]]:
    """One header row whose captions name group and column: 官方微信-微信号. None: an unknown caption."""
    for index, text in enumerate(row.cells):
        if text:
            yield index, form.flat(text), text


def _grouped(
    upper: SheetRow, lower: SheetRow | None, form: FormCaptions
) -> Iterator[tuple[int, str | None, str]]:
    """Two header rows: groups above, captions below; a group's cell is merged, so it reaches to the next one."""
    if lower is None or not form.heads(upper.cells):
        return
    group = ""
    for index in range(max(len(upper.cells), len(lower.cells))):
        above, below = upper.cell(index), lower.cell(index)
        group = form.group(above) or ("" if above else group)
        if group and below:
            yield index, form.below(group, below), f"{group}-{below}"
        elif not group and (above or below):
            caption = above or below
            yield index, form.alone(caption), caption
