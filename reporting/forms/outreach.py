"""Input about registered activities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.choices import LARGEST_COUNT
from reporting.choices import OutreachKind
from reporting.operations.outreach import LONGEST_RESULT, LONGEST_TITLE, Facts

if TYPE_CHECKING:
    from reporting.models import Outreach

FIELDS = ("kind", "title", "starts_on", "ends_on", "link", "participants", "result", "is_expected_below")


def _day(label: Any, *, required: bool, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("请填写日期。"),
            "invalid": _("请按“年-月-日”填写，例如：2026-11-25。"),
        },
    )


class OutreachForm(forms.Form):
    """One activity; `version` says which one was looked at."""

    use_required_attribute = False

    kind = forms.ChoiceField(
        label=_("类别"), choices=OutreachKind.choices, error_messages={"required": _("请选择类别。")}
    )
    title = forms.CharField(
        label=_("名称"), max_length=LONGEST_TITLE, error_messages={"required": _("请填写名称。")}
    )
    starts_on = _day(_("开始日期"), required=True)
    ends_on = _day(_("结束日期"), required=False, help_text=_("还在进行的不填"))
    link = forms.URLField(
        label=_("链接"),
        max_length=300,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": _("链接不完整，请以 http:// 或 https:// 开头填写。")},
    )
    participants = forms.IntegerField(
        label=_("参与人数"),
        required=False,
        min_value=0,
        max_value=LARGEST_COUNT,
        help_text=_("不知道的不填，不要填 0"),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": _("不是整数，请填写数字。"), "max_value": _("数字太大，请核对。")},
    )
    result = forms.CharField(
        label=_("结果"),
        max_length=LONGEST_RESULT,
        required=False,
        help_text=_("一两句话，不要摘录发言，不要写手机号、QQ号等个人信息"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    is_expected_below = forms.BooleanField(
        label=_("要求下级开展（微话题）"),
        required=False,
        help_text=_("直接下级在工作台看到并登记开展情况；要求了每日记录的，所属各级都看到"),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, initial=0, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        outreach: Outreach | None = None,
        kind: str = "",
        may_open: bool,
        answers: bool,
    ) -> None:
        super().__init__(data, initial=_shown(outreach) if outreach else {"kind": kind or OutreachKind.TOPIC})
        if not may_open or answers:
            del self.fields["is_expected_below"]
        if answers:
            self.fields["kind"].choices = [(OutreachKind.TOPIC.value, OutreachKind.TOPIC.label)]  # type: ignore[attr-defined]

    def facts(self) -> Facts:
        """What the operations take."""
        given = self.cleaned_data
        return Facts(**{name: given[name] for name in FIELDS if name in given})


def _shown(outreach: Outreach) -> dict[str, Any]:
    return {name: getattr(outreach, name) for name in (*FIELDS, "version")}
