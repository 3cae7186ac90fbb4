"""Input about 争议: which account, why it is the unit's, and what the superior found."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.choices import DisputeState
from accounts.models import Platform
from accounts.operations.disputes import LONGEST_REASON


class DisputeForm(forms.Form):
    """The account as it was typed when it was refused, and the reason."""

    use_required_attribute = False

    platform = forms.ModelChoiceField(
        label=_("平台"),
        queryset=Platform.objects.filter(takes_groups=False),
        empty_label=_("请选择"),
        error_messages={"required": _("请选择平台。"), "invalid_choice": _("没有这个平台，请重新选择。")},
    )
    identifier = forms.CharField(
        label=_("账号"),
        max_length=200,
        help_text=_("与登记时填写的一致：微信填微信号，微博填主页地址或个性域名"),
        error_messages={"required": _("请填写账号。")},
    )
    reason = forms.CharField(
        label=_("理由"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_REASON}),
        help_text=_("为什么应归本单位，例如：认证主体为本支部。不要填写姓名、手机"),
        error_messages={"required": _("请填写理由。")},
    )


class SettleForm(forms.Form):
    """维持登记 or 划转, with the reason that both sides read."""

    use_required_attribute = False

    outcome = forms.ChoiceField(
        label=_("核实结果"),
        choices=[
            (DisputeState.KEPT, _("维持登记：账号仍归现登记单位")),
            (DisputeState.HANDED_OVER, _("划转：账号和在任管理员划到申请单位")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择核实结果。"), "invalid_choice": _("请选择核实结果。")},
    )
    reason = forms.CharField(
        label=_("核实意见"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_REASON}),
        help_text=_("双方都会看到，请不要写对方的名称、姓名、手机"),
        error_messages={"required": _("请填写核实意见。")},
    )
