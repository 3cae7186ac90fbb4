"""Forms about people: invite, hand over, end a term."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orgs.choices import Role
from orgs.kernel import clock


class PersonForm(forms.Form):
    """Whom to invite, or who takes over."""

    name = forms.CharField(label=_("姓名"), max_length=20, error_messages={"required": _("请填写姓名。")})
    mobile = forms.CharField(
        label=_("手机"),
        max_length=16,
        error_messages={"required": _("请填写手机号。")},
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )


class InviteForm(PersonForm):
    role = forms.ChoiceField(label=_("角色"), choices=Role.choices)
    title = forms.CharField(label=_("职务名称"), max_length=40, required=False)


class EndTermForm(forms.Form):
    ends_on = forms.DateField(label=_("最后任职日"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(
        label=_("原因"), max_length=200, error_messages={"required": _("请填写离任原因。")}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ends_on"].initial = clock.today
