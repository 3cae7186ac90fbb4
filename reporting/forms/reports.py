"""What a direct unit adds to its prefilled weekly report: a remark, why the coverage fell, why channels were closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reporting.operations.reports import LONGEST_REMARK, LONGEST_TEXT, Said

if TYPE_CHECKING:
    from reporting.exceptions import ReportIncomplete

FIELDS_SHOWN = 30
CLOSING = "closing_"
_ASKED = {"required": _("请填写原因。")}


class ReportForm(forms.Form):
    """One field per closing without a reason, `closings` = [(event id, what was closed)]; one reason for all beside them."""

    use_required_attribute = False

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self,
        data: Any = None,
        *,
        closings: list[tuple[int, str]],
        asks_drop: bool,
        asks_remark: bool = True,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.closings = closings
        for pk, what in closings[:FIELDS_SHOWN]:
            self.fields[f"{CLOSING}{pk}"] = _text(_("%(what)s 注销原因") % {"what": what})
        if len(closings) > 1:
            self.fields["same_reason"] = _text(
                _("未逐项填写的注销，原因都是"), _("例如：毕业班群统一注销。不要写姓名和号码")
            )
        if asks_drop:
            self.fields["drop"] = _text(_("覆盖率下降的原因"), is_required=True)
        if asks_remark:
            self.fields["remark"] = _text(
                _("情况说明"), _("没有需要说明的可以不填；不要写姓名和号码"), LONGEST_REMARK
            )

    def said(self) -> Said:
        """The words as the operation takes them."""
        found = self.cleaned_data
        same = found.get("same_reason", "")
        return Said(
            found.get("remark", ""),
            found.get("drop", ""),
            {pk: found.get(f"{CLOSING}{pk}", "") or same for pk, _what in self.closings},
        )

    def add_missing(self, error: ReportIncomplete) -> None:
        """Each closing still to be explained gets its error at its field; those without one, at the reason for all."""
        for pk in error.closings:
            name = f"{CLOSING}{pk}"
            at = name if name in self.fields else "same_reason" if "same_reason" in self.fields else None
            if at is None or at not in self.errors:
                self.add_error(at, _("请填写原因。"))
        if error.drop and "drop" not in self.errors:
            self.add_error("drop" if "drop" in self.fields else None, _("请填写原因。"))


def _text(
    label: Any, hint: Any = "", longest: int = LONGEST_TEXT, *, is_required: bool = False
) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3}) if longest == LONGEST_REMARK else forms.TextInput()
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=longest,
        required=is_required,
        widget=widget,
        error_messages=_ASKED,
    )
