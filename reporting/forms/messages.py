"""Input of messages between units: to whom, what; the one answer. Another unit below comes from the picker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reporting.operations.messages import LONGEST_TEXT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orgs.models import OrgUnit


def _text(label: Any, missing: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST_TEXT,
        help_text=_("不要写手机号、身份证号等个人信息"),
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": missing},
    )


class MessageForm(forms.Form):
    """One message; the unit that the picker names goes before the one that is ticked."""

    use_required_attribute = False

    to = forms.TypedChoiceField(
        label=_("收件单位"),
        coerce=int,
        required=False,
        empty_value=None,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("请从列表中选择收件单位。")},
    )
    text = _text(_("内容"), _("请填写内容。"))

    def __init__(self, data: Any = None, *, correspondents: Sequence[OrgUnit]) -> None:
        choices = [(each.pk, each.name) for each in correspondents]
        super().__init__(data, initial={"to": choices[0][0]} if choices else {})
        self.fields["to"].choices = choices  # type: ignore[attr-defined]
        if not choices:
            del self.fields["to"]


class AnswerForm(forms.Form):
    """The one answer."""

    use_required_attribute = False

    answer = _text(_("回复"), _("请填写回复。"))
