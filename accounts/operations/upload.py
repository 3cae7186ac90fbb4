"""Uploading a collection form: read, say row by row what is wrong, hand in the good forms in the uploader's name (D1).

`rows_total = accepted + rejected`, always. A unit's form goes in whole or not at all.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.excel import collection_reading
from accounts.excel.captions import FormCaptions
from accounts.exceptions import AccountsError
from accounts.field_lists import read_fields
from accounts.operations.handing_in import HandingIn, Imported, hand_in
from accounts.operations.masked_cells import shortened
from accounts.operations.upload_check import Checker
from accounts.operations.upload_found import Normalised, Preview, UnitForm, as_json
from orgs.kernel.sheets import Limits, RowError
from orgs.kernel.xlsx import read_guarded

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from accounts.excel.collection_reading import Reading
    from accounts.models import CollectionRound
    from orgs.models import OrgUnit, User

__all__ = [
    "Imported",
    "Normalised",
    "Preview",
    "UnitForm",
    "as_json",
    "check",
    "import_forms",
    "preview",
    "read",
    "refuse_whole",
    "take_in",
]
ROWS_BESIDE_THE_DATA = 100


def preview(
    data: Path | bytes, filename: str, *, round: CollectionRound, unit: OrgUnit | None = None, by: User
) -> Preview:
    """Everything the file says, checked; nothing is written. Raises FileRejected or AccountsError for the whole file.

    `unit`: only rows of its subtree are taken. Six statements per 500 rows, however many cells are masked.
    """
    return check(read(data, filename, round=round), round=round, unit=unit, by=by)


def read(data: Path | bytes, filename: str, *, round: CollectionRound) -> Reading:
    """What the file says, unchecked. Raises FileRejected or AccountsError."""
    fields = read_fields(round.field_list.fields)
    form = FormCaptions.of(fields, round.field_list.title)
    required = [each.code for each in fields if each.required]
    reading = collection_reading.read(read_guarded(data, filename, _limits()), form, required)
    _ensure_readable(reading, form)
    return reading


def check(reading: Reading, *, round: CollectionRound, unit: OrgUnit | None = None, by: User) -> Preview:
    """Whose each row is, and whether it may go in; nothing is written."""
    found = Preview(rows_total=len(reading.rows), ignored_sheets=reading.ignored_sheets, notes=reading.notes)
    Checker(round, by, unit, found).check(reading.rows)
    order = {(row.sheet, row.number): at for at, row in enumerate(reading.rows)}
    found.errors.sort(key=lambda error: order[error.sheet, error.row])
    found.normalised.sort(key=lambda each: order[each.sheet, each.row])
    return found


def _limits() -> Limits:
    """The limits of the settings; the header and what stands above and below the table are no data rows."""
    limits = Limits(**settings.UPLOAD_LIMITS)
    return replace(limits, rows=limits.rows + ROWS_BESIDE_THE_DATA)


def _ensure_readable(reading: Reading, form: FormCaptions) -> None:
    if reading.faults:
        raise AccountsError("".join(reading.faults))
    if not reading.has_header:
        raise AccountsError(
            _(
                "没有找到收集表的表头。表头应为两行（“%(groups)s”及其下各列），或“%(label)s”这样的一行。"
                "请使用下载的《%(title)s》填写后上传，不要改动表头。"
            )
            % {
                "groups": "”“".join(form.groups),
                "label": next(iter(form.labels.values())),
                "title": form.title,
            }
        )
    if not reading.rows:
        raise AccountsError(_("表头下面没有填写内容，请填写后重新上传。"))
    most = settings.UPLOAD_LIMITS["rows"]
    if len(reading.rows) > most:
        raise AccountsError(_("数据超过 %(most)d 行，请拆成几个文件上传。") % {"most": most})


def import_forms(
    forms: Iterable[UnitForm], *, round: CollectionRound, nonce: str, all_or_nothing: bool = False, by: User
) -> Imported:
    """Hand in the forms, 500 in a transaction, or all in one. The same nonce twice hands in once."""
    task = HandingIn(round, nonce, by)
    return hand_in(forms, task, all_or_nothing=all_or_nothing)


def take_in(found: Preview, *, round: CollectionRound, all_or_nothing: bool = False, by: User) -> Imported:
    """Import a preview at once; forms refused meanwhile become errors, so that the sums still agree."""
    done = import_forms(
        found.forms, round=round, nonce=secrets.token_hex(8), all_or_nothing=all_or_nothing, by=by
    )
    refused = {form.unit_id for form, _why in done.refused}
    found.forms[:] = [form for form in found.forms if form.unit_id not in refused]
    for form, why in done.refused:
        found.errors += _refused(form, why)
    return done


def refuse_whole(found: Preview) -> None:
    """All or nothing, and a row is wrong: the good rows are refused too, each with the reason, so that the sums agree."""
    why = _("本身没有错，但同一文件中有的行有错，按“有一行错就全部不导入”没有导入，请更正后重新上传")
    for form in found.forms:
        found.errors += _refused(form, why)
    found.forms.clear()


def _refused(form: UnitForm, why: str) -> list[RowError]:
    """The form's rows as refused, for a reason of none of their cells."""
    caption, name = _("填报单位"), shortened(form.unit_name)
    return [RowError(sheet, row, caption, name, why) for sheet, row in form.numbers]
