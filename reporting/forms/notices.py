"""Input about notices: the draft, the reason of a withdrawal. To which subtree one goes comes from the picker."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from orgs.choices import Kind, Line
from orgs.kernel import clock
from reporting.operations.notice_recipients import DEEPEST, level_word
from reporting.operations.notices import LONGEST_REASON, LONGEST_TEXT, LONGEST_TITLE, Draft

if TYPE_CHECKING:
    from datetime import date, datetime

    from orgs.models import OrgUnit
    from reporting.models import Notice


LONGEST_AHEAD = timedelta(days=5 * 365)


def _is_within_reach(day: date) -> None:
    if day > clock.today() + LONGEST_AHEAD:
        raise ValidationError(_("日期太远，请填写五年以内的日期。"))


def _day(label: Any, help_text: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=False,
        validators=[_is_within_reach],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("请按“年-月-日”填写，例如：2026-11-25。")},
    )


class NoticeForm(forms.Form):
    """A draft as a person writes it; `version` says which one was looked at."""

    use_required_attribute = False

    title = forms.CharField(
        label=_("标题"), max_length=LONGEST_TITLE, error_messages={"required": _("请填写标题。")}
    )
    text = forms.CharField(
        label=_("正文"),
        max_length=LONGEST_TEXT,
        help_text=_("不要写手机号、QQ号等个人信息"),
        widget=forms.Textarea(attrs={"rows": 12}),
        error_messages={"required": _("请填写正文。")},
    )
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
    levels = forms.TypedMultipleChoiceField(
        label=_("收件单位层级"),
        choices=lambda: [(n, level_word(n)) for n in range(1, DEEPEST + 1)],
        coerce=int,
        required=False,
        help_text=_("从本单位往下数；不选为全部层级"),
        widget=forms.CheckboxSelectMultiple,
    )
    must_sign = forms.BooleanField(label=_("需要收件单位签收"), required=False, initial=True)
    sign_on = _day(_("签收截止"), _("当天24时止；不要求签收的不用填"))
    pinned_on = _day(_("置顶至"), _("当天24时止；不填为不置顶"))
    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)

    def __init__(self, data: Any = None, *, notice: Notice | None = None) -> None:
        super().__init__(data, initial=_shown(notice) if notice else None)

    def draft(self, under: OrgUnit) -> Draft:
        """What the operations take."""
        given = self.cleaned_data
        return Draft(
            given["title"],
            given["text"],
            under,
            given["kinds"],
            given["lines"],
            given["must_sign"],
            _end(given["sign_on"]),
            _end(given["pinned_on"]),
            given["levels"],
        )


class WithdrawForm(forms.Form):
    """Why it is withdrawn."""

    use_required_attribute = False

    reason = forms.CharField(
        label=_("撤回原因"),
        max_length=LONGEST_REASON,
        help_text=_("收件单位能看到"),
        error_messages={"required": _("请填写撤回原因。")},
    )


def _shown(notice: Notice) -> dict[str, Any]:
    names = ("title", "text", "kinds", "lines", "levels", "must_sign", "version")
    days = {"sign_on": _last_day(notice.sign_by), "pinned_on": _last_day(notice.pinned_until)}
    return {name: getattr(notice, name) for name in names} | days


def _end(day: date | None) -> datetime | None:
    return clock.day_end(day) if day else None


def _last_day(end: datetime | None) -> date | None:
    """The day whose end it is."""
    return clock.local(end - timedelta(microseconds=1)).date() if end else None
