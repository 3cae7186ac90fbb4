"""Forms about people: invite, hand over, end a term."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orgs.choices import Department, Role
from orgs.forms.reasons import reason_field
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
    # Born with the page: a second tap on the button sends the same one.
    idempotency_key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["idempotency_key"].initial = secrets.token_hex(16)


class InviteForm(PersonForm):
    role = forms.ChoiceField(label=_("角色"), choices=Role.choices)
    title = forms.CharField(label=_("职务名称"), max_length=40, required=False)
    department = forms.ChoiceField(
        label=_("部门"),
        choices=[("", _("全部战线")), *Department.choices],
        required=False,
        help_text=_("仅团省委工作人员需要选择。"),
    )


class StandInForm(forms.Form):
    """Who acts for the holder, and until when; `wants_link` where the person is to be asked by a link."""

    mobile = forms.CharField(
        label=_("代理人手机"),
        max_length=16,
        error_messages={"required": _("请填写手机号。")},
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    name = forms.CharField(
        label=_("代理人姓名"),
        max_length=20,
        required=False,
        help_text=_("您管理范围内的现任人员可不填；没有账户的会新建账户，并生成初始密码。"),
    )
    until = forms.DateField(
        label=_("代理到哪天为止"),
        help_text=_("含当天，最长半年，到期自动结束"),
        error_messages={"required": _("请填写截止日。"), "invalid": _("请按 年-月-日 填写截止日。")},
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    # Born with the page: a second tap on the button makes no second link.
    idempotency_key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["idempotency_key"].initial = secrets.token_hex(16)

    @property
    def wants_link(self) -> bool:
        return "link" in self.data


class DeactivateForm(forms.Form):
    """Why an account is switched off."""

    reason = reason_field(missing=_("请填写停用原因。"))


class EndTermForm(forms.Form):
    ends_on = forms.DateField(label=_("最后任职日"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = reason_field(missing=_("请填写离任原因。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ends_on"].initial = clock.today
