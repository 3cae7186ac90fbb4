"""Input of the review page: one decision, a bulk decision, the return of a package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.choices import ReturnReason
from accounts.forms.review_typed import Typed
from accounts.operations.review import CellRemark
from orgs.http import whole_number

if TYPE_CHECKING:
    from accounts.pages.review import Subject

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

    def __init__(self, data: Any, *, subject: Subject) -> None:
        super().__init__(data)
        self.typed, self.subject = Typed.of(data), subject
        self.fields["cells"] = forms.MultipleChoiceField(choices=subject.cells, required=False)

    def clean(self) -> dict[str, Any]:
        """Each marked cell says what is wrong: in words typed, in the machine's, or by the reasons chosen."""
        given = super().clean() or self.cleaned_data
        if given.get("reasons") or given.get("remark"):
            return given
        for line in self.subject.lines:
            if line.cell in given.get("cells", ()) and not (self._why(line.cell) or line.remark):
                raise forms.ValidationError(
                    _("请给标出的“%(label)s”写明要改什么，或选择退回理由。"), params={"label": line.label}
                )
        return given

    def marked(self) -> list[CellRemark]:
        """The ticked cells, each with the words typed beside it, else the machine's, else the reasons chosen."""
        chosen = [str(ReturnReason(each).label) for each in self.cleaned_data["reasons"]]
        general = "；".join(chosen) or self.cleaned_data["remark"]
        texts = dict(self.subject.cells)
        pairs = [(value, *value.split(":", 1)) for value in self.cleaned_data["cells"]]
        return [
            CellRemark(int(position), code, (self._why(value) or texts[value] or general)[:200])
            for value, position, code in pairs
        ]

    def accepted(self) -> list[int]:
        """The rows that stay locked: those ticked, and, where asked for, all others without a marked cell."""
        marked = {int(value.split(":", 1)[0]) for value in self.cleaned_data["cells"]}
        positions = [part.position for part in self.subject.parts]
        if self.typed.accept_rest:
            return [each for each in positions if each not in marked]
        return [each for each in positions if each in (self.typed.accepted or ())]

    def _why(self, cell: str) -> str:
        return self.typed.why.get(cell, "").strip()


class TakenBackForm(forms.Form):
    """The forms of one bulk approval, as their ids joined by a dash."""

    show = forms.CharField(required=False, max_length=10)
    bulk = forms.CharField(max_length=20 * PER_PAGE)

    def clean_bulk(self) -> list[int]:
        return ids_in(self.cleaned_data["bulk"])


def ids_in(text: str) -> list[int]:
    """The ids in an address or a hidden field; what is no number is left out."""
    numbers = [whole_number(each) for each in text.split("-")[:PER_PAGE]]
    return [each for each in numbers if each is not None]


class PickForm(forms.Form):
    """The ticked forms, each as id:version; `confirm` once asked whether they may enter the registry."""

    show = forms.CharField(required=False, max_length=10)
    pick = forms.TypedMultipleChoiceField(choices=(), coerce=str, required=False)
    confirm = forms.BooleanField(required=False)

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


class ReportForm(forms.Form):
    """上报: the signature of the direct unit, and what it wants to say."""

    note = forms.CharField(
        label=_("说明"),
        help_text=_("例如：未报的团组织为什么没有报、什么时候补齐"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    confirm = forms.BooleanField(
        label=_("我已核对以上数字和未报名单，确认以本单位名义上报"),
        error_messages={"required": _("请核对后勾选确认，再上报。")},
    )


class AcceptForm(forms.Form):
    """签收, with a remark if the province likes."""

    remark = forms.CharField(
        label=_("签收意见"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class RemarkForm(forms.Form):
    """Why a package goes back."""

    remark = forms.CharField(
        label=_("退回理由"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请填写退回理由。")},
    )
