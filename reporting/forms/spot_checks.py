"""Input about single checks: what was counted, how a group was looked for, a call, why one is voided, objections."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orgs.kernel import clock
from reporting.operations.check_photos import LONGEST_PURPOSE, Photo
from reporting.operations.draw_results import Counted
from reporting.operations.inspection import LONGEST_REASON, MOST_POSTS
from reporting.operations.verified_counts import MOST_MEMBERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orgs.models import User

_NUMBER = {"required": _("请填写整数。"), "invalid": _("请填写整数。")}
_NO_NUMBERS = _("不要写姓名、手机号、QQ号")


def _posts() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("抽查日发布信息条数"),
        min_value=0,
        max_value=MOST_POSTS,
        help_text=_("前一整天 0–24 时；没有发布填 0"),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages=_NUMBER,
    )


class _OnceForm(forms.Form):
    """Sent twice it is recorded once: the page carries a key, a phone that was offline one of its own."""

    use_required_attribute = False

    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = secrets.token_hex(16)


class ResultForm(_OnceForm):
    """How many items on which day; the grade is computed. How many people, and a photo, where that is needed."""

    posts = _posts()
    counted_on = forms.DateField(
        label=_("抽查日"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("请填写抽查日。"),
            "invalid": _("请按“年-月-日”填写，例如：2026-11-25。"),
        },
    )
    members = forms.IntegerField(
        label=_("核实人数"),
        min_value=0,
        max_value=MOST_MEMBERS,
        required=False,
        help_text=_("清点了群成员才填；少于申报人数的，考评按核实人数计算"),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages=_NUMBER,
    )
    note = forms.CharField(
        label=_("核实说明"), max_length=LONGEST_REASON, required=False, help_text=_NO_NUMBERS
    )
    purpose = forms.CharField(
        label=_("图片用途"),
        max_length=LONGEST_PURPOSE,
        required=False,
        help_text=_("为什么必须附图片；一般不需要，不要上传聊天截图"),
    )
    photo = forms.FileField(required=False, allow_empty_file=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["counted_on"].initial = clock.today() - timedelta(days=1)

    def facts(self) -> dict[str, Any]:
        """What `record_item` asks for, once the form is valid."""
        given = self.cleaned_data
        members, photo = given["members"], given["photo"]
        return {
            "posts": given["posts"],
            "counted_on": given["counted_on"],
            "counted": None if members is None else Counted(members, given["note"]),
            "photo": Photo(photo.read(), given["purpose"]) if photo else None,
            "key": given["key"],
        }


class MissingForm(_OnceForm):
    """How the group was looked for."""

    note = forms.CharField(
        label=_("查找情况"),
        max_length=LONGEST_REASON,
        help_text=_("写清怎样查找；不要写姓名、手机号、QQ号"),
        error_messages={"required": _("请说明怎样查找过这个群。")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="missing_%s", **kwargs)


class VoidForm(forms.Form):
    """Why a check or a verified figure no longer counts."""

    use_required_attribute = False

    reason = forms.CharField(
        label=_("作废理由"),
        max_length=LONGEST_REASON,
        help_text=_NO_NUMBERS,
        error_messages={"required": _("请填写作废理由。")},
    )


class CallForm(forms.Form):
    """What a call told."""

    use_required_attribute = False

    note = forms.CharField(
        label=_("了解到的情况"),
        max_length=LONGEST_REASON,
        help_text=_NO_NUMBERS,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请填写了解到的情况。")},
    )


class ObjectForm(forms.Form):
    """Why the result isn't right."""

    use_required_attribute = False

    reason = forms.CharField(
        label=_("异议理由"),
        max_length=LONGEST_REASON,
        help_text=_NO_NUMBERS,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请填写异议理由。")},
    )


class SecondForm(forms.Form):
    """Who counts again; nobody chosen: by lot."""

    use_required_attribute = False

    person = forms.TypedChoiceField(label=_("复核人"), coerce=int, empty_value=None, required=False)

    def __init__(self, data: Any = None, *, people: Iterable[User]) -> None:
        super().__init__(data)
        choices = [("", _("抽签确定")), *((each.pk, each.display_name) for each in people)]
        self.fields["person"].choices = choices  # type: ignore[attr-defined]


class SecondResultForm(forms.Form):
    """The items of the same day, counted again."""

    use_required_attribute = False

    posts = _posts()


class SecondCountForm(forms.Form):
    """The people in the group, counted again."""

    use_required_attribute = False

    members = forms.IntegerField(
        label=_("复核人数"),
        min_value=0,
        max_value=MOST_MEMBERS,
        help_text=_("只数人数，不要抄录姓名；群找不到填 0"),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages=_NUMBER,
    )


class DecideForm(forms.Form):
    """Upheld or not, and why."""

    use_required_attribute = False

    is_upheld = forms.TypedChoiceField(
        label=_("裁定"),
        choices=[("1", _("异议成立，以复核结果为准")), ("0", _("异议不成立，维持原结果"))],
        coerce=lambda value: value == "1",
        empty_value=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择裁定结果。")},
    )
    remark = forms.CharField(
        label=_("裁定意见"),
        max_length=LONGEST_REASON,
        help_text=_NO_NUMBERS,
        error_messages={"required": _("请填写裁定意见。")},
    )
