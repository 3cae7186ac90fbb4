"""Forms of a graduation: which intakes, then the list of new branches as text, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orgs.forms.reasons import reason_field
from orgs.operations.intakes import NewBranch

if TYPE_CHECKING:
    from orgs.operations.intakes import Proposal

FIRST_YEAR, LAST_YEAR = 1950, 2100


class ChooseIntakeForm(forms.Form):
    """Which intake leaves and which one comes."""

    closed = forms.IntegerField(label=_("毕业年级"), min_value=FIRST_YEAR, max_value=LAST_YEAR)
    opened = forms.IntegerField(label=_("新入学年级"), min_value=FIRST_YEAR, max_value=LAST_YEAR)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("closed") and values.get("opened") and values["opened"] <= values["closed"]:
            self.add_error("opened", _("新入学年级应晚于毕业年级，请检查。"))
        return values


class TurnoverForm(forms.Form):
    """One text per superior, a line per new branch: code, a blank, full name. An empty text opens nothing there."""

    reason = reason_field()
    seen = forms.CharField(widget=forms.HiddenInput)
    key = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, proposal: Proposal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.proposal = proposal
        self.lists = []
        for each in proposal.superiors:
            name = f"new_{each.unit.pk}"
            self.fields[name] = forms.CharField(
                label=each.unit.name,
                required=False,
                initial="\n".join(f"{new.code} {new.name}" for new in each.new),
                widget=forms.Textarea(attrs={"rows": min(len(each.new) + 2, 12), "spellcheck": "false"}),
                help_text=_("每行一个：代码，空格，全称；不新设的整行删去"),
            )
            self.lists.append((each, self[name]))

    def clean(self) -> dict[str, Any]:
        """All faulty lines are named at once, with their number."""
        values = super().clean() or {}
        values["new"] = [
            branch
            for each in self.proposal.superiors
            for branch in self._branches(each.unit.pk, values.get(f"new_{each.unit.pk}", ""))
        ]
        return values

    def _branches(self, parent_id: int, text: str) -> list[NewBranch]:
        found = []
        for number, line in enumerate(text.splitlines(), start=1):
            code, _blank, name = line.strip().partition(" ")
            if code and not name.strip():
                message = _("第 %(n)s 行只有一项，请写“代码 全称”。") % {"n": number}
                self.add_error(f"new_{parent_id}", message)
            elif code:
                found.append(NewBranch(parent_id, code, name.strip()))
        return found


class UndoForm(forms.Form):
    reason = reason_field(label=_("撤回原因"))
