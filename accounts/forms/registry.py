"""Filter of the account list, request for one masked field, and administrators with everything masked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.masks import MASKS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import Administratorship

MASKED_FIELDS = (
    ("name", _("姓名")),
    ("wechat_id", _("微信号")),
    ("nickname", _("微信昵称")),
    ("qq", _("QQ号")),
    ("mobile", _("手机")),
)


class RevealForm(forms.Form):
    """Which field is to be shown, and what for."""

    field = forms.ChoiceField(label=_("项目"), choices=MASKED_FIELDS)
    purpose = forms.CharField(
        label=_("查看用途"),
        max_length=200,
        error_messages={"required": _("请填写查看用途，例如：核实抽查情况。")},
    )

    @property
    def label(self) -> str:
        return str(dict(MASKED_FIELDS).get(self.data.get("field", ""), ""))


@dataclass(frozen=True, slots=True)
class MaskedPerson:
    """One administrator as the page shows it; nothing in full."""

    pk: int
    name: str
    facts: list[tuple[str, str, str]]  # field, label, masked value
    started_at: object
    ended_at: object
    end_reason: str
    may_reveal: bool


def administrators(terms: Iterable[Administratorship], *, may_reveal: bool) -> list[MaskedPerson]:
    """Masked, in the order of the queryset."""
    return [
        MaskedPerson(
            term.pk,
            MASKS["name"](term.name),
            [(field, str(label), MASKS[field](getattr(term, field))) for field, label in MASKED_FIELDS],
            term.started_at,
            term.ended_at,
            term.end_reason,
            may_reveal and term.ended_at is None,
        )
        for term in terms
    ]
