"""The collection form as a page: rows from a POST, and rows as cards with their fields, hints, errors and remarks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.utils import ErrorDict, ErrorList
from django.utils.translation import gettext as _

from accounts.field_lists import ADMINISTRATOR, OWN_MOBILE, OWN_NAME, RowInput, applying
from accounts.operations.prefill import blank_row, fill_in_person

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.forms.boundfield import BoundField

    from accounts.field_lists import Field, FieldError
    from orgs.models import OrgUnit, User

MOST_ROWS = 60
LONGEST_ANSWER = 400
_PLAIN = {"autocapitalize": "off", "autocorrect": "off", "spellcheck": "false", "autocomplete": "off"}
_DIGITS = {"inputmode": "numeric", "autocomplete": "off"}
_ATTRIBUTES: dict[str, dict[str, str]] = {
    "count": _DIGITS,
    "qq": _DIGITS,
    "mobile": {"type": "tel", "inputmode": "numeric", "autocomplete": "off"},
    "wechat_id": _PLAIN,
    "email": {"type": "email", "inputmode": "email"} | _PLAIN,
}
_STEPPED = "account.declared_groups"


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of a card: how it is drawn, what is suggested and what is said beside it."""

    bound: BoundField
    is_stepper: bool = False
    suggestion: str = ""
    hints: Sequence[tuple[str, str]] = ()  # (level, text)
    base: int | None = None


@dataclass(slots=True)
class Section:
    """The fields of one group of a row under their title; `repeats` for further administrators."""

    code: str
    title: str
    repeats: bool = False
    has_switch: bool = False  # 就是我本人
    cells: list[Cell] = field(default_factory=list)


@dataclass(slots=True)
class Card:
    """One row as the page shows it."""

    position: int
    form: RowForm
    account_id: int | None = None
    group_id: int | None = None
    sections: list[Section] = field(default_factory=list)
    number: int = 1  # which administrator of the account
    continues: bool = False
    accepted_id: int | None = None  # a reviewer has accepted this row: it is only read

    @property
    def own(self) -> list[Section]:
        """The sections of the row itself."""
        return [each for each in self.sections if not each.repeats]

    @property
    def people(self) -> Section | None:
        """The section of an administrator, where the list has one."""
        return next((each for each in self.sections if each.repeats), None)


@dataclass(slots=True)
class Block:
    """One account with the cards of its administrators; the first card holds both."""

    number: int
    card: Card
    further: list[Card] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Beside:
    """What the page knows beside the answers."""

    suggestion: str = ""
    base_members: int | None = None
    hints: Mapping[int, Sequence[tuple[str, str]]] = field(default_factory=dict)
    remarks: dict[tuple[int, str], str] = field(default_factory=dict)
    me: User | None = None


class RowForm(forms.Form):
    """One row's fields, drawn from the field list. The check is that of the operation; this only shows its result."""

    use_required_attribute = False

    def __init__(
        self, fields: Sequence[Field], row: RowInput, at: int, messages: Mapping[str, str], *, me: User | None
    ) -> None:
        self.at = at
        super().__init__(prefix=f"r{at}", initial={each.code: row.get(each) for each in fields})
        for each in applying(fields, row):
            widget = _widget(each, row)
            if row.accepted_id:
                widget.attrs["disabled" if each.choices else "readonly"] = True
            self.fields[each.code] = forms.CharField(
                label=each.label, help_text=each.hint, required=each.required, widget=widget
            )
        self.fields["is_me"] = _is_me(me, fields, at)
        self.initial["is_me"] = is_own(fields, row, me)
        self._errors = ErrorDict({code: ErrorList([text]) for code, text in messages.items()})


def is_own(fields: Sequence[Field], row: RowInput, me: User | None) -> bool:
    """Whether the person of this row is the one who fills it in."""
    mobile = next((each for each in fields if each.target in OWN_MOBILE), None)
    return bool(me and mobile and me.mobile and row.get(mobile) == me.mobile)


def blocks_of(
    fields: Sequence[Field], rows: Sequence[RowInput], errors: Sequence[FieldError], beside: Beside
) -> list[Block]:
    """The rows as cards, grouped by account."""
    blocks: list[Block] = []
    for at, row in enumerate(rows):
        messages = {code: text for (row_at, code), text in beside.remarks.items() if row_at == at}
        messages |= {error.field: error.message for error in errors if error.row == at}
        card = _card(fields, row, at, messages, beside)
        if row.continues and blocks:
            card.number = len(blocks[-1].further) + 2
            blocks[-1].further.append(card)
        else:
            blocks.append(Block(len(blocks) + 1, card))
    return blocks


def rows_from(post: Mapping[str, str], fields: Sequence[Field], me: User) -> list[RowInput]:
    """The rows as posted. A row that says 就是我本人 takes the person's name and mobile where these were left empty."""
    rows = []
    for at in range(_number(post.get("n_rows"), 0, MOST_ROWS)):
        typed = {each.code: post.get(f"r{at}-{each.code}", "")[:LONGEST_ANSWER] for each in fields}
        row = RowInput(
            values={each.code: typed[each.code] for each in fields if not each.personal},
            personal={each.code: typed[each.code] for each in fields if each.personal},
            continues=at > 0 and post.get(f"r{at}-continues") == "1",
            account_id=_number(post.get(f"r{at}-account"), 0, 2**62) or None,
            group_id=_number(post.get(f"r{at}-group"), 0, 2**62) or None,
            accepted_id=_number(post.get(f"r{at}-accepted"), 0, 2**62) or None,
        )
        if post.get(f"r{at}-is_me"):
            fill_in_person(fields, row, me)
        rows.append(_without_official(fields, row) if row.continues else row)
    return rows


def changed_by_button(
    post: Mapping[str, str], rows: list[RowInput], fields: Sequence[Field], unit: OrgUnit | None = None
) -> int | None:
    """Does what an add or remove button asks; returns the row to show next, None when no such button was pressed."""
    if "add_account" in post and len(rows) < MOST_ROWS:
        rows.append(blank_row(fields, unit=unit))
        return len(rows) - 1
    if "add_administrator" in post and len(rows) < MOST_ROWS:
        at = _end_of_block(rows, _number(post["add_administrator"], 0, len(rows)))
        rows.insert(at, _without_official(fields, blank_row(fields, continues=True)))
        return at
    if "remove" in post and rows:
        at = _number(post["remove"], 0, len(rows) - 1)
        end = at + 1 if rows[at].continues else _end_of_block(rows, at)
        del rows[at:end]
        if not rows:
            rows.append(blank_row(fields, unit=unit))
        return max(0, at - 1)
    return None


def _without_official(fields: Sequence[Field], row: RowInput) -> RowInput:
    for each in fields:
        if each.group != ADMINISTRATOR:
            row.values.pop(each.code, None)
            row.personal.pop(each.code, None)
    return row


def _end_of_block(rows: Sequence[RowInput], at: int) -> int:
    end = min(at, len(rows) - 1) + 1
    while end < len(rows) and rows[end].continues:
        end += 1
    return end


def _card(
    fields: Sequence[Field], row: RowInput, at: int, messages: Mapping[str, str], beside: Beside
) -> Card:
    form = RowForm(fields, row, at, messages, me=beside.me)
    card = Card(at, form, row.account_id, row.group_id, continues=row.continues, accepted_id=row.accepted_id)
    for each in applying(fields, row):
        if not card.sections or card.sections[-1].code != each.group:
            repeats = each.group == ADMINISTRATOR
            card.sections.append(Section(each.group, each.group_title, repeats))
        section = card.sections[-1]
        section.cells.append(_cell(each, form, row, beside))
        section.has_switch |= each.target in OWN_MOBILE and not row.accepted_id
    return card


def _widget(each: Field, row: RowInput) -> forms.Widget:
    if not each.choices:
        return forms.TextInput(attrs=dict(_ATTRIBUTES.get(each.type, {"autocomplete": "off"})))
    offered = [("", _("请选择")), *((str(value), label) for value, label in each.choices)]
    typed = each.shown(row.get(each))
    if typed and typed not in {label for _value, label in offered}:
        offered.append((typed, typed))  # what a file or an older list said stays in sight, marked as an error
    return forms.Select(choices=offered)


def _cell(each: Field, form: RowForm, row: RowInput, beside: Beside) -> Cell:
    bound = form[each.code]
    if row.accepted_id:
        return Cell(bound)
    if each.target == "account.nickname" and beside.suggestion:
        return Cell(bound, suggestion=beside.suggestion if row.get(each) != beside.suggestion else "")
    if each.target == "account.contacts":
        return Cell(bound, hints=beside.hints.get(form.at, ()), base=beside.base_members)
    return Cell(bound, is_stepper=each.target == _STEPPED)


def _is_me(me: User | None, fields: Sequence[Field], at: int) -> forms.BooleanField:
    attributes: dict[str, Any] = {"role": "switch"}
    if me is not None:
        # The person's own data on the person's own page: the script fills it in again when the switch is turned on.
        attributes |= {"data-name": me.name or "", "data-mobile": me.mobile or ""}
        for what, targets in (("name", OWN_NAME), ("mobile", OWN_MOBILE)):
            code = next((each.code for each in fields if each.target in targets), "")
            attributes[f"data-{what}-field"] = f"id_r{at}-{code}"
    is_administrator = any(each.group == ADMINISTRATOR for each in fields)
    return forms.BooleanField(
        label=_("管理员就是我本人") if is_administrator else _("就是我本人"),
        help_text=_("%(name)s · 自动带入姓名和手机") % {"name": me.display_name if me else ""},
        required=False,
        widget=forms.CheckboxInput(attrs=attributes),
    )


def _number(text: object, least: int, most: int) -> int:
    try:
        return min(max(int(str(text)), least), most)
    except ValueError:
        return least
