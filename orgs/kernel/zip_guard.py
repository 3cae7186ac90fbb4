"""What a workbook is before any library opens it: an honest zip, no DOCTYPE, no macros, and how many rows it holds."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from xml.parsers import expat

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from orgs.kernel.sheets import MIB, FileRejected, Limits
from orgs.kernel.worksheet_count import PartCount, SharedStrings, Worksheet, parse

LONGEST_SHEET_NAME = 100
_CHUNK = 256 * 1024
_WORKBOOK = "xl/workbook.xml"
_MACROS = "vbaproject.bin"
_EMPTY_ROW = re.compile(rb'<row r="\d+"[^<>]*(?:/>|>(?:<c [^<>]*(?:/>|></c>))*</row>)')
_ROW_END = b"</row>"


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


def inspect_package(data: bytes, main_part: str, limits: Limits) -> None:
    """Refuse what is no honest document of Office around `main_part`: macros, bombs, DOCTYPE. Raises FileRejected."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if main_part not in archive.namelist():
                raise FileRejected("not_that_document")
            _check_entries(archive, len(data), limits)
            if b"macroEnabled" in archive.read("[Content_Types].xml"):
                raise FileRejected("macros")
            _refuse_doctype(archive)
    except (zipfile.BadZipFile, KeyError, EOFError, zlib.error) as error:
        raise FileRejected("unreadable_document") from error
    except (NotImplementedError, RuntimeError, ValueError, OSError, IndexError) as error:
        if isinstance(error, FileRejected):
            raise
        raise FileRejected("unreadable_document") from error


def _check_directory(archive: zipfile.ZipFile, size: int, limits: Limits) -> None:
    names = archive.namelist()
    if any(name.lower().endswith(_MACROS) for name in names):
        raise FileRejected("macros")
    if _WORKBOOK not in names:
        raise FileRejected("old_excel" if "xl/workbook.bin" in names else "not_a_table")
    _check_entries(archive, size, limits)


def _check_entries(archive: zipfile.ZipFile, size: int, limits: Limits) -> None:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if any(name.lower().endswith(_MACROS) for name in names):
        raise FileRejected("macros")
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
    found: dict[str, str] = {}
    for node in sheets:
        # Excel allows 31 characters and no name twice; a name stands in every error of its sheet.
        if node.get("name", "") in found or len(node.get("name", "")) > LONGEST_SHEET_NAME:
            raise FileRejected("suspicious")
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
    reader = SharedStrings()
    parse(_chunks(archive, name), reader)
    return reader.blank


def _count(archive: zipfile.ZipFile, part: str, blanks: set[int], sheet: str, limits: Limits) -> PartCount:
    reader = Worksheet(blanks, limits.columns)
    parse(_without_empty_rows(_chunks(archive, part)), reader)
    if reader.count.last_column > limits.columns:
        raise FileRejected("too_many_columns", sheet=sheet, limit=limits.columns)
    # Gaps are honest, but a lone cell at the far end of the sheet would make every row before it be built.
    if len(reader.count.rows()) > limits.rows or reader.count.last_row > 3 * limits.rows:
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
