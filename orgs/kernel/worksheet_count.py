"""What one worksheet part holds, counted independently of the library that reads it: no row may get lost (D1)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers import expat

from orgs.kernel.texts import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_MERGES = 20_000  # more of them are noted by nobody: a file with a million merged cells is still read
_TRUE = ("1", "true")
_BASE26 = {chr(65 + n): n + 1 for n in range(26)}
_ODD_NUMBER = re.compile(r"-?\d+(\.0+|(\.\d+)?[eE]\+?\d+)")


@dataclass(slots=True)
class PartCount:
    """What was counted in one worksheet part. Rows count from 1, columns from 0."""

    filled_rows: set[int] = field(default_factory=set)
    unreadable: list[tuple[int, int]] = field(default_factory=list)
    odd_numbers: dict[tuple[int, int], str] = field(
        default_factory=dict
    )  # whole numbers written 1.38E+10 or 5.0
    hidden_rows: set[int] = field(default_factory=set)  # those that hold something
    hidden_columns: set[int] = field(default_factory=set)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    last_row: int = 0
    last_column: int = 0

    def rows(self) -> set[int]:
        """The rows that hold a value, or one that can't be read."""
        return self.filled_rows | {row for row, _column in self.unreadable}


def parse(chunks: Iterable[bytes], reader: SharedStrings | Worksheet) -> None:
    """Feed a part to its reader; raises ExpatError."""
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    for chunk in chunks:
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


class SharedStrings:
    """Counts `<si>` and notes those without visible text; phonetic guides (`<rPh>`) are no text."""

    def __init__(self) -> None:
        self.blank: set[int] = set()
        self._number, self._is_text, self._in_phonetic = -1, False, False
        self._parts: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        if name == "si":
            self._number += 1
            self._parts = []
        self._in_phonetic = self._in_phonetic or name == "rPh"
        self._is_text = name == "t" and not self._in_phonetic

    def end(self, tag: str) -> None:
        name = tag.rpartition("}")[2]
        self._is_text = False
        if name == "rPh":
            self._in_phonetic = False
        elif name == "si" and not clean("".join(self._parts)):
            self.blank.add(self._number)

    def text(self, data: str) -> None:
        if self._is_text:
            self._parts.append(data)


class Worksheet:
    """Counts the rows that hold a value; notes what can't be read, what is hidden and what is merged."""

    def __init__(self, blanks: set[int], most_columns: int) -> None:
        self.count = PartCount()
        self._blanks = blanks
        self._most_columns = most_columns
        self._row = self._column = 0
        self._filled_columns: set[int] = set()
        self._cell: dict[str, str] = {}
        self._has_formula = self._is_value = self._is_hidden = False
        self._parts: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag[tag.rfind("}") + 1 :]
        if name == "c":
            self._column += 1
            self._cell = attributes
        elif name == "row":
            self._row = int(attributes["r"]) if "r" in attributes else self._row + 1
            self._column = 0
            self._filled_columns.clear()
            if self._row in self.count.filled_rows:
                raise ValueError("a row stands twice: one of them would be lost")
            self._is_hidden = attributes.get("hidden") in _TRUE
        elif name == "f":
            self._has_formula = True
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif name == "col":
            self._hide(attributes)
        else:
            self._is_value = name in ("v", "t")

    def end(self, tag: str) -> None:
        self._is_value = False
        if tag[-2:] != "}c":
            return
        if self._parts or self._has_formula:
            if "r" in self._cell:
                self._column = _place(self._cell["r"])[1] + 1
            self._close_cell("".join(self._parts), self._cell.get("t", "n"))
            self._parts, self._has_formula = [], False

    def text(self, data: str) -> None:
        if self._is_value:
            self._parts.append(data)

    def _close_cell(self, raw: str, kind: str) -> None:
        if kind == "e" or (self._has_formula and not raw and kind != "str"):
            self.count.unreadable.append((self._row, self._column - 1))
        elif self._is_filled(raw, kind):
            self.count.filled_rows.add(self._row)
            if kind == "n" and not raw.isdigit() and _ODD_NUMBER.fullmatch(raw):
                self.count.odd_numbers[self._row, self._column - 1] = raw
        else:
            return
        if self._column in self._filled_columns:
            raise ValueError("a cell stands twice: one of them would be lost")
        self._filled_columns.add(self._column)
        if self._is_hidden:
            self.count.hidden_rows.add(self._row)
        self.count.last_row = max(self.count.last_row, self._row)
        self.count.last_column = max(self.count.last_column, self._column)

    def _is_filled(self, raw: str, kind: str) -> bool:
        if kind == "s":
            return bool(raw.strip()) and int(raw) not in self._blanks
        return bool(clean(raw))

    def _merge(self, reference: str) -> None:
        if len(self.count.merges) >= MOST_MERGES:
            return
        first, _colon, last = reference.partition(":")
        (top, left), (bottom, right) = _place(first), _place(last or first)
        if bottom > top and left < self._most_columns:
            self.count.merges.append((top, bottom, left, right))

    def _hide(self, attributes: dict[str, str]) -> None:
        if attributes.get("hidden") in _TRUE:
            first, last = int(attributes.get("min", "1")), int(attributes.get("max", "1"))
            self.count.hidden_columns.update(range(first - 1, min(last, self._most_columns)))


def _place(reference: str) -> tuple[int, int]:
    """C5 -> (5, 2)."""
    letters = reference.rstrip("0123456789")
    number = 0
    for letter in letters:
        number = number * 26 + _BASE26[letter]
    return int(reference[len(letters) :] or 0), number - 1
