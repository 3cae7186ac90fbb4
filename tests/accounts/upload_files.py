"""Files as people and their programs make them, and as attackers would: each a function that gives its bytes.

Nothing of it is committed as a binary. `table(n)` are rows of the first n units of the university; every maker says in
its case (test_upload_classes.py) how many data rows it holds.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from accounts.excel import collection_form
from accounts.excel.collection_form import COLUMNS, Annex, AnnexRow, AnnexUnit

FLAT = [
    "组织路径", "官方微信-微信号", "官方微信-微信昵称", "官方微信-微信群个数", "官方微信-联系人数",
    "管理员-姓名", "管理员-微信号", "管理员-微信昵称", "管理员-QQ号", "管理员-手机",
]  # fmt: skip
CODES = ["path", *(column.code for column in COLUMNS)]
UNITS = {
    "hnu-law-1201": "海南大学团委/法学院团委/法学2012级1班团支部",
    "hnu-law-1202": "海南大学团委/法学院团委/法学2012级2班团支部",
    "hnu-law-1301": "海南大学团委/法学院团委/法学2013级1班团支部",
    "hnu-tour-1201": "海南大学团委/旅游学院团委/旅游2012级1班团支部",
}
SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
Row = list[object]


def row(at: int = 0, /, **changes: object) -> Row:
    """A good row of the unit at that place; `changes` by field code, `path` for the unit."""
    code, path = list(UNITS.items())[at]
    number = code.rpartition("-")[2] + str(at)
    values: dict[str, object] = {
        "path": path,
        "account_id": f"tuanzhibu_{number}",
        "account_nickname": f"海南大学{path.rpartition('/')[2]}微信群",
        "groups": "1",
        "contacts": str(40 + at),
        "admin_name": "管理员甲",
        "admin_wechat": f"guanli_{number}",
        "admin_nickname": "小管",
        "admin_qq": f"1234567{at}",
        "admin_mobile": f"1380000010{at}",
    }
    return list((values | changes).values())


def table(n: int = 3) -> list[Row]:
    return [row(at) for at in range(n)]


def cells(values: Row) -> dict[str, object]:
    """The row without its unit, by field code."""
    return dict(zip(CODES[1:], values[1:], strict=True))


# --- workbooks -------------------------------------------------------------------------------------
def packed(workbook: Workbook) -> bytes:
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def filled(rows: Iterable[Sequence[object]]) -> Workbook:
    workbook = Workbook()
    fill(sheet_of(workbook), rows)
    return workbook


def sheet_of(workbook: Workbook) -> Worksheet:
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)
    return sheet


def fill(sheet: Worksheet, rows: Iterable[Sequence[object]]) -> None:
    for values in rows:
        sheet.append(list(values))


def flat(rows: Iterable[Row], *, header: Sequence[object] = FLAT) -> bytes:
    return packed(filled([header, *rows]))


def column(rows: Iterable[Row], caption: str, *, drop: bool = False, rename: str = "") -> bytes:
    """The flat table with one column left out or renamed."""
    at = FLAT.index(caption)
    lines: list[list[object]] = [list(FLAT), *([*each] for each in rows)]
    if rename:
        lines[0][at] = rename
    if drop:
        lines = [[*each[:at], *each[at + 1 :]] for each in lines]
    return packed(filled(lines))


def annex(rows: Iterable[Row], unit: str, *, continues: Sequence[int] = ()) -> bytes:
    """The paper: two header rows under the title, the unit above them."""
    lines = [AnnexRow(cells(each), continues=at in continues) for at, each in enumerate(rows)]  # type: ignore[arg-type]
    return collection_form.write(Annex(unit, "校团委何", lines))


def detail(n: int, *, name: str = "明细") -> bytes:
    """The paper with sheet 明细, whose rows go by code."""
    lines = [
        AnnexRow(cells(row(at)), unit=AnnexUnit(code, "改过的名称"))  # type: ignore[arg-type]
        for at, code in enumerate(list(UNITS)[:n])
    ]
    return _renamed(collection_form.write(Annex("海南大学团委", "", lines, with_detail=True)), "明细", name)


def _renamed(data: bytes, old: str, new: str) -> bytes:
    return with_parts(
        data, {"xl/workbook.xml": part(data, "xl/workbook.xml").replace(f'name="{old}"', f'name="{new}"')}
    )


# --- raw XML ---------------------------------------------------------------------------------------
def part(data: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()


def with_parts(data: bytes, parts: dict[str, str | bytes]) -> bytes:
    """The workbook in which parts are replaced or added."""
    left, target = dict(parts), io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            new.writestr(name, left.pop(name, old.read(name)))
        for name, content in left.items():
            new.writestr(name, content)
    return target.getvalue()


def inline(values: Iterable[object], number: int) -> str:
    """A row of inline strings, as some programs write them; numbers given as `<v>…` are taken as they are."""
    found = []
    for at, value in enumerate(values):
        place = f'r="{chr(65 + at)}{number}"'
        text = str(value)
        if text.startswith("<"):
            found.append(f"<c {place}>{text}</c>")
        else:
            found.append(f'<c {place} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>')
    return f'<row r="{number}">{"".join(found)}</row>'


def raw(
    rows: Iterable[Row], *, dimension: str = "A1", before: str = "", after: str = "", more: str = ""
) -> bytes:
    """The flat table as raw XML: a sheet with inline strings."""
    lines = "".join(inline(values, number) for number, values in enumerate([FLAT, *rows], start=1))
    xml = (
        f'{before}<worksheet xmlns="{MAIN}"><dimension ref="{dimension}"/>'
        f"<sheetData>{lines}{more}</sheetData>{after}</worksheet>"
    )
    return with_parts(packed(Workbook()), {SHEET: xml})


def million_empty_rows() -> bytes:
    """As LibreOffice saves a styled sheet: one real row, the rest down to the last row empty but styled."""
    more = "".join(
        f'<row r="{n}" customFormat="false" ht="12.8" hidden="false" customHeight="false" outlineLevel="0" '
        f'collapsed="false"><c r="A{n}" s="0"/><c r="B{n}" s="0"/></row>'
        for n in range(3, 1_048_577)
    )
    return raw(table(1), dimension="A1:J1048576", more=more)


def million_merges() -> bytes:
    merges = "".join(f'<mergeCell ref="A{n}:B{n + 1}"/>' for n in range(10, 1_000_010))
    return raw(table(1), after=f"<mergeCells>{merges}</mergeCells>")


def shared_formulas() -> bytes:
    """Counts that are formulas with results, one of them shared."""
    lines = [inline(FLAT, 1)]
    for number, each in enumerate(table(2), start=2):
        formula = '<f t="shared" ref="E2:E3" si="0">20+21</f>' if number == 2 else '<f t="shared" si="0"/>'
        lines.append(inline([*each[:4], f"{formula}<v>41</v>", *each[5:]], number))
    return with_parts(
        packed(Workbook()),
        {SHEET: f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'},
    )


def external_links() -> bytes:
    """A link to another workbook: nobody follows it."""
    link = (
        f'<externalLink xmlns="{MAIN}"><externalBook xmlns:r="x" r:id="rId1"><sheetNames><sheetName val="a"/>'
        "</sheetNames></externalBook></externalLink>"
    )
    target = "http://192.0.2.1/a.xlsx"
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="http://x/externalLinkPath" Target="{target}" TargetMode="External"/></Relationships>'
    )
    return with_parts(
        raw(table(1)),
        {
            "xl/externalLinks/externalLink1.xml": link,
            "xl/externalLinks/_rels/externalLink1.xml.rels": rels,
        },
    )


# --- archives --------------------------------------------------------------------------------------
def bomb() -> bytes:
    return with_parts(flat(table(1)), {"xl/media/1.bin": b"\0" * 30_000_000})


def bomb_in_the_sheet() -> bytes:
    return raw(table(1), more=" " * 150_000_000)


def many_entries() -> bytes:
    return with_parts(flat(table(1)), {f"xl/media/{n}.png": "x" for n in range(600)})


def traversal() -> bytes:
    return with_parts(flat(table(1)), {"../../../tmp/evil.xml": "x"})


def xxe() -> bytes:
    return raw(table(1), before='<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>')


def entity_bomb() -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return raw(table(1), before=f'<!DOCTYPE x [<!ENTITY e0 "ha">{entities}]>')


def macros() -> bytes:
    return with_parts(flat(table(1)), {"xl/vbaProject.bin": b"x"})


def other_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("资料.txt", "x")
    return out.getvalue()


def old_excel() -> bytes:
    return bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 2000


def encrypted() -> bytes:
    return old_excel() + "EncryptedPackage".encode("utf-16-le")


# --- CSV -------------------------------------------------------------------------------------------
def csv(rows: Iterable[Sequence[object]], *, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    lines = [delimiter.join(str(each) for each in values) for values in [FLAT, *rows]]
    return "".join(f"{line}\r\n" for line in lines).encode(encoding)


def without_last_field(data: bytes, line: int) -> bytes:
    lines = data.split(b"\r\n")
    lines[line] = re.sub(rb",[^,]*$", b"", lines[line])
    return b"\r\n".join(lines)


def visible(text: str) -> str:
    """The text without white space and characters that can't be seen: "" where a reader would see nothing."""
    hidden = ("Cc", "Cf", "Cs", "Zs", "Zl", "Zp")
    return "".join(each for each in text if unicodedata.category(each) not in hidden)
