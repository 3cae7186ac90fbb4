"""A sheet as the file that people sign: rows of the database -> the paper of excel/sheet.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.exceptions import NotAllowed
from orgs.operations import ledger
from scoring.excel import sheet as annex
from scoring.exceptions import NoSuchSheet
from scoring.models import Sheet
from scoring.operations import alone, telling
from scoring.operations.sheet_papers import paper_of
from scoring.operations.sheets import own_units

if TYPE_CHECKING:
    from orgs.models import User

LONGEST_NAME = 60  # characters of a unit's name, as systems hold a file's name to 255 bytes


@dataclass(frozen=True, slots=True)
class SheetFile:
    name: str
    content: bytes


def sheet_file(sheet: Sheet) -> SheetFile:
    """The .xlsx of one sheet, as it stands now."""
    return file_of(Sheet.objects.filter(pk=sheet.pk).for_files().get())


def file_of(sheet: Sheet) -> SheetFile:
    """The .xlsx of a sheet read `for_files`; no statement."""
    return SheetFile(file_name(sheet), annex.write(paper_of(sheet, list(sheet.scores.all()))))


def file_name(sheet: Sheet) -> str:
    """Year, code and name of the unit; a correction says which."""
    name = f"{sheet.year}_{sheet.unit.code}_{sheet.unit.name[:LONGEST_NAME]}"
    revision = _("_第%(n)s次修订") % {"n": sheet.revision} if sheet.revision > 1 else ""
    return f"{name}{revision}.xlsx".replace("/", "_")


@transaction.atomic
def download(sheet: Sheet, *, by: User) -> SheetFile:
    """The file in somebody's hands, with what they may read in it and a line in the ledger. Raises NotAllowed."""
    # The unit's own paper is no export of others' data: who assesses it there may fill it outside the portal too.
    is_own = sheet.unit_id in own_units(by, permissions.SELF_ASSESS)
    if not (is_own or permissions.may(by, permissions.EXPORT, sheet.unit)):
        raise NotAllowed
    (sheet,) = telling.shown_to(by, Sheet.objects.filter(pk=sheet.pk).for_files())
    if alone.scores_alone(by, sheet):
        alone.laid_over(sheet.scores.all(), alone.own_points(by, sheet), by)
    file = file_of(sheet)
    ledger.record("sheet.downloaded", sheet, by=by, year=sheet.year)
    return file


def find_sheet(year: int, unit_code: str) -> Sheet:
    """Raises NoSuchSheet."""
    sheet = Sheet.objects.of_year(year).standing().filter(unit__code=unit_code).for_files().first()
    if sheet is None:
        raise NoSuchSheet(
            _("没有 %(year)s 年、单位代码 %(code)s 的考评表，请先建立。") % {"year": year, "code": unit_code}
        )
    return sheet
