"""Input of a trial: from which closed week to which, and beside which other edition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Sequence


class TrialForm(forms.Form):
    """Read from the address; without a word in it, every closed week of the year and nothing beside."""

    use_required_attribute = False

    year = forms.IntegerField(widget=forms.HiddenInput)
    first = forms.TypedChoiceField(label=_("从"), coerce=int)
    last = forms.TypedChoiceField(label=_("到"), coerce=int)
    other = forms.TypedChoiceField(label=_("对比"), coerce=int, required=False, empty_value=None)

    def __init__(
        self,
        data: Any,  # QueryDict, or what a test gives
        year: int,
        weeks: Sequence[tuple[int, str]],
        others: Sequence[tuple[int, str]],
    ) -> None:
        usual = {"year": year, "first": weeks[0][0], "last": weeks[-1][0]}
        given = {name: data[name] for name in ("first", "last", "other") if data.get(name)}
        super().__init__({**usual, **given})
        self.fields["first"].choices = self.fields["last"].choices = weeks  # type: ignore[attr-defined]
        self.fields["other"].choices = [("", say("不对比")), *others]  # type: ignore[attr-defined]

    def clean(self) -> None:
        """A period doesn't end before it begins."""
        super().clean()
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first is not None and last is not None and first > last:
            self.add_error("last", say("结束的周不能早于开始的周，请重新选择。"))
