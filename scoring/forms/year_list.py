"""Which sheets of a year are shown: by kind of unit, assessment group, state and grade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orgs.choices import Kind
from scoring.choices import Grade, SheetState

if TYPE_CHECKING:
    from django.http import QueryDict

    from scoring.pages.year_list import Progress
    from scoring.querysets import SheetQuerySet

UNGRADED = "none"
ALONE = "none"


class YearFilter(forms.Form):
    """Four choices; one that isn't in its list is taken for "all"."""

    kind = forms.ChoiceField(label=_("类型"), required=False)
    group = forms.ChoiceField(label=_("考核小组"), required=False)
    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), *SheetState.choices])
    grade = forms.ChoiceField(
        label=_("等次"),
        required=False,
        choices=[("", _("全部")), *Grade.choices, (UNGRADED, _("未评完"))],
    )

    def __init__(self, data: QueryDict, *, choices: Progress) -> None:
        super().__init__(data)
        kind: Any = self.fields["kind"]
        kind.choices = [("", _("全部")), *((each, Kind(each).label) for each in choices.kinds)]
        group: Any = self.fields["group"]
        alone = [(ALONE, _("未分派"))] if choices.groups else []
        group.choices = [("", _("全部")), *((str(pk), name) for pk, name in choices.groups), *alone]
        self.is_valid()

    @property
    def is_narrow(self) -> bool:
        """Something is left out."""
        return any(self.cleaned_data.get(name) for name in self.fields)

    def apply(self, sheets: SheetQuerySet, untold: Q) -> SheetQuerySet:
        """The sheets asked for; `untold` ones have no grade for the reader."""
        given = self.cleaned_data
        if given.get("kind"):
            sheets = sheets.filter(unit__kind=given["kind"])
        if given.get("group") == ALONE:
            sheets = sheets.filter(group__isnull=True)
        elif given.get("group"):
            sheets = sheets.filter(group=int(given["group"]))
        if given.get("state"):
            sheets = sheets.filter(state=given["state"])
        if given.get("grade") == UNGRADED:
            sheets = sheets.filter(Q(grade="") | untold)
        elif given.get("grade"):
            sheets = sheets.filter(grade=given["grade"]).exclude(untold)
        return sheets
