"""Input about 延期: what a unit asks for, and what its superior answers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.dates import is_near
from orgs.kernel import clock

if TYPE_CHECKING:
    from accounts.models import Expected


class ExtensionForm(forms.Form):
    """Until which day, and why. A day without a time means 24:00, as for every deadline."""

    use_required_attribute = False

    until_on = forms.DateField(
        label=_("申请延至"),
        help_text=_("不填时间即当日 24:00"),
        validators=[is_near],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("请填写申请延至哪一天。"),
            "invalid": _("请填写日期，例如 2026-12-31。"),
        },
    )
    until_time = forms.TimeField(
        label=_("时间"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    reason = forms.CharField(
        label=_("理由"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 200}),
        help_text=_("例如：支部书记在外实习，周五返校后核对人数"),
        error_messages={"required": _("请填写延期理由。")},
    )

    def __init__(self, data: Any = None, *, expected: Expected) -> None:
        super().__init__(data, initial={"until_on": clock.local(expected.deadline_at).date()})

    def facts(self) -> dict[str, Any]:
        """What `ask_extension` takes."""
        day, time = self.cleaned_data["until_on"], self.cleaned_data["until_time"]
        until = datetime.combine(day, time, tzinfo=clock.SHANGHAI) if time else clock.day_end(day)
        return {"until": until, "reason": self.cleaned_data["reason"]}


class DecideForm(forms.Form):
    """The superior's remark; which button was pressed says the rest."""

    use_required_attribute = False

    remark = forms.CharField(
        label=_("意见"), max_length=200, required=False, help_text=_("不同意的，请说明理由")
    )
