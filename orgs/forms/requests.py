"""Forms of change requests: what is asked, by kind, and the decision. The operations decide; these only shape the input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from orgs.choices import LONGEST_NAME, Measure, RequestKind
from orgs.forms.bases import RecordBaseForm
from orgs.operations.contacts import LONGEST_ADDRESS, LONGEST_TELEPHONE
from orgs.operations.requests import WORK_MEASURES

if TYPE_CHECKING:
    from typing import Any

REASON = {"required": _("请填写申请理由，上级会看到。")}
LONGEST = 200


class ContactForm(forms.Form):
    """联系方式 of the office."""

    telephone = forms.CharField(
        label=_("办公电话"),
        max_length=LONGEST_TELEPHONE,
        required=False,
        help_text=_("加密保存，例如 0898-12345678"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("公务邮箱"), required=False, error_messages={"invalid": _("邮箱格式不正确，请检查。")}
    )
    address = forms.CharField(label=_("办公地址"), max_length=LONGEST_ADDRESS, required=False)


class AskNameForm(forms.Form):
    name = forms.CharField(
        label=_("新全称"), max_length=LONGEST_NAME, error_messages={"required": _("请填写新的全称。")}
    )
    short_name = forms.CharField(label=_("简称"), max_length=60, required=False)
    reason = forms.CharField(label=_("申请理由"), max_length=LONGEST, error_messages=REASON)


class AskContactForm(ContactForm):
    reason = forms.CharField(label=_("申请理由"), max_length=LONGEST, error_messages=REASON)


class AskBaseForm(RecordBaseForm):
    """A work basis only: what a unit is assessed by is recorded from above."""

    reason = forms.CharField(label=_("申请理由"), max_length=LONGEST, error_messages=REASON)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["measure"].choices = [(each, Measure(each).label) for each in WORK_MEASURES]  # type: ignore[attr-defined]


ASK_FORMS: dict[str, type[forms.Form]] = {
    RequestKind.NAME: AskNameForm,
    RequestKind.CONTACT: AskContactForm,
    RequestKind.BASE: AskBaseForm,
}


class DecideForm(forms.Form):
    """The remark is needed for a refusal; the operation says so."""

    remark = forms.CharField(
        label=_("意见"), max_length=LONGEST, required=False, help_text=_("不同意时必须填写，申请单位会看到")
    )
