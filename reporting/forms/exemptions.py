"""Input about exemptions: why the unit is not asked."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from reporting.operations.exemptions import LONGEST_REASON


class ExemptionForm(forms.Form):
    """The reason, which the superiors of the unit read."""

    use_required_attribute = False

    reason = forms.CharField(
        label=_("理由"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("上级单位能看到；不要写姓名、手机号、QQ号"),
        error_messages={"required": _("请填写理由。")},
    )
