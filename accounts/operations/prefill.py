"""What a form says before anybody has typed: the registry's facts of the unit, row by row, for any field list. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from accounts.choices import PlatformKind
from accounts.field_lists import (
    ADMINISTRATOR,
    OWN_MOBILE,
    OWN_NAME,
    Field,
    RowInput,
    has_target,
    takes_administrators,
)
from accounts.models import Account, Group, Platform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import Administratorship
    from orgs.models import OrgUnit, User

DEFAULT_PLATFORM = "wechat_personal"
_RECORDED = ("account.", "administrator.", "group.")


def registered_rows(fields: Sequence[Field], unit: OrgUnit) -> list[RowInput]:
    """The unit's accounts or groups as the list asks for them; empty where the registry knows none."""
    if has_target(fields, "group.name"):
        groups = list(unit.groups.active().order_by("pk"))
        return [_group_row(fields, each, unit) for each in groups]
    if not any(each.target.startswith("account.") for each in fields):
        return []
    accounts = unit.accounts.active().filter(platform__in=platforms_of(fields)).order_by("pk")
    if takes_administrators(fields):
        accounts = accounts.with_administrators_in_office()
    return [row for account in accounts for row in _account_rows(fields, account, unit)]


def platforms_of(fields: Sequence[Field]) -> list[str]:
    """The platforms whose accounts the list is about: those it offers, else WeChat (UNI-A)."""
    chosen = next((each for each in fields if each.target == "account.platform"), None)
    if chosen is None:
        return [DEFAULT_PLATFORM]
    return [code for code, _label in chosen.choices] or list(
        Platform.objects.filter(kind=PlatformKind.WEIBO).values_list("pk", flat=True)
    )


def blank_row(fields: Sequence[Field], *, unit: OrgUnit | None = None, continues: bool = False) -> RowInput:
    """A row nobody has answered, with the defaults of the list and the unit's own name."""
    row = RowInput(
        values={each.code: each.default for each in fields if not each.personal},
        personal={each.code: each.default for each in fields if each.personal},
        continues=continues,
    )
    if unit is not None and not continues:
        _name_unit(fields, row, unit)
    return row


def fill_in_person(fields: Sequence[Field], row: RowInput, me: User) -> None:
    """The person's own name and mobile, where the row has none."""
    for each in fields:
        own = me.name if each.target in OWN_NAME else me.mobile if each.target in OWN_MOBILE else ""
        if own and not str(row.get(each) or "").strip():
            (row.personal if each.personal else row.values)[each.code] = own


def units_on_record(fields: Sequence[Field]) -> Q | None:
    """Units, as a condition on them, of which the registry holds what the list asks for; None where it holds nothing such."""
    if has_target(fields, "group.name"):
        return Q(Exists(Group.objects.active().filter(unit=OuterRef("pk"))))
    if not any(each.target.startswith("account.") for each in fields):
        return None
    accounts = Account.objects.active().filter(unit=OuterRef("pk"), platform__in=platforms_of(fields))
    if takes_administrators(fields):
        accounts = accounts.with_administrator()
    return Q(Exists(accounts))


def typed_fields(fields: Sequence[Field], *, on_record: bool) -> int:
    """How many fields of a row a unit types: without a record all but its own name, else what no record answers."""
    answered: tuple[str, ...] = ("unit.name",)
    if on_record:
        answered += tuple(each.target for each in fields if each.target.startswith(_RECORDED))
    return sum(each.target not in answered for each in fields)


def _name_unit(fields: Sequence[Field], row: RowInput, unit: OrgUnit) -> None:
    for each in fields:
        if each.target == "unit.name":
            row.values[each.code] = unit.name


def _account_rows(fields: Sequence[Field], account: Account, unit: OrgUnit) -> list[RowInput]:
    terms: Sequence[Administratorship | None] = [None]
    if takes_administrators(fields):
        terms = list(account.administratorships.all()) or [None]
    return [_account_row(fields, account, term, unit, at) for at, term in enumerate(terms)]


def _account_row(
    fields: Sequence[Field], account: Account, term: Administratorship | None, unit: OrgUnit, at: int
) -> RowInput:
    row = blank_row(fields, unit=unit, continues=at > 0)
    for each in fields:
        owner, _dot, name = each.target.partition(".")
        if at > 0 and each.group != ADMINISTRATOR:
            row.values.pop(each.code, None)
            row.personal.pop(each.code, None)
        elif owner == "account":
            _answer(row, each, getattr(account, "platform_id" if name == "platform" else name))
        elif owner == "administrator":
            _answer(row, each, "" if term is None else getattr(term, name))
    return RowInput(row.values, row.personal, at > 0, account.pk if at == 0 else None)


def _group_row(fields: Sequence[Field], group: Group, unit: OrgUnit) -> RowInput:
    row = blank_row(fields, unit=unit)
    for each in fields:
        owner, _dot, name = each.target.partition(".")
        if owner == "group":
            _answer(row, each, getattr(group, name))
    return RowInput(row.values, row.personal, group_id=group.pk)


def _answer(row: RowInput, each: Field, value: object) -> None:
    (row.personal if each.personal else row.values)[each.code] = "" if value is None else value
