"""Input about demands to replace an administrator: why and until when; who follows; why it is taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.administrators import PersonForm
from orgs.forms.reasons import reason_field
from orgs.kernel import clock
from reporting.operations.duties import LONGEST_REASON

USUAL_DAYS = 7


class DemandForm(forms.Form):
    """Why, and until when."""

    use_required_attribute = False

    reason = forms.CharField(
        label=_("理由"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("写清没有做到的工作；不要写姓名、手机号、QQ号"),
        error_messages={"required": _("请填写理由。")},
    )
    due_on = forms.DateField(
        label=_("办理期限"),
        help_text=_("当天24时止"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("请填写办理期限。"),
            "invalid": _("请按“年-月-日”填写，例如：2026-11-25。"),
        },
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"due_on": clock.today() + timedelta(days=USUAL_DAYS)})


class MeetForm(PersonForm):
    """Who follows, and what is to be said about it."""

    reason = reason_field(_("会保留在变更记录中，提出要求的单位能看到；不要写姓名和号码"))


class WithdrawForm(forms.Form):
    """Why the demand is taken back."""

    use_required_attribute = False

    reason = forms.CharField(
        label=_("撤回理由"),
        max_length=LONGEST_REASON,
        error_messages={"required": _("请填写撤回理由。")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="withdraw_%s")  # stands beside the form of the successor
