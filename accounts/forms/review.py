"""Input of the review page: one decision, a bulk decision, the return of a package."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.choices import ReturnReason
from accounts.operations.review import CellRemark
from orgs.http import whole_number

PER_PAGE = 50


class DecisionForm(forms.Form):
    """Which form was read in which version, and what comes next in the list."""

    version = forms.IntegerField(min_value=0)
    next = forms.IntegerField(required=False)
    show = forms.CharField(required=False, max_length=10)


class ReturnForm(DecisionForm):
    """Why the form goes back: reasons, words, cells. The operation insists on at least one."""

    reasons = forms.MultipleChoiceField(choices=ReturnReason.choices, required=False)
    remark = forms.CharField(max_length=400, required=False, label=_("给填报人的话"))

    def __init__(self, data: Any, *, cells: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["cells"] = forms.MultipleChoiceField(choices=cells, required=False)

    def marked(self) -> list[CellRemark]:
        """The ticked cells with the machine's words as remark."""
        texts = dict(self.fields["cells"].choices)  # type: ignore[attr-defined]
        pairs = [(value, *value.split(":", 1)) for value in self.cleaned_data["cells"]]
        return [CellRemark(int(position), code, texts[value][:200]) for value, position, code in pairs]


class PickForm(forms.Form):
    """The ticked forms, each as id:version."""

    show = forms.CharField(required=False, max_length=10)
    pick = forms.TypedMultipleChoiceField(choices=(), coerce=str, required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        sent = data.getlist("pick")[:PER_PAGE]
        self.fields["pick"].choices = [(each, each) for each in sent]  # type: ignore[attr-defined]

    def clean_pick(self) -> list[tuple[int, int]]:
        pairs = [each.partition(":") for each in self.cleaned_data["pick"]]
        numbers = [(whole_number(pk), whole_number(version)) for pk, _colon, version in pairs]
        good = [(pk, version) for pk, version in numbers if pk is not None and version is not None]
        if not good or len(good) != len(pairs):
            raise forms.ValidationError(_("请先勾选要通过的收集表。"))
        return good


class RemarkForm(forms.Form):
    """Why a package goes back."""

    remark = forms.CharField(
        label=_("退回理由"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请填写退回理由。")},
    )
