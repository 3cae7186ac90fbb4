"""A sheet's file that comes back filled: which cell says what about which criterion.

READING: an item with one criterion is scored in its row of 考评表; an item with several has one cell there, and nobody but the
assessment group may spread its points, so that its criteria are read from their rows of 计算依据. A single criterion may be
filled in either place; where both were filled differently, neither is taken.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from orgs.kernel.texts import clean
from scoring.choices import Provenance

if TYPE_CHECKING:
    from orgs.kernel.sheets import SheetRow, SheetValues

SELF, ASSESSED = "self", "assessed"
CAPTIONS = {SELF: "自评得分", ASSESSED: "考评得分"}
CONTENT, LABEL, REASON = "主要内容", "评分点", "调整理由"
LONGEST_NUMBER = 12
_MARKS = str.maketrans({"．": ".", "。": ".", "－": "-", "−": "-", "—": "-", "＋": "+"})
_EXACT = Decimal("0.000001")  # a formula's 0.30000000000000004 is 0.3


@dataclass(frozen=True, slots=True)
class Place:
    """A cell, as people find it."""

    sheet: str
    address: str

    def __str__(self) -> str:
        return f"“{self.sheet}”{self.address}"


@dataclass(frozen=True, slots=True)
class Found:
    """What one cell says: `text` as filled, "" blank; `is_unreadable`: a formula without a result, or an error."""

    place: Place
    text: str
    is_unreadable: bool = False

    @property
    def points(self) -> Decimal | None:
        """The number in it; None where it is blank or no number (`is_number`)."""
        return number(self.text)

    @property
    def is_number(self) -> bool:
        """Whether it is blank or holds a number."""
        return not self.is_unreadable and (not self.text or self.points is not None)

    def says(self, other: str) -> bool:
        """Whether it means the same points as that text."""
        return self.is_number and self.points == number(other)


@dataclass(frozen=True, slots=True)
class Line:
    """What the file says of one criterion in one column, everywhere it may be said."""

    code: str
    column: str
    own: Found | None  # its row of 计算依据
    paper: Found | None  # its row of 考评表, where it is the item's only criterion
    reason: Found | None


@dataclass(frozen=True, slots=True)
class PaperCell:
    """The one cell that 考评表 has for an item with several criteria."""

    codes: Sequence[str]
    column: str
    found: Found
    own: Sequence[Found]
    low: Decimal | None
    high: Decimal


@dataclass(frozen=True, slots=True)
class Filled:
    """Everything that was found; `missing` are rows that the file lacks, in words of the annex."""

    lines: Sequence[Line]
    shared: Sequence[PaperCell]
    missing: Sequence[str]


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A row the file should have: 主要内容, the codes of its criteria, and the item's floor and cap."""

    content: str
    codes: Sequence[str]
    low: Decimal | None
    high: Decimal


def read(sheets: Sequence[SheetValues], expected: Sequence[PaperRow]) -> Filled:
    """Find the cells by captions, 主要内容 and 评分点, so that sorted, moved and hidden rows are read all the same."""
    visible = [each for each in sheets if each.rows]
    contents = {key: rows for each in visible for key, rows in _paper_rows(each)}
    own = {key: found for each in visible for key, found in _own_rows(each)}
    lines: list[Line] = []
    shared: list[PaperCell] = []
    missing: list[str] = []
    seen: Counter[str] = Counter()
    for row in expected:
        content = _bare(row.content)
        at_paper = contents.get((content, seen[content]))
        seen[content] += 1
        if at_paper is None:
            missing.append(row.content)
        missing += [code for code in row.codes if code not in own]
        for column in (SELF, ASSESSED):
            on_paper = at_paper[column] if at_paper else None
            lines += [_line(code, column, own.get(code), on_paper, len(row.codes)) for code in row.codes]
            if on_paper is not None and len(row.codes) > 1:
                of_codes = [own[code][column] for code in row.codes if code in own]
                shared.append(PaperCell(row.codes, column, on_paper, of_codes, row.low, row.high))
    return Filled(lines, shared, missing)


def number(text: str) -> Decimal | None:
    """The points a person wrote: 0.5, ０.5, 0.5分, −0.2; None for everything else."""
    bare = text.translate(_MARKS).removesuffix("分").strip()
    if len(bare) > LONGEST_NUMBER and not re.fullmatch(r"-?\d{1,6}\.\d+", bare):
        return None
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", bare, re.ASCII):
        return None
    try:
        return Decimal(bare).quantize(_EXACT).normalize() + 0
    except InvalidOperation:
        return None


def letter_of(index: int) -> str:
    """A, B, …, Z, AA: the column of an index from 0."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def _line(code: str, column: str, own: dict[str, Found] | None, paper: Found | None, n_codes: int) -> Line:
    reason = own.get(REASON) if own and column == ASSESSED else None
    return Line(code, column, own[column] if own else None, paper if n_codes == 1 else None, reason)


def _paper_rows(sheet: SheetValues) -> Iterator[tuple[tuple[str, int], dict[str, Found]]]:
    """(主要内容, how many times it stood before) -> cells."""
    at, below = _header(sheet, (CONTENT, *CAPTIONS.values()))
    seen: defaultdict[str, int] = defaultdict(int)
    for row in below:
        content = _bare(row.cell(at[CONTENT]))
        if content:
            cells = {column: _found(sheet, row, at[caption]) for column, caption in CAPTIONS.items()}
            yield (content, seen[content]), cells
            seen[content] += 1


def _bare(content: str) -> str:
    """主要内容 without the notice of proposed rows: the row stays the same when it is confirmed, or first said to be one."""
    return clean(content).removesuffix(f"（{Provenance.RECONSTRUCTED.label}）")


def _own_rows(sheet: SheetValues) -> Iterator[tuple[str, dict[str, Found]]]:
    """Code of the criterion -> cells; the first row of a code counts."""
    at, below = _header(sheet, (LABEL, *CAPTIONS.values(), REASON))
    known: set[str] = set()
    for row in below:
        code = row.cell(at[LABEL]).partition(" ")[0]
        if code and code not in known:
            known.add(code)
            cells = {column: _found(sheet, row, at[caption]) for column, caption in CAPTIONS.items()}
            yield code, cells | {REASON: _found(sheet, row, at[REASON])}


def _header(sheet: SheetValues, captions: Iterable[str]) -> tuple[dict[str, int], list[SheetRow]]:
    """Caption -> index, and the rows below the header; nothing where the sheet has no such header."""
    wanted = list(captions)
    for position, row in enumerate(sheet.rows):
        if all(row.cells.count(caption) == 1 for caption in wanted):
            return {caption: row.cells.index(caption) for caption in wanted}, sheet.rows[position + 1 :]
    return {}, []


def _found(sheet: SheetValues, row: SheetRow, index: int) -> Found:
    place = Place(sheet.name, f"{letter_of(index)}{row.number}")
    return Found(place, row.cell(index), (row.number, index) in sheet.unreadable)
