"""A form as data: its fields, and the check of typed rows against them. Pure; used by the page, the file and the operation."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import LARGEST_COUNT
from accounts.naming import clean_identifier, clean_text, identifier_key
from orgs.kernel.crypto import normalise_mobile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.utils.functional import _StrPromise

# Fields of the group `administrator` repeat for further people of the row above; every other group is the row's own.
OFFICIAL, ADMINISTRATOR = "official", "administrator"
# Fields by what they mean that the person who fills can answer: whose name and mobile they are.
OWN_NAME = ("administrator.name", "account.responsible_name")
OWN_MOBILE = ("administrator.mobile", "responsible.mobile")
# How a group without a label of its own is called.
_GROUP_LABELS = {OFFICIAL: "官方微信", ADMINISTRATOR: "微信管理员"}
_WECHAT_ID = re.compile(r"[A-Za-z][A-Za-z0-9_\-]{5,}", re.ASCII)
_QQ = re.compile(r"[1-9]\d{4,11}", re.ASCII)
_ROW_TWICE = gettext_lazy("与前面填写的重复，请删去一个或更正")
_PERSON_TWICE = gettext_lazy("与前面的管理员重复，请删去一名或更正")
_COUNT = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a field list (`FieldList.fields`). `choices`: [value, label] of a type `choice`."""

    code: str
    group: str
    label: str
    type: str
    hint: str = ""
    required: bool = False
    personal: bool = False
    target: str = ""
    max_length: int = 200
    default: object = ""
    choices: Sequence[Sequence[str]] = ()
    group_label: str = ""

    @property
    def group_title(self) -> str:
        """The heading over the fields of this group."""
        return self.group_label or _GROUP_LABELS.get(self.group, "")

    @property
    def is_wide(self) -> bool:
        """Whether answers are long enough to want a wide column."""
        return self.type == "text" and not self.choices and self.max_length >= 60

    def shown(self, value: object) -> str:
        """An answer as people read it: the label of a choice, everything else as it stands."""
        text = "" if value is None else str(value)
        return next((str(label) for code, label in self.choices if code == text), text)


@dataclass(frozen=True, slots=True)
class RowInput:
    """One row as typed or as saved: `continues` marks a further administrator of the account above.

    `account_id` and `group_id` name what the row corrects in the registry, `accepted_id` the saved row that a reviewer
    has accepted and that stays as it is.
    """

    values: dict[str, Any]
    personal: dict[str, Any] = field(default_factory=dict, repr=False)
    continues: bool = False
    account_id: int | None = None
    group_id: int | None = None
    accepted_id: int | None = None

    def get(self, each: Field) -> Any:
        return (self.personal if each.personal else self.values).get(each.code, "")

    def is_empty(self) -> bool:
        """Nothing was typed; the default of a counter doesn't count."""
        typed = [*self.values.values(), *self.personal.values()]
        return not any(str(value).strip() for value in typed if value is not None)


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong in one cell and what to do. The message never repeats what was typed."""

    row: int
    field: str
    label: str
    message: str


def read_fields(raw: Iterable[dict[str, Any]]) -> tuple[Field, ...]:
    """The fields of a list, unknown keys ignored so that a newer list opens in an older release."""
    known = Field.__dataclass_fields__
    return tuple(Field(**{key: value for key, value in each.items() if key in known}) for each in raw)


def takes_administrators(fields: Sequence[Field]) -> bool:
    """Whether a row may be followed by further administrators."""
    return any(each.group == ADMINISTRATOR for each in fields)


def has_target(fields: Iterable[Field], target: str) -> bool:
    """Whether the list asks for this fact of the registry."""
    return any(each.target == target for each in fields)


def check_rows(
    fields: Sequence[Field], rows: Sequence[RowInput]
) -> tuple[tuple[RowInput, ...], tuple[FieldError, ...]]:
    """The rows in their stored form, and every error at once. Empty further administrators are dropped."""
    kept = [(at, row) for at, row in enumerate(rows) if not (row.continues and row.is_empty())]
    if not kept:
        first = fields[0]
        return (), (FieldError(0, first.code, first.label, _("请至少填写一行")),)
    further = [each for each in fields if each.group == ADMINISTRATOR]
    clean, errors = [], []
    for at, row in kept:
        checked, wrong = _check_row(further if row.continues else fields, row, at)
        clean.append(checked)
        errors += wrong
    errors += _repeated(fields, clean, [at for at, _row in kept])
    return tuple(clean), tuple(sorted(errors, key=lambda error: error.row))


def applying(fields: Sequence[Field], row: RowInput) -> tuple[Field, ...]:
    """The fields a row answers: a further administrator has none of the account's."""
    return tuple(each for each in fields if not row.continues or each.group == ADMINISTRATOR)


def by_target(fields: Sequence[Field], row: RowInput, prefix: str) -> dict[str, Any]:
    """The row's answers by what they mean in the registry: `account.nickname` -> {"nickname": …}."""
    return {
        each.target.removeprefix(f"{prefix}."): row.get(each)
        for each in applying(fields, row)
        if each.target.startswith(f"{prefix}.")
    }


def _check_row(fields: Sequence[Field], row: RowInput, at: int) -> tuple[RowInput, list[FieldError]]:
    values: dict[str, Any] = {}
    personal: dict[str, Any] = {}
    errors = []
    for each in fields:
        stored, message = check_cell(each, row.get(each))
        (personal if each.personal else values)[each.code] = stored
        if message:
            errors.append(FieldError(at, each.code, each.label, message))
    return replace(row, values=values, personal=personal), errors


def check_cell(each: Field, typed: object) -> tuple[Any, str]:
    """The stored form of one answer and what is wrong with it ("" = nothing)."""
    text = "" if typed is None else clean_text(str(typed))
    if not text:
        empty = None if each.type == "count" else ""
        return empty, _("请填写%(label)s") % {"label": each.label} if each.required else ""
    stored, message = _check_choice(each, text) if each.choices else _CHECKS.get(each.type, _check_text)(text)
    if not message and isinstance(stored, str) and len(stored) > each.max_length:
        message = _("最多 %(most)s 个字，现在有 %(n)s 个，请缩短") % {
            "most": each.max_length,
            "n": len(stored),
        }
    return stored, message


def _check_text(text: str) -> tuple[Any, str]:
    return text, ""


def _check_choice(each: Field, text: str) -> tuple[Any, str]:
    """The value of a choice; a file may say its label instead."""
    wanted = text.casefold()
    for value, label in each.choices:
        if wanted in {str(value).casefold(), str(label).casefold()}:
            return value, ""
    return text, _("请从列出的选项中选择一项")


def _check_email(text: str) -> tuple[Any, str]:
    address = clean_identifier(text)
    try:
        validate_email(address)
    except ValidationError:
        return address, _("不是电子邮箱地址，应如 name@example.com，请核对")
    return address, ""


def _check_count(text: str) -> tuple[Any, str]:
    narrow = clean_identifier(text)
    if not _COUNT.fullmatch(narrow) or int(narrow) > LARGEST_COUNT:
        return text, _("应为 0 到 %(most)s 的整数，请只填数字") % {"most": LARGEST_COUNT}
    return int(narrow), ""


def _check_mobile(text: str) -> tuple[Any, str]:
    number = normalise_mobile(text)
    if number:
        return number, ""
    digits = [each for each in unicodedata.normalize("NFKC", text) if each.isdigit()]
    if len(digits) < 11:
        return text, _("应为 11 位数字，现在只有 %(n)s 位") % {"n": len(digits)}
    if len(digits) > 11:
        return text, _("应为 11 位数字，现在有 %(n)s 位") % {"n": len(digits)}
    return text, _("不是手机号码，应以 13 至 19 开头，请核对")


def _check_qq(text: str) -> tuple[Any, str]:
    number = clean_identifier(text)
    return number, "" if _QQ.fullmatch(number) else _("应为 5 到 12 位数字，不以 0 开头，请核对")


def _check_wechat_id(text: str) -> tuple[Any, str]:
    identifier = clean_identifier(text)
    if _WECHAT_ID.fullmatch(identifier):
        return identifier, ""
    return identifier, _("应以字母开头，由 6 位以上的字母、数字、下划线或减号组成，请核对")


_CHECKS = {
    "count": _check_count,
    "email": _check_email,
    "mobile": _check_mobile,
    "qq": _check_qq,
    "wechat_id": _check_wechat_id,
}


def _repeated(
    fields: Sequence[Field], rows: Sequence[RowInput], positions: Sequence[int]
) -> list[FieldError]:
    """The same account or group twice in one form, or the same person twice with one account."""
    keys = ("account.identifier", "group.name")
    identifier = next((each for each in fields if each.target in keys), None)
    mobile = next((each for each in fields if each.target == "administrator.mobile"), None)
    errors: list[FieldError] = []
    accounts: set[str] = set()
    people: set[str] = set()
    for at, row in zip(positions, rows, strict=True):
        if not row.continues:
            people = set()
            errors += _seen(identifier, row, accounts, at, _ROW_TWICE)
        errors += _seen(mobile, row, people, at, _PERSON_TWICE)
    return errors


def _seen(
    each: Field | None, row: RowInput, seen: set[str], at: int, message: _StrPromise
) -> list[FieldError]:
    key = identifier_key(str(row.get(each))) if each else ""
    if each is None or not key:
        return []
    if key in seen:
        return [FieldError(at, each.code, each.label, str(message))]
    seen.add(key)
    return []
