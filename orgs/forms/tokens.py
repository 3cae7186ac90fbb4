"""Input of the page 接口令牌."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class TokenForm(forms.Form):
    """What a token is for and how long it opens something; its unit is the person's own or one below."""

    title = forms.CharField(label=_("用途"), max_length=80, help_text=_("如：周报表格、数据大屏"))
    days = forms.IntegerField(label=_("有效天数"), min_value=1, max_value=366, initial=180)
    # Born with the page: a second tap on the button sends the same one.
    idempotency_key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["idempotency_key"].initial = secrets.token_hex(16)
