"""原因: why something is done. It stays in the history of the object, which everybody above reads."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LONGEST_REASON = 200
REASON_MISSING = {"required": gettext_lazy("请填写原因，变更记录会保存。")}
_NUMBER_OF_A_PERSON = re.compile(r"\d{5,}|1[3-9]\d[\s\-－]?\d{4}[\s\-－]?\d{4}")


def refuse_numbers(text: str) -> None:
    """SECURITY: the history is read by everybody above; a mobile or QQ number of a person does not belong there."""
    if _NUMBER_OF_A_PERSON.search(text):
        raise forms.ValidationError(_("原因中不要写手机号、QQ号等个人信息，请删去后再提交。"))


def reason_field(
    help_text: Any = "", *, label: Any = "", missing: Any = "", required: bool = True
) -> forms.CharField:
    """Why: kept beside the change. `missing` is what is said where nothing was written."""
    return forms.CharField(
        label=label or gettext_lazy("原因"),
        max_length=LONGEST_REASON,
        required=required,
        help_text=help_text or gettext_lazy("会保留在变更记录中，不要写姓名和号码"),
        error_messages={"required": missing} if missing else REASON_MISSING,
        validators=[refuse_numbers],
    )
