"""What a workbook is before any library opens it: an honest zip, no DOCTYPE, no macros, and how many rows it holds."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from orgs.kernel.sheets import MIB, FileRejected, Limits, clean

_CHUNK = 256 * 1024
_WORKBOOK = "xl/workbook.xml"
_EMPTY_ROW = re.compile(rb'<row r="\d+"[^<>]*>(?:<c [^<>]*/>)*</row>')
_ROW_END = b"</row>"
_BASE26 = {chr(65 + n): n + 1 for n in range(26)}


@dataclass(slots=True)
class PartCount:
    """What was counted in one worksheet part, independently of the library that reads it."""

    filled_rows: set[int] = field(default_factory=set)
    unreadable: list[tuple[int, int]] = field(default_factory=list)
    last_row: int = 0
    last_column: int = 0


def inspect_workbook(data: bytes, limits: Limits) -> dict[str, PartCount]:
    """Sheet name → what it holds; raises FileRejected for anything that is no honest workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_directory(archive, len(data), limits)
            _refuse_doctype(archive)
            blanks = _blank_strings(archive)
            return {
                name: _count(archive, part, blanks, name, limits)
                for name, part in _worksheets(archive, limits).items()
            }
    except (
        zipfile.BadZipFile,
        expat.ExpatError,
        ParseError,
        DefusedXmlException,
        KeyError,
        EOFError,
    ) as error:
        raise FileRejected("unreadable") from error
    except (NotImplementedError, RuntimeError, ValueError, OSError, IndexError) as error:
        if isinstance(error, FileRejected):
            raise
        raise FileRejected("unreadable") from error


def _check_directory(archive: zipfile.ZipFile, size: int, limits: Limits) -> None:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileRejected("macros")
    if _WORKBOOK not in names:
        raise FileRejected("old_excel" if "xl/workbook.bin" in names else "not_a_table")
    is_wicked = (
        len(entries) > limits.entries
        or len(set(names)) != len(names)
        or sum(entry.compress_size for entry in entries) > size
        or sum(entry.file_size for entry in entries) > limits.unpacked_bytes
        or any(_is_bomb(entry, limits) or _leaves_the_archive(entry.filename) for entry in entries)
    )
    if is_wicked:
        raise FileRejected("suspicious")


def _is_bomb(entry: zipfile.ZipInfo, limits: Limits) -> bool:
    return entry.file_size > MIB and entry.file_size > limits.pack_ratio * max(1, entry.compress_size)


def _leaves_the_archive(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ":" in name or "\0" in name or ".." in name.split("/")


def _refuse_doctype(archive: zipfile.ZipFile) -> None:
    """SECURITY: no part may declare entities, whatever its encoding; nothing of Office does."""
    for entry in archive.infolist():
        if not entry.filename.lower().endswith((".xml", ".rels", ".vml")):
            continue
        tail = b""
        for chunk in _chunks(archive, entry.filename):
            # Without its NUL bytes, UTF-16 and UTF-32 read like ASCII here.
            seen = (tail + chunk).replace(b"\0", b"").upper()
            if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
                raise FileRejected("suspicious")
            tail = chunk[-64:]


def _chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with archive.open(name) as part:
        while chunk := part.read(_CHUNK):
            yield chunk


def _worksheets(archive: zipfile.ZipFile, limits: Limits) -> dict[str, str]:
    """Sheet name → the part that holds it; chart sheets have none."""
    types = archive.read("[Content_Types].xml")
    if b"macroEnabled" in types:
        raise FileRejected("macros")
    targets = {
        relation.get("Id"): relation.get("Target", "")
        for relation in fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        if relation.get("Type", "").endswith("/worksheet")
    }
    sheets = [node for node in fromstring(archive.read(_WORKBOOK)).iter() if node.tag.endswith("}sheet")]
    if len(sheets) > limits.sheets:
        raise FileRejected("too_many_sheets", limit=limits.sheets)
    found = {}
    for node in sheets:
        relation_id = next((value for key, value in node.attrib.items() if key.endswith("}id")), None)
        if relation_id in targets:
            target = targets[relation_id]
            found[node.get("name", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return found


def _blank_strings(archive: zipfile.ZipFile) -> set[int]:
    """Numbers of the shared strings that are blank: a cell that names one of them is empty."""
    name = "xl/sharedStrings.xml"
    if name not in archive.namelist():
        return set()
    reader = _SharedStrings()
    _parse(_chunks(archive, name), reader)
    return reader.blank


def _count(archive: zipfile.ZipFile, part: str, blanks: set[int], sheet: str, limits: Limits) -> PartCount:
    reader = _Worksheet(blanks)
    _parse(_without_empty_rows(_chunks(archive, part)), reader)
    if reader.count.last_column > limits.columns:
        raise FileRejected("too_many_columns", sheet=sheet, limit=limits.columns)
    # Gaps are honest, but a lone cell at the far end of the sheet would make every row before it be built.
    if len(reader.count.filled_rows) > limits.rows or reader.count.last_row > 3 * limits.rows:
        raise FileRejected("too_many_rows", sheet=sheet, limit=limits.rows)
    return reader.count


def _without_empty_rows(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """LibreOffice saves a million empty styled rows: dropped here in bulk, they cost a quarter of the time."""
    rest = b""
    for chunk in chunks:
        text = rest + chunk
        end = text.rfind(_ROW_END)
        end = end + len(_ROW_END) if end >= 0 else 0
        rest = text[end:]
        if len(rest) > MIB:
            end, rest = len(text), b""
        yield _EMPTY_ROW.sub(b"", text[:end])
    yield rest


def _parse(chunks: Iterator[bytes], reader: _SharedStrings | _Worksheet) -> None:
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    for chunk in chunks:
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


class _SharedStrings:
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


class _Worksheet:
    """Counts the rows that hold a value, and finds the cells whose value can't be read."""

    def __init__(self, blanks: set[int]) -> None:
        self.count = PartCount()
        self._blanks = blanks
        self._row = self._column = 0
        self._cell: dict[str, str] = {}
        self._has_formula = self._is_value = False
        self._parts: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag[tag.rfind("}") + 1 :]
        if name == "c":
            self._column += 1
            self._cell = attributes
        elif name == "row":
            self._row = int(attributes["r"]) if "r" in attributes else self._row + 1
            self._column = 0
        elif name == "f":
            self._has_formula = True
        else:
            self._is_value = name in ("v", "t")

    def end(self, tag: str) -> None:
        self._is_value = False
        if tag[-2:] != "}c":
            return
        if self._parts or self._has_formula:
            if "r" in self._cell:
                self._column = _column_number(self._cell["r"])
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
        else:
            return
        self.count.last_row = max(self.count.last_row, self._row)
        self.count.last_column = max(self.count.last_column, self._column)

    def _is_filled(self, raw: str, kind: str) -> bool:
        if kind == "s":
            return bool(raw.strip()) and int(raw) not in self._blanks
        return bool(clean(raw))


def _column_number(reference: str) -> int:
    number = 0
    for letter in reference.rstrip("0123456789"):
        number = number * 26 + _BASE26[letter]
    return number
