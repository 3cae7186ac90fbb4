"""Input of credentials for a platform's statistics."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from reporting.choices import CollectorService
from reporting.operations.collectors import LONGEST_SECRET


class CollectorForm(forms.Form):
    """The secret is never shown again: what was typed wrong is typed anew."""

    use_required_attribute = False

    service = forms.ChoiceField(
        label=_("平台"), choices=CollectorService.choices, error_messages={"required": _("请选择平台。")}
    )
    identifier = forms.CharField(
        label=_("应用编号"),
        max_length=80,
        help_text=_("公众号填 AppID，企业微信填企业 ID，微博填 UID"),
        error_messages={"required": _("请填写应用编号。")},
    )
    secret = forms.CharField(
        label=_("密钥"),
        max_length=LONGEST_SECRET,
        help_text=_("公众号填 AppSecret，企业微信填应用的 Secret，微博填 access_token；加密保存，不再显示"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("请填写密钥。")},
    )
