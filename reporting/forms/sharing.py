"""Input about 小投票: question, options, days; the option a unit chooses."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from reporting.operations.polls import LONGEST_OPTION, LONGEST_QUESTION, MOST_OPTIONS, Question


class PollForm(forms.Form):
    """What may stand in it is the operation's matter."""

    use_required_attribute = False

    question = forms.CharField(
        label=_("问题"), max_length=LONGEST_QUESTION, error_messages={"required": _("请填写问题。")}
    )
    options = forms.CharField(
        label=_("选项"),
        max_length=(LONGEST_OPTION + 2) * MOST_OPTIONS * 2,
        help_text=_("每行一个，2到8个"),
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("请填写选项，每行一个。")},
    )
    starts_on = forms.DateField(
        label=_("开始日期"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("请填写开始日期。"), "invalid": _("请填写日期，如 2026-11-18。")},
    )
    ends_on = forms.DateField(
        label=_("截止日期"),
        help_text=_("到当天24时"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("请填写截止日期。"), "invalid": _("请填写日期，如 2026-11-18。")},
    )

    def asked(self) -> Question:
        """What the operation takes."""
        given = self.cleaned_data
        return Question(
            given["question"], given["options"].splitlines(), given["starts_on"], given["ends_on"]
        )
