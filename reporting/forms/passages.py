"""Input of what is passed on or sent up: title, text, link; with a category, or with whom it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reporting.choices import MaterialKind
from reporting.operations.contributions import LONGEST_REMARK
from reporting.operations.passages import LONGEST_LINK, LONGEST_TEXT, LONGEST_TITLE, Passage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orgs.models import OrgUnit


class PassageForm(forms.Form):
    """Title, text and link; what may stand in them is the operation's matter."""

    use_required_attribute = False

    title = forms.CharField(
        label=_("标题"), max_length=LONGEST_TITLE, error_messages={"required": _("请填写标题。")}
    )
    text = forms.CharField(
        label=_("内容"),
        max_length=LONGEST_TEXT,
        help_text=_("不要写手机号、身份证号等个人信息"),
        widget=forms.Textarea(attrs={"rows": 10}),
        error_messages={"required": _("请填写内容。")},
    )
    link = forms.CharField(
        label=_("链接"),
        max_length=LONGEST_LINK,
        required=False,
        help_text=_("原文的网址，以http://或https://开头"),
        widget=forms.URLInput,
    )

    def passage(self) -> Passage:
        """What the operations take."""
        given = self.cleaned_data
        return Passage(given["title"], given["text"], given["link"])


class MaterialForm(PassageForm):
    """内容供给 by category."""

    kind = forms.ChoiceField(
        label=_("类别"), choices=MaterialKind.choices, error_messages={"required": _("请选择类别。")}
    )
    field_order = ("kind", "title", "text", "link")


class ContributionForm(PassageForm):
    """报送 to one of those above."""

    to = forms.TypedChoiceField(
        label=_("报送对象"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择报送对象。"), "invalid_choice": _("请从列表中选择报送对象。")},
    )
    field_order = ("to", "title", "text", "link")

    def __init__(self, data: Any = None, *, addressees: Iterable[OrgUnit]) -> None:
        choices = [(each.pk, each.name) for each in addressees]
        super().__init__(data, initial={"to": choices[0][0]} if choices else {})
        self.fields["to"].choices = choices  # type: ignore[attr-defined]


class DecideForm(forms.Form):
    """What is said to the unit; both decisions send the same form."""

    use_required_attribute = False

    remark = forms.CharField(
        label=_("意见"),
        max_length=LONGEST_REMARK,
        required=False,
        help_text=_("报送单位能看到；不要写姓名、手机号"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
