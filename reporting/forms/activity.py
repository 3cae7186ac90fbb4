"""Input about daily records: one number of one channel, a month's file, the confirmation of what was looked through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from reporting.operations.activity import MOST_POSTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from orgs.models import OrgUnit, User
    from reporting.operations.activity_file import NewCell

STANDS_FOR_SECONDS = 2 * 60 * 60
SALT = "reporting.activity.import"


class PostsForm(forms.Form):
    """Items of one channel on one day; empty: not recorded, which is no 0."""

    use_required_attribute = False

    posts = forms.IntegerField(
        label=_("发布条数"),
        required=False,
        min_value=0,
        max_value=MOST_POSTS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "invalid": _("不是整数，请填写数字；没有发布填 0。"),
            "min_value": _("不能小于 0；没有发布填 0。"),
            "max_value": _("数字太大，请核对。"),
        },
    )


class MonthFileForm(forms.Form):
    """Which file."""

    use_required_attribute = False

    file = forms.FileField(
        label=_("填好的表"),
        help_text=_("用本页下载的表填写后上传；没有记录的日子留空，没有发布填 0"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"required": _("请选择文件。"), "empty": _("文件是空的，请重新选择文件。")},
    )


class ConfirmCellsForm(forms.Form):
    """The confirmation carries what was looked through, signed: for this person, unit and month, and not for long."""

    sealed = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, unit: OrgUnit, first: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._owner = _owner(user, unit, first)

    def clean_sealed(self) -> list[NewCell]:
        try:
            content = signing.loads(self.cleaned_data["sealed"], salt=SALT, max_age=STANDS_FOR_SECONDS)
        except signing.BadSignature as error:
            raise forms.ValidationError(_("检查结果已过期，请重新上传文件。")) from error
        if content["owner"] != self._owner:
            raise forms.ValidationError(_("检查结果已过期，请重新上传文件。"))
        return [(key, day, posts) for key, day, posts in content["cells"]]


def seal(cells: Sequence[NewCell], *, user: User, unit: OrgUnit, first: date) -> str:
    """What was looked through as one signed text; no secret, but nobody may change it."""
    content = {"owner": _owner(user, unit, first), "cells": cells}
    return signing.dumps(content, salt=SALT, compress=True)


def _owner(user: User, unit: OrgUnit, first: date) -> list[object]:
    return [user.pk, unit.pk, first.isoformat()]
