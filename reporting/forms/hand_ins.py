"""Input about documents that are handed in and about planned numbers."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from orgs.kernel.document_guard import ACCEPT
from reporting.operations import planned_numbers
from reporting.operations.hand_ins import LONGEST_REASON


class HandInForm(forms.Form):
    """Which file, of which period."""

    use_required_attribute = False

    file = forms.FileField(
        label=_("材料文件"),
        help_text=_("PDF、Word（.docx）、Excel（.xlsx）或图片（.jpg、.png），不超过10 MB"),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
        error_messages={
            "required": _("请选择文件。"),
            "empty": _("文件是空的，请重新选择文件。"),
            "invalid": _("请选择文件。"),
        },
    )
    period = forms.CharField(max_length=10, required=False, widget=forms.HiddenInput)


class ReturnForm(forms.Form):
    """Why a document is returned."""

    use_required_attribute = False

    reason = forms.CharField(
        label=_("退回理由"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("报送单位能看到；写明要改什么，不要写姓名、手机号、QQ号"),
        error_messages={"required": _("请填写退回理由，说明要改什么。")},
    )


class PlanForm(forms.Form):
    """The number that is planned; the reason where its day is over."""

    use_required_attribute = False

    planned = forms.IntegerField(
        label=_("计划数"),
        min_value=0,
        max_value=planned_numbers.LARGEST,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": _("请填写计划数。"),
            "invalid": _("请填写整数，如 12。"),
            "min_value": _("计划数不能小于0，请更正。"),
            "max_value": _("计划数太大，请更正。"),
        },
    )
    reason = forms.CharField(
        label=_("理由"),
        max_length=planned_numbers.LONGEST_REASON,
        help_text=_("填写截止以后，由部署单位补填或更改时说明"),
        error_messages={"required": _("计划数填写已经截止，补填或更改请填写理由。")},
    )

    def __init__(self, *args: object, needs_reason: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # what a form takes
        if not needs_reason:
            del self.fields["reason"]
