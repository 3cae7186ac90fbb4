"""Uploading a filled sheet, and choosing cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import QueryDict

    from scoring.operations.sheet_import import Difference

FILE, PORTAL = "file", "portal"
CHOICE = "cell_"


class SheetFileForm(forms.Form):
    """The file that was filled on site."""

    file = forms.FileField(
        label=_("填好的考评表"),
        help_text=_("从本系统下载后填写的 Excel（.xlsx），不超过 10 MB"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
        error_messages={"required": _("请选择文件。"), "empty": _("文件是空的，请重新选择文件。")},
    )


def chosen(data: QueryDict, differences: Iterable[Difference]) -> set[str]:
    """Keys of the cells whose value the person takes from the file; a cell without a choice stays as the portal has it."""
    takeable = {each.key for each in differences if each.is_takeable}
    if data.get("all") == FILE:
        return takeable
    return {key for key in takeable if data.get(CHOICE + key) == FILE}
