"""Checking what a file says: whose each row is, whether it fits the form, and whether its accounts are free. Set by set."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.choices import EDITABLE, SubmissionStatus
from accounts.excel.collection_headers import UNIT_KEYS
from accounts.field_lists import RowInput, check_rows, read_fields
from accounts.models import Account
from accounts.naming import identifier_key
from accounts.operations.masked_cells import Unmasker, echo, is_masked, is_spoilt, shortened, spoilt_remedy
from accounts.operations.prefill import DEFAULT_PLATFORM
from accounts.operations.upload_found import Normalised, Preview, UnitForm
from accounts.operations.upload_units import CHUNK, UnitFinder
from orgs.kernel.sheets import RowError, whole_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.excel.collection_reading import ReadRow
    from accounts.field_lists import Field
    from accounts.models import CollectionRound
    from accounts.operations.upload_units import FoundUnit
    from orgs.models import OrgUnit, User

_NUMBERS = frozenset({"count", "qq", "mobile"})
_SHORTEST_QQ = 5


class Checker:
    """Maps rows to units and checks each unit's rows together; fills the preview."""

    def __init__(self, round: CollectionRound, by: User, unit: OrgUnit | None, found: Preview) -> None:
        self.round, self.found = round, found
        self.fields: Sequence[Field] = read_fields(round.field_list.fields)
        self._by_code = {each.code: each for each in self.fields}
        self._identifier = next((e.code for e in self.fields if e.target == "account.identifier"), "")
        self._first = self._identifier or self.fields[0].code  # where a row that says nothing is told so
        self.finder = UnitFinder(round, by=by, below=unit)
        self._held: dict[str, int] = {}  # account id as registered -> the unit that has it
        self._seen: dict[str, tuple[int, ReadRow]] = {}  # account id -> unit and row that named it first

    def check(self, rows: Sequence[ReadRow]) -> None:
        """Every row ends either in a form of the preview or among its errors."""
        sound = [row for row in rows if not row.fault]
        for row in rows:
            if row.fault:
                self._refuse(row, row.unit_caption, self.finder.said(row.unit), row.fault)
        by_unit: dict[int, list[ReadRow]] = defaultdict(list)
        for row, (unit, message) in zip(sound, self.finder.find([row.unit for row in sound]), strict=True):
            if UNIT_KEYS & set(row.unreadable):
                self._refuse(row, row.unit_caption, self.finder.said(row.unit), _broken())
            elif unit is None:
                self._refuse(row, row.unit_caption, self.finder.said(row.unit), message)
            else:
                by_unit[unit.pk].append(row)
        self._load_holders(sound)
        unmasker = Unmasker(self.fields, by_unit, self.round)
        for unit_id, own in by_unit.items():
            self._check_unit(self.finder.units[unit_id], own, unmasker)

    def _load_holders(self, rows: Sequence[ReadRow]) -> None:
        """Which unit has each account of the file now (invariant A1); one statement per 500 accounts."""
        keys = sorted({key for row in rows if (key := self._account_key(row))})
        for at in range(0, len(keys), CHUNK):
            active = Account.objects.active().filter(
                platform_id=DEFAULT_PLATFORM, identifier_key__in=keys[at : at + CHUNK]
            )
            self._held.update(active.values_list("identifier_key", "unit_id"))

    def _account_key(self, row: ReadRow) -> str:
        return identifier_key(row.cells.get(self._identifier, ""))

    def _check_unit(self, unit: FoundUnit, rows: Sequence[ReadRow], unmasker: Unmasker) -> None:
        status = self.finder.status_of(unit.pk)
        if status is not None and status not in EDITABLE:
            label = SubmissionStatus(status).label
            message = _("的收集表%(status)s，不能重复导入。如需更正，请先退回") % {"status": label}
            for row in rows:
                self._refuse(row, row.unit_caption, unit.name, message)
            return
        typed = [self._input(row, unit.pk, at, unmasker) for at, row in enumerate(rows)]
        wrong = self._wrong_cells(unit, rows, typed)
        checked, errors = check_rows(self.fields, typed)
        for error in errors:
            row = rows[error.row]
            wrong.setdefault((error.row, error.field), self._remedy(row, error.field, error.message))
        if wrong:
            self._refuse_unit(unit, rows, wrong)
            return
        self.found.forms.append(
            UnitForm(
                unit.pk,
                unit.name,
                checked,
                tuple((row.sheet, row.number) for row in rows),
                self.finder.version_of(unit.pk),
            )
        )
        for row, stored in zip(rows, checked, strict=False):
            self._note_changes(row, stored)

    def _input(self, row: ReadRow, unit_id: int, at: int, unmasker: Unmasker) -> RowInput:
        values: dict[str, object] = {}
        personal: dict[str, object] = {}
        full = unmasker.full(unit_id, row)
        for each in self.fields:
            text = full.get(each.code, row.cells.get(each.code, ""))
            text = (whole_number(text) or text) if each.type in _NUMBERS else text
            (personal if each.personal else values)[each.code] = text
        return RowInput(values, personal, continues=row.continues and at > 0)

    def _wrong_cells(
        self, unit: FoundUnit, rows: Sequence[ReadRow], typed: Sequence[RowInput]
    ) -> dict[tuple[int, str], str]:
        """What the check of typed forms can't know: (row, field) -> what is wrong and what to do."""
        wrong: dict[tuple[int, str], str] = {}
        for at, (row, given) in enumerate(zip(rows, typed, strict=True)):
            wrong |= {(at, code): _broken() for code in row.unreadable}
            for each in self.fields:
                if each.code in row.dates:
                    wrong[at, each.code] = _("被表格当成了日期，请把该列设为文本后重填")
                elif is_masked(each, str(given.get(each))):
                    wrong[at, each.code] = _("是隐去的内容，与系统里登记的对不上，请填写完整")
            if message := self._elsewhere(unit, row):
                wrong.setdefault((at, self._identifier), message)
            if not row.unreadable and not any(row.cells.values()):
                wrong[at, self._first] = _("没有填写，请填写这一行或把它删去")
        return wrong

    def _elsewhere(self, unit: FoundUnit, row: ReadRow) -> str:
        """Why the row's account can't be this unit's."""
        key = self._account_key(row)
        if not key:
            return ""
        if self._held.get(key, unit.pk) != unit.pk:
            return _("已由其他团组织登记，请核对是否填错；确属本单位的，请先提出争议，由共同上级核实")
        first_unit, first = self._seen.setdefault(key, (unit.pk, row))
        if first_unit == unit.pk:
            return ""
        return _("与“%(sheet)s”第 %(row)d 行重复，一个微信号只能属于一个团组织，请核对后更正") % {
            "sheet": first.sheet,
            "row": first.number,
        }

    def _remedy(self, row: ReadRow, code: str, message: str) -> str:
        text = row.cells.get(code, "")
        each = self._by_code.get(code)
        if is_spoilt(text):
            return spoilt_remedy()
        if each and each.type == "qq" and text.isdigit() and len(text) < _SHORTEST_QQ:
            return _("只有 %(n)d 位，可能丢了开头的数字或 0，请把该列设为文本后重填") % {"n": len(text)}
        return message if "请" in message else _("%(message)s，请更正后重填") % {"message": message}

    def _refuse_unit(
        self, unit: FoundUnit, rows: Sequence[ReadRow], wrong: dict[tuple[int, str], str]
    ) -> None:
        for (at, code), message in wrong.items():
            row = rows[at]
            if code in self._by_code:
                value = echo(self._by_code[code], row.originals.get(code, row.cells.get(code, "")))
                self._refuse(row, row.caption(code), value, message)
            else:
                self._refuse(row, row.unit_caption, unit.name, message)
        named = {at for at, _code in wrong}
        for at, row in enumerate(rows):
            if at not in named:
                message = _("的其他行有错，整张表没有导入，更正后请一起上传")
                self._refuse(row, row.unit_caption, unit.name, message)

    def _refuse(self, row: ReadRow, column: str, value: str, message: str) -> None:
        self.found.errors.append(RowError(row.sheet, row.number, column, shortened(value), message))

    def _note_changes(self, row: ReadRow, stored: RowInput) -> None:
        """Cells that are stored other than they stand in the file. A kept number is no change."""
        for code, before in row.originals.items():
            if code.startswith("unit_"):
                self._note(row, row.caption(code), shortened(before), shortened(row.unit.get(code, "")))
        for each in self.fields:
            text = row.cells.get(each.code, "")
            before, kept = row.originals.get(each.code, text), stored.get(each)
            if not text or before == str(kept):
                continue
            after = each.shown(kept)
            if after and after != before and not is_masked(each, text):
                self._note(row, row.caption(each.code), echo(each, before), echo(each, after))

    def _note(self, row: ReadRow, column: str, before: str, after: str) -> None:
        self.found.normalised.append(Normalised(row.sheet, row.number, column, before, after))


def _broken() -> str:
    return _("是没有结果的公式或错误值，请改为直接填写文字或数字")
