"""Each class of bad file at each door (reliability D1, D3): refused in words, nothing kept, nothing run in our own process.

What a door does with a good file stands in its own tests, and every class of the collection form in
tests/accounts/test_upload_classes.py.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from django import forms
from django.conf import settings as real_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from orgs.http import SANDBOX, attachment
from orgs.kernel.document_guard import FORMATS
from orgs.operations.documents import LONGEST_NAME, shown_name
from reporting.models import SpotCheck
from scoring.models import Evidence
from tests.accounts.upload_cases import CASES, FILE
from tests.architecture import doors as sources
from tests.architecture.matrix import MATRIX
from tests.architecture.source_findings import findings
from tests.architecture.statements import written
from tests.architecture.upload_doors import DOCUMENT, DOORS, PICTURE, TABLE, TEXT, Door
from tests.orgs.test_document_guard import JPG, OLE, PDF, PNG, package

pytestmark = [pytest.mark.django_db, pytest.mark.once]

ROOT = Path(real_settings.BASE_DIR)
BEHIND = {each.url: each for found in DOORS.values() for each in found}
# What opens an archive or reads a spreadsheet or XML: only what runs as a process of its own, and what we write ourselves.
IN_THE_CHILD = {
    "orgs/kernel/zip_guard.py",
    "orgs/kernel/worksheet_count.py",
    "orgs/kernel/workbook_parser.py",
}
WE_WRITE = {"accounts/excel/collection_form_large.py", "scoring/operations/year_files.py"}
# Who runs the installation looks for a person in what is kept: bytes only, up to a set size, nothing is parsed.
LOOKED_THROUGH = {"config/erasure/files.py"}
MACROS = package(**{"word__vbaProject.bin": b"x"})
BOMB = package(**{"word__big.xml": b"\0" * 3_000_000})
ENTITIES = package(**{"word__other.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]>"})
DOCUMENTS = {
    "program": (b"MZ\x90\0", "a.exe", "只接收"),
    "page": (b"<html><script>alert(1)</script>", "a.html", "只接收"),
    "svg": (b"<svg onload='alert(1)'/>", "a.svg", "只接收"),
    "page called pdf": (b"<html><script>alert(1)</script>", "a.pdf", "与扩展名不符"),
    "pdf called png": (PDF, "a.png", "与扩展名不符"),
    "zip called xlsx": (package(), "a.xlsx", "与扩展名不符"),
    "truncated": (PDF[:-8], "a.pdf", "损坏"),
    "scripts": (PDF.replace(b"<<>>endobj", b"<</S/JavaScript>>endobj"), "a.pdf", "脚本"),
    "encrypted": (OLE + "EncryptedPackage".encode("utf-16-le"), "a.docx", "打开密码"),
    "macros": (MACROS, "a.docx", "含有宏"),
    "traversal": (package(**{"..__evil.xml": b"x"}), "a.docx", "结构不正常"),
    "bomb": (BOMB, "a.docx", "结构不正常"),
    "entities": (ENTITIES, "a.docx", "结构不正常"),
    "empty": (b"", "a.pdf", "空的"),
}
PICTURES = {
    "page": (b"<html><script>alert(1)</script>", "a.png", "图片不能使用"),
    "head and page": (PNG[:8] + b"<script>alert(1)</script>", "a.png", "图片不能使用"),
    "cut off": (JPG, "a.jpg", "图片不能使用"),
    "too large": (b"\xff\xd8\xff" + b"\0" * 2_100_000, "a.jpg", "图片不能使用"),
}
TEXTS = {
    "zip": (package(), "a.yaml", "UTF-8"),
    "no YAML": (b"a: [", "a.yaml", "YAML"),
    "anchors": (b"a: &a [1]\nb: *a\n", "a.yaml", "引用"),
    "objects": (b"a: !!python/object/apply:os.system [id]\n", "a.yaml", "标记"),
    "too large": (b"#" * 1_100_000, "a.yaml", ""),
}
BY_A_JOB = ("accounts:upload-annex", "bomb in the sheet")
SHORT = {"html", "truncated", "bomb", "XXE", "too much memory", "empty file"}
TABLES = {
    # The collection form counts its data rows, the others every row.
    name: (case.make, case.name, case.says[0].partition("，")[0].removeprefix("数据"), case.settings)
    for name, case in CASES.items()
    if case.outcome == FILE
    and "表头" not in case.says[0]
    and "列" not in case.says[0]
    and "缺少" not in case.says[0]
}


def of_kind(*kinds: str) -> list[Door]:
    return [each for each in BEHIND.values() if each.kind in kinds]


def forms_with_a_file() -> set[str]:
    """Paths of the form classes that take a file."""
    for path in ROOT.glob("*/forms/**/*.py"):
        importlib.import_module(
            ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        )
    found, waiting = set(), list(forms.BaseForm.__subclasses__())
    while waiting:
        each = waiting.pop()
        waiting += each.__subclasses__()
        fields = getattr(each, "base_fields", {}).values()
        if not each.__module__.startswith("django") and any(isinstance(f, forms.FileField) for f in fields):
            found.add(f"{each.__module__}.{each.__qualname__}")
    return {name for name in found if name.split(".")[0] in sources.APPS}


def test_every_form_that_takes_a_file_has_its_doors():
    assert forms_with_a_file() == set(DOORS)


def test_files_come_in_by_forms_only():
    """`request.FILES` goes into a form, nowhere else, and no view reads the body itself."""
    assert findings().loose_files == []


def test_what_others_made_is_opened_in_a_process_of_its_own_only():
    assert findings().parsing == IN_THE_CHILD | WE_WRITE | LOOKED_THROUGH


@pytest.fixture
def through(world, cast, sign_in, settings, tmp_path):
    """through(door, data, name) -> the answer, and the tables that were written."""
    settings.MEDIA_ROOT = tmp_path

    def _through(door: Door, data: bytes, name: str):
        row = MATRIX[door.url]
        about = door.subject(world[door.code], cast) if door.subject else None
        address = reverse(door.url, args=row.args(about) if about else [])
        sent = door.data(world, cast) | {door.field_name: SimpleUploadedFile(name, data)}
        before = files_in(tmp_path)
        client = sign_in(door.who)
        with written() as seen:
            answer = client.post(address, sent)
        return answer, seen.tables, files_in(tmp_path) - before

    return _through


def files_in(folder: Path) -> set[Path]:
    return {each for each in folder.rglob("*") if each.is_file()}


def is_refused(answer, tables: set[str], files: set[Path], word: str) -> None:
    """In words beside the field; nothing is kept but that somebody tried."""
    page = answer.content.decode()
    assert (answer.status_code, word in page) == (422, True), page[-1500:]
    assert "请" in page
    assert {each for each in tables if not each.startswith(("orgs_audit", "accounts_uploadbatch"))} == set()
    assert files == set()


def shorter(cases: dict, few: set[str]) -> list:
    return [pytest.param(name, marks=() if name in few else pytest.mark.long) for name in cases]


@pytest.mark.parametrize("case", shorter(TABLES, SHORT))
@pytest.mark.parametrize("door", of_kind(TABLE), ids=lambda door: door.url)
def test_what_is_no_honest_table_is_refused_at_every_door(through, settings, door, case):
    if (door.url, case) == BY_A_JOB:
        pytest.skip("a large file is looked at by a job: tests/accounts/test_upload_classes.py has it")
    make, name, word, limits = TABLES[case]
    settings.UPLOAD_LIMITS = settings.UPLOAD_LIMITS | (limits or {})
    is_refused(*through(door, make(), name), word)


@pytest.mark.parametrize(
    "case", shorter(DOCUMENTS, {"page called pdf", "scripts", "macros", "traversal", "program"})
)
@pytest.mark.parametrize("door", of_kind(DOCUMENT), ids=lambda door: door.url)
def test_what_is_none_of_the_few_kinds_is_refused_at_every_door(through, door, case):
    is_refused(*through(door, *DOCUMENTS[case][:2]), DOCUMENTS[case][2])


@pytest.mark.parametrize("case", PICTURES)
@pytest.mark.parametrize("door", of_kind(PICTURE), ids=lambda door: door.url)
def test_what_is_no_picture_is_refused(through, door, case):
    answer, _tables, files = through(door, *PICTURES[case][:2])
    is_refused(answer, set(), files, PICTURES[case][2])
    assert not SpotCheck.objects.exists(), "the check and its picture are one transaction"


@pytest.mark.parametrize("case", TEXTS)
@pytest.mark.parametrize("door", of_kind(TEXT), ids=lambda door: door.url)
def test_what_is_no_plain_text_is_refused(through, door, case):
    is_refused(*through(door, *TEXTS[case][:2]), TEXTS[case][2])


HOSTILE_NAMES = [
    "../../etc/passwd.pdf",
    "..\\..\\windows\\a.pdf",
    "/etc/cron.d/a.pdf",
    "a\r\nSet-Cookie: x=1.pdf",
    'a";filename="b.html.pdf',
    "a\0b.pdf",
    "\u202efdp.exe.pdf",
    "CON.pdf",
    ".pdf",
    "长" * 300 + ".pdf",
    "<img src=x onerror=alert(1)>.pdf",
    "=cmd|' -C calc'!A0.pdf",
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_no_name_of_a_file_reaches_a_path_or_a_header(name):
    shown = shown_name(name, FORMATS["pdf"])
    assert not set(shown) & set('\0\r\n\\/:*?"<>|\u202e')
    assert shown.endswith(".pdf")
    assert len(shown) <= LONGEST_NAME
    answer = attachment(PDF, FORMATS["pdf"], shown)
    header = answer["Content-Disposition"]
    assert header.startswith("attachment")
    assert not set(header) & set("\r\n")
    assert (answer["X-Content-Type-Options"], answer["Content-Security-Policy"]) == ("nosniff", SANDBOX)


def test_a_stored_file_bears_a_name_of_ours_outside_what_is_served(through, settings, cast):
    answer, _tables, files = through(BEHIND["scoring:add-evidence"], PDF, "../../<b>.pdf")
    assert answer.status_code == 302
    (stored,) = files
    assert stored.name == Evidence.objects.get().stored_name
    assert len(stored.stem) == 32
    assert PDF not in stored.read_bytes()
    assert stored.stat().st_mode & 0o077 == 0
    served = [Path(real_settings.STATIC_ROOT), *map(Path, real_settings.STATICFILES_DIRS)]
    kept = Path(real_settings.MEDIA_ROOT)
    assert not [each for each in served if each in (kept, *kept.parents) or kept in each.parents]
    assert not settings.MEDIA_URL.strip("/"), "nothing is served by its path"
