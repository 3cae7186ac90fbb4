"""Input about 官方账号核验."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Platform
from accounts.operations import lookup


class LookupForm(forms.Form):
    """One platform and one id."""

    use_required_attribute = False

    platform = forms.ModelChoiceField(
        label=_("平台"),
        queryset=Platform.objects.filter(takes_groups=False),
        empty_label=_("请选择"),
        error_messages={"required": _("请选择平台。"), "invalid_choice": _("没有这个平台，请重新选择。")},
    )
    id = forms.CharField(
        label=_("账号"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
        help_text=_("微信填微信号，微博填主页地址或个性域名，不是昵称"),
        error_messages={
            "required": _("请填写账号。"),
            "max_length": _("账号太长，请核对后填写。"),
        },
    )

    def without_number(self) -> LookupForm:
        """The same form to show again: a number that may be somebody's mobile or QQ is not repeated."""
        platform, text = self.cleaned_data["platform"], self.cleaned_data["id"]
        shown: dict[str, Any] = {"platform": platform.pk}
        if not lookup.is_number(platform, text):
            shown["id"] = text
        return LookupForm(initial=shown)
