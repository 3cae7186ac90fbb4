"""Uploading the annex: read, say row by row what is wrong, hand in the good forms in the uploader's name (D1).

`rows_total = accepted + rejected`, always. A unit's form goes in whole or not at all.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import EDITABLE, SubmissionStatus
from accounts.excel import collection_reading
from accounts.excel.collection_reading import LABELS, ReadRow
from accounts.exceptions import AccountsError, FormInvalid
from accounts.field_lists import RowInput, check_rows, read_fields
from accounts.models import Expected
from accounts.operations import collection
from accounts.operations.masked_cells import Unmasker, echo, scientific
from accounts.operations.upload_units import UnitFinder
from orgs.exceptions import Conflict, OrgsError
from orgs.kernel.sheets import RowError
from orgs.kernel.xlsx import read_guarded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from accounts.field_lists import Field, FieldError
    from accounts.models import CollectionRound, Submission
    from orgs.models import OrgUnit, User


@dataclass(frozen=True, slots=True)
class UnitForm:
    """One unit's whole form as the file has it."""

    unit_id: int
    unit_name: str
    rows: tuple[RowInput, ...]
    numbers: tuple[tuple[str, int], ...]  # (sheet, row) of each
    version: int = 0  # of the form as the preview found it; 0 where there was none

    @property
    def has_draft(self) -> bool:
        """Something is saved already, which the import replaces."""
        return self.version > 0


@dataclass(frozen=True, slots=True)
class Normalised:
    """A cell that is stored other than typed: white space, full-width digits."""

    sheet: str
    row: int
    column: str
    before: str
    after: str


@dataclass(slots=True)
class Preview:
    """What would happen: forms to hand in, rows refused with column, value, reason and remedy."""

    rows_total: int = 0
    forms: list[UnitForm] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    normalised: list[Normalised] = field(default_factory=list)
    ignored_sheets: list[str] = field(default_factory=list)

    @property
    def accepted(self) -> int:
        return sum(len(form.rows) for form in self.forms)

    @property
    def rejected(self) -> int:
        return len({(error.sheet, error.row) for error in self.errors})

    @property
    def outcome(self) -> str:
        if self.errors:
            return "reject_rows"
        return "accept_normalised" if self.normalised else "accept"


@dataclass(slots=True)
class Imported:
    """What did happen."""

    submitted: list[int] = field(default_factory=list)
    refused: list[tuple[UnitForm, str]] = field(default_factory=list)  # (form, why)


def preview(
    data: Path | bytes, filename: str, *, round: CollectionRound, unit: OrgUnit | None = None, by: User
) -> Preview:
    """Everything the file says, checked; nothing is written. Raises FileRejected or AccountsError for the whole file."""
    reading = collection_reading.read(read_guarded(data, filename))
    if not reading.rows:
        raise AccountsError(
            _("没有找到收集表的表头或数据。请使用下载的《微信及管理员信息收集表》填写后上传，不要改动表头。")
        )
    found = Preview(rows_total=len(reading.rows), ignored_sheets=reading.ignored_sheets)
    found.normalised = [
        Normalised(row.sheet, row.number, LABELS[code], echo(code, before), echo(code, after))
        for row in reading.rows
        for code, (before, after) in row.normalised.items()
    ]
    _Checker(round, by, unit, found).check(reading.rows)
    found.errors.sort(key=lambda error: (error.sheet, error.row))
    return found


def import_forms(
    forms: Iterable[UnitForm], *, round: CollectionRound, nonce: str, all_or_nothing: bool = False, by: User
) -> Imported:
    """Hand in the forms, each in a transaction of its own, or all in one. The same nonce twice hands in once."""
    done = Imported()
    if all_or_nothing:
        with transaction.atomic():
            for form in forms:
                try:
                    done.submitted.append(_submit(form, round, nonce, by).pk)
                except OrgsError as error:
                    raise AccountsError(f"{form.unit_name}：{error.message}") from error
        return done
    for form in forms:
        try:
            done.submitted.append(_submit(form, round, nonce, by).pk)
        except OrgsError as error:
            done.refused.append((form, error.message))
    return done


def take_in(found: Preview, *, round: CollectionRound, all_or_nothing: bool = False, by: User) -> Imported:
    """Import a preview at once; forms refused meanwhile become errors, so that the sums still agree."""
    done = import_forms(
        found.forms, round=round, nonce=secrets.token_hex(8), all_or_nothing=all_or_nothing, by=by
    )
    refused = {form.unit_id for form, _why in done.refused}
    found.forms[:] = [form for form in found.forms if form.unit_id not in refused]
    for form, why in done.refused:
        found.errors += [RowError(sheet, row, "", "", why) for sheet, row in form.numbers]
    return done


def as_json(found: Preview) -> dict[str, object]:
    """The result for a program: `rows_total = accepted + rejected rows`."""
    return {
        "outcome": found.outcome,
        "rows_total": found.rows_total,
        "accepted": found.accepted,
        "rejected": [
            {
                "sheet": each.sheet,
                "row": each.row,
                "column": each.column,
                "value": each.value,
                "message": each.message,
                "text": str(each),
            }
            for each in found.errors
        ],
        "normalised": [
            {"sheet": e.sheet, "row": e.row, "column": e.column, "from": e.before, "to": e.after}
            for e in found.normalised
        ],
        "message": "",
    }


@transaction.atomic
def _submit(form: UnitForm, round: CollectionRound, nonce: str, by: User) -> Submission:
    mine = Expected.objects.fillable_in_scope(by).select_related("unit")
    expected = mine.filter(round=round, unit_id=form.unit_id).first()
    if expected is None:
        raise AccountsError(_("这个团组织已不在本次填报或您的管理范围内，请重新上传文件。"))
    key = f"{nonce}:{form.unit_id}"
    try:
        return collection.submit(
            round, expected.unit, form.rows, version=form.version, idempotency_key=key, by=by
        )
    except Conflict as error:
        raise AccountsError(
            _("检查文件之后，这份收集表在别处保存过，没有覆盖。请核对后重新上传。")
        ) from error
    except FormInvalid as error:
        raise AccountsError(_("表中还有需要更正的内容，请重新上传。")) from error


class _Checker:
    """Maps rows to units and checks each unit's rows together."""

    def __init__(self, round: CollectionRound, by: User, unit: OrgUnit | None, found: Preview) -> None:
        self.round, self.found = round, found
        self.fields: Sequence[Field] = read_fields(round.field_list.fields)
        self.finder = UnitFinder(round, by=by, below=unit)

    def check(self, rows: Sequence[ReadRow]) -> None:
        units = self.finder.find([row.unit for row in rows])
        by_unit: dict[int, list[ReadRow]] = defaultdict(list)
        for row, (unit, message) in zip(rows, units, strict=True):
            if unit is None:
                self._refuse(row, _("填报单位"), self.finder.said(row.unit), message)
            else:
                by_unit[unit.pk].append(row)
        unmasker = Unmasker(self.fields, by_unit)
        for unit_id, own in by_unit.items():
            self._check_unit(self.finder.units[unit_id], own, unmasker)

    def _check_unit(self, unit: OrgUnit, rows: Sequence[ReadRow], unmasker: Unmasker) -> None:
        status = self.finder.status_of(unit.pk)
        if status is not None and status not in EDITABLE:
            label = SubmissionStatus(status).label
            for row in rows:
                self._refuse(
                    row,
                    "",
                    unit.name,
                    _("的收集表%(status)s，不能重复导入。如需更正，请先退回") % {"status": label},
                )
            return
        typed = [self._input(row, unit.pk, at, unmasker) for at, row in enumerate(rows)]
        checked, errors = check_rows(self.fields, typed)
        if errors or any(row.unreadable for row in rows):
            self._refuse_unit(unit, rows, errors)
            return
        numbers = tuple((row.sheet, row.number) for row in rows)
        self.found.forms.append(
            UnitForm(unit.pk, unit.name, checked, numbers, self.finder.version_of(unit.pk))
        )

    def _input(self, row: ReadRow, unit_id: int, at: int, unmasker: Unmasker) -> RowInput:
        values: dict[str, object] = {}
        personal: dict[str, object] = {}
        for each in self.fields:
            text = row.cells.get(each.code, "")
            (personal if each.personal else values)[each.code] = unmasker.full(unit_id, each, text)
        return RowInput(values, personal, continues=row.continues and at > 0)

    def _refuse_unit(self, unit: OrgUnit, rows: Sequence[ReadRow], errors: Sequence[FieldError]) -> None:
        wrong = {error.row for error in errors} | {at for at, row in enumerate(rows) if row.unreadable}
        for row in rows:
            for code in row.unreadable:
                message = _("是没有结果的公式或错误值，请改为直接填写文字或数字")
                self._refuse(row, LABELS[code], "", message)
        for error in errors:
            row = rows[error.row]
            if error.field in row.unreadable:
                continue
            text = row.cells.get(error.field, "")
            message = scientific(text) or (_("是隐去的号码，请填写完整") if "*" in text else error.message)
            self._refuse(row, LABELS.get(error.field, error.label), echo(error.field, text), message)
        for at, row in enumerate(rows):
            if at not in wrong:
                self._refuse(row, "", unit.name, _("的其他行有错，整张表没有导入，更正后请一起上传"))

    def _refuse(self, row: ReadRow, column: str, value: str, message: str) -> None:
        shown = message if column else f"“{value}”{message}"
        self.found.errors.append(RowError(row.sheet, row.number, column, value if column else "", shown))
