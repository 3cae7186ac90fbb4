"""What kinds of documents are taken, and what hides behind their names."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import Workbook

from orgs.kernel.document_guard import check_guarded, inspect
from orgs.kernel.sheets import FileRejected, Limits

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
JPG = b"\xff\xd8\xff\xe0" + b"\0" * 20
OLE = bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 100


def package(main="word/document.xml", **parts):
    """A document of Office; parts by name with "__" for "/"."""
    made = {"[Content_Types].xml": b"<Types/>", main: b"<w:document/>"}
    made |= {name.replace("__", "/"): content for name, content in parts.items()}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in made.items():
            archive.writestr(name, content)
    return file.getvalue()


def workbook():
    file = io.BytesIO()
    book = Workbook()
    book.active["A1"] = "总结"
    book.save(file)
    return file.getvalue()


def reason(data, name, **limits):
    with pytest.raises(FileRejected) as refused:
        inspect(data, name, Limits(**limits))
    assert "请" in refused.value.message
    return refused.value.reason


@pytest.mark.parametrize(("data", "name", "extension"), [
    (PDF, "总结.pdf", "pdf"), (PDF, "总结.PDF", "pdf"), (PNG, "a.png", "png"), (JPG, "a.jpg", "jpg"), (JPG, "a.jpeg", "jpeg"),
    (package(), "方案.docx", "docx"), (workbook(), "表.xlsx", "xlsx"),
])  # fmt: skip
def test_these_are_taken(data, name, extension):
    assert inspect(data, name, Limits()).extension == extension


def test_a_child_process_says_the_same():
    assert check_guarded(package(), "方案.docx").mime.endswith("wordprocessingml.document")
    with pytest.raises(FileRejected, match="内容与扩展名不符"):
        check_guarded(PDF, "方案.docx")
    with pytest.raises(FileRejected, match="含有宏"):
        check_guarded(package(word__vbaProject=b"x", **{"word__vbaProject.bin": b"x"}), "方案.docx")


@pytest.mark.parametrize(("data", "name", "why"), [
    (b"", "a.pdf", "empty"), (b"  \n", "a.pdf", "empty"), (PDF, "a", "not_a_document"), (PDF, "a.exe", "not_a_document"),
    (PDF, "a.pdf.html", "not_a_document"), (b"<html>", "a.svg", "not_a_document"), (PNG, "a.pdf", "not_that_document"),
    (PDF, "a.png", "not_that_document"), (workbook(), "a.docx", "not_that_document"), (package(), "a.xlsx", "not_that_document"),
    (b"PK\x03\x04rest", "a.docx", "unreadable_document"), (OLE, "a.docx", "not_that_document"),
    (OLE + "EncryptedPackage".encode("utf-16-le"), "a.docx", "encrypted_document"), (PDF[:-8], "a.pdf", "unreadable_document"),
    (PDF.replace(b"<<>>endobj", b"<</S/JavaScript>>endobj"), "a.pdf", "active_document"),
    (PDF.replace(b"trailer<<>>", b"trailer<</Encrypt 3 0 R>>"), "a.pdf", "encrypted_document"),
    (package(**{"word__vbaProject.bin": b"x"}), "a.docx", "macros"), (package(**{"..__evil.xml": b"x"}), "a.docx", "suspicious"),
    (package(word__other="<!DOCTYPE a>"), "a.docx", None),
    (package(**{"word__other.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]>"}), "a.docx", "suspicious"),
    (package(**{"word__big.xml": b"\0" * 3_000_000}), "a.docx", "suspicious"),
])  # fmt: skip
def test_these_are_refused_with_words(data, name, why):
    if why is None:
        assert inspect(data, name, Limits()).extension == "docx"
    else:
        assert reason(data, name) == why


def test_a_document_that_may_run_macros_is_refused():
    kinds = b'<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
    assert reason(package(**{"[Content_Types].xml": kinds}), "a.docx") == "macros"


def test_too_large_is_too_large():
    assert reason(PDF + b" " * 2000, "a.pdf", bytes=1000) == "too_big"
