"""Input about 需核实: what the list shows, and what was found when somebody looked."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.operations.duplicates import FindingKind
from accounts.operations.findings import LONGEST_REASON


class RadarForm(forms.Form):
    """Which kind, and whether what is settled is shown as well. The unit comes from the picker."""

    use_required_attribute = False

    kind = forms.ChoiceField(label=_("类别"), required=False, choices=[("", _("全部")), *FindingKind.choices])
    settled = forms.BooleanField(label=_("同时显示已核实的"), required=False)


class SettleForm(forms.Form):
    """Why nothing is to be done."""

    use_required_attribute = False

    reason = forms.CharField(
        label=_("核实情况"),
        max_length=LONGEST_REASON,
        help_text=_("例如：已电话核对，群内有毕业生。不要填写姓名、手机"),
        error_messages={"required": _("请填写核实情况。")},
    )
