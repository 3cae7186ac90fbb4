"""A document that somebody hands in: which of the few kinds we take it is, by its first bytes and its name together.

Runs as a process of its own (`python -m`); nothing of the file is shown or run by us, and it is only ever sent back as an
attachment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from orgs.kernel import child
from orgs.kernel.sheets import MIB, FileRejected, Limits
from orgs.kernel.zip_guard import inspect_package


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: its extension, the content type it is sent back as, how it begins; of Office, its main part."""

    extension: str
    mime: str
    magic: bytes
    main_part: str = ""


_OFFICE = "application/vnd.openxmlformats-officedocument"
_FORMATS = (
    Format("pdf", "application/pdf", b"%PDF-"),
    Format("docx", f"{_OFFICE}.wordprocessingml.document", b"PK\x03\x04", "word/document.xml"),
    Format("xlsx", f"{_OFFICE}.spreadsheetml.sheet", b"PK\x03\x04", "xl/workbook.xml"),
    Format("jpg", "image/jpeg", b"\xff\xd8\xff"),
    Format("jpeg", "image/jpeg", b"\xff\xd8\xff"),
    Format("png", "image/png", b"\x89PNG\r\n\x1a\n"),
)
FORMATS = {each.extension: each for each in _FORMATS}
ACCEPT = ",".join(f".{extension}" for extension in FORMATS)
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
# What a report needs none of; a compressed part may hide it, which is why nothing here ever opens the file.
_ACTIVE = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/RichMedia")
_TAIL = 2048
_WORDS = {
    "suspicious": "odd_document",
    "macros": "macros_document",
    "unreadable": "unreadable_document",
    "too_slow": "odd_document",
}


def check_guarded(data: bytes, filename: str, limits: Limits | None = None) -> Format:
    """What kind of file it is. Raises FileRejected for one that is empty, too large, of another kind, or not what it says."""
    limits = limits or Limits()
    try:
        answer = child.ask("orgs.kernel.document_guard", data[: limits.bytes + 1], filename, limits)
    except FileRejected as rejected:
        if rejected.reason in _WORDS:
            raise FileRejected(_WORDS[rejected.reason]) from rejected
        raise
    return FORMATS[answer["extension"]]


def format_of(filename: str) -> Format | None:
    """The kind its name promises."""
    return FORMATS.get(filename.lower().rpartition(".")[2])


def inspect(data: bytes, filename: str, limits: Limits) -> Format:
    """The same within this process. Raises FileRejected."""
    if not data.strip():
        raise FileRejected("empty")
    if len(data) > limits.bytes:
        raise FileRejected("too_big", limit=limits.bytes // MIB)
    promised = format_of(filename)
    if promised is None:
        raise FileRejected("not_a_document")
    if data.startswith(_OLE):
        # An Office file with a password, or an old one under a new name.
        is_encrypted = "EncryptedPackage".encode("utf-16-le") in data
        raise FileRejected("encrypted_document" if is_encrypted else "not_that_document")
    if not data.startswith(promised.magic):
        raise FileRejected("not_that_document")
    if promised.main_part:
        inspect_package(data, promised.main_part, limits)
    elif promised.extension == "pdf":
        _inspect_pdf(data)
    return promised


def _inspect_pdf(data: bytes) -> None:
    if b"%%EOF" not in data[-_TAIL:]:
        raise FileRejected("unreadable_document")
    if any(word in data for word in _ACTIVE):
        raise FileRejected("active_document")
    if b"/Encrypt" in data[-_TAIL:]:
        raise FileRejected("encrypted_document")


def _as_json(file: BinaryIO, limits: Limits, filename: str) -> dict[str, object]:
    found = inspect(file.read(limits.bytes + 1), filename, limits)
    return {"extension": found.extension}


if __name__ == "__main__":
    child.answer(_as_json)
