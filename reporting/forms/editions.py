"""Input about a correction: why."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from reporting.operations.editions import LONGEST_REASON


class CorrectForm(forms.Form):
    """Why a closed week gets a new edition."""

    use_required_attribute = False

    reason = forms.CharField(
        label=_("更正原因"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("所有查看这一周的单位都能看到；不要写姓名和号码"),
        error_messages={"required": _("请填写更正原因。")},
    )
