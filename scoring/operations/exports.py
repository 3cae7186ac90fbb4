"""A sheet as the file that people sign: rows of the database -> the paper of excel/sheet.py."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.exceptions import NotAllowed
from orgs.operations import ledger
from scoring.choices import Provenance
from scoring.excel import sheet as annex
from scoring.exceptions import NoSuchSheet
from scoring.models import Evidence, Score, Sheet
from scoring.tallies import SectionTally, tally

if TYPE_CHECKING:
    from orgs.models import User
    from scoring.models import Item

Row = list[str | int | Decimal | None]


@dataclass(frozen=True, slots=True)
class SheetFile:
    name: str
    content: bytes


def sheet_file(sheet: Sheet) -> SheetFile:
    """The .xlsx of one sheet, as it stands now."""
    scores = list(Score.objects.filter(sheet=sheet).in_sheet_order())
    result = tally(scores)
    paper = annex.Paper(
        title=sheet.title,
        unit=sheet.unit.name,
        date=_date_text(sheet),
        sections=[_section(section) for section in result.sections],
        full_points=points_of(result.full),
        workings=[_working(score) for score in scores],
        evidence=_evidence(scores),
    )
    return SheetFile(f"{sheet.year}_{sheet.unit.code}_{sheet.unit.name}.xlsx", annex.write(paper))


@transaction.atomic
def download(sheet: Sheet, *, by: User) -> SheetFile:
    """The file in somebody's hands, with a line in the ledger. Raises NotAllowed."""
    if not permissions.may(by, permissions.EXPORT, sheet.unit):
        raise NotAllowed
    file = sheet_file(sheet)
    ledger.record("sheet.downloaded", sheet, by=by, year=sheet.year)
    return file


def find_sheet(year: int, unit_code: str) -> Sheet:
    """Raises NoSuchSheet."""
    sheet = Sheet.objects.of_year(year).for_list().filter(unit__code=unit_code).first()
    if sheet is None:
        raise NoSuchSheet(
            _("没有 %(year)s 年、单位代码 %(code)s 的考评表，请先建立。") % {"year": year, "code": unit_code}
        )
    return sheet


def write_all(year: int, folder: Path) -> list[Path]:
    """Every sheet of the year, one file each; file names carry code and name of the unit."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(sheet_file(sheet), folder) for sheet in Sheet.objects.of_year(year).for_list()]


def points_of(points: Decimal) -> str:
    """1分, 0.4分, 2.1分: the column 分值 of the paper."""
    text = f"{points:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}分"


def content_of(item: Item) -> str:
    """主要内容, with the notice that goes with proposed rows (SUP-A)."""
    if item.provenance == Provenance.RECONSTRUCTED:
        return f"{item.content}（{Provenance.RECONSTRUCTED.label}）"
    return item.content


def _write(file: SheetFile, folder: Path) -> Path:
    path = folder / file.name.replace("/", "_")
    path.write_bytes(file.content)
    return path


def _date_text(sheet: Sheet) -> str:
    day = sheet.assessed_on
    return f"{day.year} 年 {day.month} 月 {day.day} 日" if day else "年   月   日"


def _section(section: SectionTally) -> annex.PaperSection:
    title = f"{section.section.title}({points_of(section.section.max_points)})"
    items = [
        annex.PaperItem(
            content_of(row.item),
            points_of(row.item.max_points),
            row.item.standard,
            row.self_points,
            row.points,
        )
        for row in section.items
    ]
    return annex.PaperSection(title, items)


def _working(score: Score) -> Row:
    arithmetic, criterion = score.arithmetic, score.criterion
    base = "、".join(
        str(part) for part in (arithmetic.get("base_year"), arithmetic.get("base_source")) if part
    )
    return [
        str(criterion),
        criterion.max_points,
        criterion.clause,
        arithmetic.get("numerator"),
        arithmetic.get("denominator"),
        arithmetic.get("ratio", ""),
        arithmetic.get("formula") or score.missing_label,
        score.computed_points,
        score.self_points,
        score.points,
        score.reason,
        arithmetic.get("week", ""),
        base,
    ]


def _evidence(scores: list[Score]) -> list[list[str]]:
    """佐证清单: named documents, and for counted criteria how many were presented."""
    rows = [
        [str(score.criterion), _("文件（会议记录）%(n)s 份") % {"n": score.entered_count}, ""]
        for score in scores
        if score.entered_count
    ]
    named = (
        Evidence.objects.filter(score__in=scores).select_related("score__criterion").order_by("score", "pk")
    )
    rows += [[str(e.score.criterion), e.title, e.dated_on.isoformat() if e.dated_on else ""] for e in named]
    return rows
