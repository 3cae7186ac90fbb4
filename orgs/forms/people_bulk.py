"""The list of people to invite: pasted from a spreadsheet or uploaded."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.kernel import xlsx
from orgs.kernel.sheets import FileRejected
from orgs.kernel.texts import clean
from orgs.operations.invitations_bulk import Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.http import QueryDict

LONGEST_TEXT = 200_000
BETWEEN = re.compile(r"\t|[ \u3000]*[,，;；|][ \u3000]*|[ \u3000]+")
N_COLUMNS = 3
HEAD_WORDS = ("姓名", "手机")


class InviteManyForm(forms.Form):
    """`lines` are the rows of the text, or of the file where there is one."""

    text = forms.CharField(
        label=gettext_lazy("名单"),
        required=False,
        strip=False,
        max_length=LONGEST_TEXT,
        help_text=gettext_lazy(
            "每行一人：组织全称或代码、姓名、手机，从 Excel 或 WPS 复制三列粘贴即可。没有填姓名和手机的行会跳过。"
        ),
        widget=forms.Textarea(attrs={"rows": 12, "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"max_length": gettext_lazy("名单太长，请分几次办理。")},
    )
    file = forms.FileField(
        label=gettext_lazy("或上传文件"),
        required=False,
        help_text=gettext_lazy("Excel（.xlsx）或 CSV，第一张表，三列次序相同。上传文件时不看上面的名单。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"empty": gettext_lazy("文件是空的，请重新选择文件。")},
    )
    idempotency_key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    data: QueryDict

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["idempotency_key"].initial = secrets.token_hex(16)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("file"):
            try:
                data["lines"] = list(_of_file(data["file"]))
            except FileRejected as error:
                self.add_error("file", error.message)
                return data
            # What was in the file stands in the box of the answer: nothing has to be chosen again.
            self.data = self.data.copy()
            self.data["text"] = as_text(data["lines"])
        else:
            data["lines"] = list(_of_text(data.get("text") or ""))
        if not data["lines"] and not self.errors:
            self.add_error("text", _("请粘贴名单，或选择文件。"))
        return data


def as_text(lines: Iterable[Line]) -> str:
    """The rows as a spreadsheet copies them."""
    return "\n".join("\t".join((line.unit, line.name, line.mobile)) for line in lines)


def _of_text(text: str) -> Iterable[Line]:
    for number, row in enumerate(text.splitlines(), start=1):
        cells = row.split("\t") if "\t" in row else BETWEEN.split(row.strip())
        yield from _line(number, cells)


def _of_file(file: Any) -> Iterable[Line]:
    limits = xlsx.Limits(**settings.UPLOAD_LIMITS)
    sheets = [sheet for sheet in xlsx.read_guarded(file.read(), file.name, limits) if not sheet.hidden]
    for row in sheets[0].rows if sheets else []:
        yield from _line(row.number, row.cells)


def _line(number: int, cells: Sequence[str]) -> Iterable[Line]:
    cleaned = [clean(cell) for cell in cells[:N_COLUMNS]]
    is_head = all(any(word in cell for cell in cleaned) for word in HEAD_WORDS)
    if any(cleaned) and not is_head:
        yield Line(number, *cleaned, *[""] * (N_COLUMNS - len(cleaned)))
