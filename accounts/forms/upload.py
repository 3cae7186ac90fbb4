"""Input of the upload pages: the file and the round, corrections of cells on the preview, the confirmation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import CollectionRound

if TYPE_CHECKING:
    from django.http import QueryDict

    from accounts.querysets.rounds import CollectionRoundQuerySet

CELL = "cell"  # cell|sheet\trow|code: the name of an input on the preview


class UploadForm(forms.Form):
    """Which file for which round."""

    round = forms.ModelChoiceField(
        label=_("填报任务"), queryset=CollectionRound.objects.none(), empty_label=None
    )
    file = forms.FileField(
        label=_("收集表文件"),
        help_text=_("Excel（.xlsx）或 CSV，不超过 10 MB"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"required": _("请选择文件。"), "empty": _("文件是空的，请重新选择文件。")},
    )

    def __init__(self, *args: Any, rounds: CollectionRoundQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["round"].queryset = rounds  # type: ignore[attr-defined]


class ConfirmForm(forms.Form):
    """The confirmation: only the good forms, or all of them or none."""

    all_or_nothing = forms.BooleanField(required=False)


class FullExportForm(forms.Form):
    """Why somebody needs every number in full."""

    reason = forms.CharField(
        label=_("下载原因"),
        min_length=4,
        max_length=200,
        help_text=_("会与下载人、时间、行数一起记入操作记录"),
        error_messages={"min_length": _("请写清楚原因，至少 4 个字。"), "required": _("请填写下载原因。")},
    )


def name_of(place: str, code: str) -> str:
    """The name of the input that corrects one cell."""
    return f"{CELL}|{place}|{code}"


def corrections(data: QueryDict) -> dict[str, dict[str, str]]:
    """What was typed on the preview: row -> field -> text. Which cells may be corrected is the operation's matter."""
    found: dict[str, dict[str, str]] = {}
    for name, text in data.items():
        if name.startswith(f"{CELL}|") and name.count("|") >= 2 and str(text).strip():
            place, _bar, code = name[len(CELL) + 1 :].rpartition("|")
            found.setdefault(place, {})[code] = str(text).strip()
    return found
