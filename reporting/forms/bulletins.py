"""Input about bulletins: the draft, the reason of a correction, the answer of a unit that is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orgs.choices import Kind, Line
from reporting import scopes
from reporting.bulletin_tables import TITLES
from reporting.operations.bulletin_notices import LONGEST_ANSWER
from reporting.operations.bulletin_recipients import DIRECT, SUBTREE
from reporting.operations.bulletins import (
    LONGEST_REASON,
    LONGEST_TEXT,
    LONGEST_TITLE,
    Edit,
    Recipients,
)

if TYPE_CHECKING:
    from reporting.models import Bulletin

DEPTHS = [(DIRECT, _("直接下级")), (SUBTREE, _("全部下级（各级）"))]
SCOPES = [(scopes.ALL, _("全部")), *scopes.NAMES.items()]


class EditForm(forms.Form):
    """The draft as a person edits it; `version` says which one was looked at."""

    use_required_attribute = False

    title = forms.CharField(
        label=_("标题"), max_length=LONGEST_TITLE, error_messages={"required": _("请填写标题。")}
    )
    text = forms.CharField(
        label=_("正文"),
        max_length=LONGEST_TEXT,
        help_text=_("每行一段；附表中的数字取自结周数据，不在这里修改"),
        widget=forms.Textarea(attrs={"rows": 14}),
        error_messages={"required": _("请填写正文。")},
    )
    tables = forms.MultipleChoiceField(
        label=_("附表"), choices=list(TITLES.items()), required=False, widget=forms.CheckboxSelectMultiple
    )
    scope = forms.ChoiceField(label=_("通报范围"), choices=SCOPES, help_text=_("改变范围会重新生成附表"))
    depth = forms.ChoiceField(label=_("收件单位"), choices=DEPTHS)
    kinds = forms.MultipleChoiceField(
        label=_("收件单位类型"),
        choices=[choice for choice in Kind.choices if choice[0] != Kind.NATIONAL],
        required=False,
        help_text=_("不选为全部类型"),
        widget=forms.CheckboxSelectMultiple,
    )
    lines = forms.MultipleChoiceField(
        label=_("收件单位战线"),
        choices=Line.choices,
        required=False,
        help_text=_("不选为全部战线"),
        widget=forms.CheckboxSelectMultiple,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, bulletin: Bulletin) -> None:
        body = bulletin.body
        shown = {name: body[name] for name in ("text", "tables", "scope")}
        super().__init__(
            data, initial=shown | body["recipients"] | {"title": bulletin.title, "version": bulletin.version}
        )

    def edit(self) -> Edit:
        """What the operation takes."""
        given = self.cleaned_data
        recipients = Recipients(given["depth"], given["kinds"], given["lines"])
        return Edit(given["title"], given["text"], given["tables"], given["scope"], recipients)


class CorrectForm(forms.Form):
    """Why it is corrected."""

    use_required_attribute = False

    reason = forms.CharField(
        label=_("更正原因"),
        max_length=LONGEST_REASON,
        help_text=_("会印在更正的通报上"),
        error_messages={"required": _("请填写更正原因。")},
    )


class AnswerForm(forms.Form):
    """What the unit says about it."""

    use_required_attribute = False

    answer = forms.CharField(
        label=_("单位说明"),
        max_length=LONGEST_ANSWER,
        help_text=_("发布单位能看到；不要写手机号、QQ号等个人信息"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("请填写说明。")},
    )
