"""Forms that two people may have open at once: what nobody touched never overwrites, what both did stands in both versions (C3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import QueryDict


class TwoVersionsForm(forms.Form):
    """Knows what stands in the database for each field, and hands it to the page as `was-…` to be sent back.

    A blank one is not sent: a field without it was blank.
    """

    WAS = "was-"

    data: QueryDict

    def __init__(self, data: QueryDict | None) -> None:
        super().__init__(data)
        self.stored: dict[str, str] = {}

    def hold(self, stored: Mapping[str, object]) -> None:
        """Say what is stored, once the fields are there; a field the page doesn't show stays as it is stored."""
        self.stored = {name: "" if value is None else str(value) for name, value in stored.items()}
        if self.is_bound:
            data = self.data.copy()
            for name in self.fields.keys() - data.keys():
                data[name] = self.stored.get(name, "")
            self.data = data

    @property
    def as_read(self) -> list[tuple[str, str]]:
        """What the page was made from, for its hidden fields."""
        return [(f"{self.WAS}{name}", text) for name, text in self.stored.items() if text]

    def set_side_by_side(self) -> None:
        """Somebody saved since the page was read: untouched fields take that over, the others keep the person's text.

        Where both changed a field, both values are said beside it. The next save is decided knowingly.
        """
        data, both = self.data.copy(), {}
        for name, saved in self.stored.items():
            mine, read = data.get(name, ""), data.get(f"{self.WAS}{name}", "")
            if self._alike(name, mine, read):
                data[name] = saved
            elif not self._alike(name, saved, read) and not self._alike(name, mine, saved):
                both[name] = (mine, saved)
        self.data = data
        self._errors = None  # cleaned again, with what is in the fields now
        text = _(
            "您打开页面以后，这张表在别处保存过，您的填写还没有保存。您填写的都还在，没有改动过的已换成最新内容；"
        )
        text += (
            _("两处填写不同的已注明。请核对后再保存。") if both else _("两处填写没有冲突。请核对后再保存。")
        )
        self.add_error(None, text)
        for name, (mine, saved) in both.items():
            words = {"mine": self._shown(name, mine), "saved": self._shown(name, saved)}
            self.add_error(
                name,
                _("刚才已保存为%(saved)s，您填写的是%(mine)s。再次保存，以框中的为准。") % words,
            )

    def typed(self) -> list[tuple[str, str]]:
        """What the person changed on the page, by the field's label, for where nothing can be saved any more."""
        given = (
            (name, self.data.get(name, ""), self.data.get(f"{self.WAS}{name}", "")) for name in self.stored
        )
        return [
            (str(self.fields[name].label), self._shown(name, mine))
            for name, mine, read in given
            if not self._alike(name, mine, read)
        ]

    def _alike(self, name: str, one: str, other: str) -> bool:
        return self._value(name, one) == self._value(name, other)

    def _value(self, name: str, text: str) -> object:
        """0.50 is 0.5; a browser sends line ends of its own."""
        try:
            value = self.fields[name].to_python(text)
        except forms.ValidationError:
            return text
        return value.replace("\r\n", "\n") if isinstance(value, str) else value

    def _shown(self, name: str, text: str) -> str:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            text = str(dict(field.choices).get(text, ""))  # type: ignore[arg-type]
        return f"“{text}”" if text.strip() else _("空白")
