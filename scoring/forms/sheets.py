"""The sheet as one form: points per criterion, and counts, reasons and overrides of the item that is open beside it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from orgs.kernel.numbers import points_text
from scoring.choices import RuleKind
from scoring.forms.versions import TwoVersionsForm
from scoring.operations.scores import CountEntry, Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import QueryDict

    from scoring.exceptions import ScoringError
    from scoring.models import Score

READ, SELF, ASSESS = "read", "self", "assess"
YES_NO = (("", _("未填")), ("yes", _("有")), ("no", _("没有")))


class SheetForm(TwoVersionsForm):
    """Fields are named by the score's id; which are there depends on who fills the sheet and which item is open."""

    def __init__(self, data: QueryDict | None, scores: Iterable[Score], *, mode: str, item_id: int) -> None:
        super().__init__(data)
        self.mode = mode
        self.scores = list(scores)
        self.refused: dict[str, ScoringError] = {}
        if mode == READ:
            return
        for score in self.scores:
            is_open = score.criterion.item_id == item_id
            self._add_points(score, is_open=is_open)
            if is_open and score.criterion.is_counted:
                self._add_counts(score)
        self.hold({name: field.initial for name, field in self.fields.items()})

    def self_scores(self) -> list[Entry]:
        """The unit's own points that differ from what is stored."""
        if self.mode != SELF:
            return []
        given = ((score, self.cleaned_data.get(f"points_{score.pk}")) for score in self.scores)
        return [Entry(score.criterion.code, points) for score, points in given if points != score.self_points]

    def assessed(self) -> list[Entry]:
        """The assessors' points or reasons that differ from what is stored."""
        if self.mode != ASSESS:
            return []
        return [entry for score in self.scores if (entry := self._assessed_entry(score))]

    def counts(self) -> list[CountEntry]:
        """Counts of the open item that differ from what is stored."""
        entries = []
        for score in self.scores:
            if f"count_{score.pk}" not in self.fields:
                continue
            has_rule = {"yes": True, "no": False}.get(self.cleaned_data.get(f"rule_{score.pk}", ""))
            entry = CountEntry(score.criterion.code, self.cleaned_data.get(f"count_{score.pk}"), has_rule)
            if (entry.count, entry.has_rule_document) != (score.entered_count, score.has_rule_document):
                entries.append(entry)
        return entries

    def refuse(self, errors: Mapping[str, ScoringError]) -> None:
        """Put the error of each criterion at its field."""
        self.refused = dict(errors)
        for score in self.scores:
            error = errors.get(score.criterion.code)
            if error is not None:
                self.add_error(f"points_{score.pk}", error.message)

    def refused_item(self) -> int | None:
        """The item of the first refused entry: it must be open, as its reason is given there."""
        items = (score.criterion.item_id for score in self.scores if score.criterion.code in self.refused)
        return next(items, None)

    def _add_points(self, score: Score, *, is_open: bool) -> None:
        criterion = score.criterion
        if self.mode == ASSESS and criterion.is_computed and not is_open:
            return  # the system's points stand; people change them where the arithmetic is in sight
        stored = score.self_points if self.mode == SELF else score.assessed_points
        placeholder = _("未评") if score.computed_points is None else points_text(score.computed_points)
        self.fields[f"points_{score.pk}"] = forms.DecimalField(
            label=str(criterion),
            required=False,
            initial=None if stored is None else points_text(stored),
            widget=forms.TextInput(
                attrs={
                    "class": "score",
                    "inputmode": "decimal",
                    "autocomplete": "off",
                    "placeholder": placeholder,
                }
            ),
            error_messages={"invalid": _("请填写数字，如 0.5。")},
        )
        if self.mode == ASSESS and is_open:
            self.fields[f"reason_{score.pk}"] = forms.CharField(
                label=_("调整理由"),
                required=False,
                max_length=200,
                initial=score.reason,
                widget=forms.TextInput(attrs={"class": "input"}),
            )

    def _add_counts(self, score: Score) -> None:
        is_meetings = score.criterion.rule == RuleKind.COUNT
        self.fields[f"count_{score.pk}"] = forms.IntegerField(
            label=_("专题会议记录（次）") if is_meetings else _("文件（份）"),
            required=False,
            min_value=0,
            max_value=999,
            initial=score.entered_count,
            widget=forms.NumberInput(attrs={"class": "input", "inputmode": "numeric"}),
        )
        if score.criterion.asks_rule_document:
            stored = {True: "yes", False: "no", None: ""}[score.has_rule_document]
            self.fields[f"rule_{score.pk}"] = forms.ChoiceField(
                label=_("制度性文件"),
                required=False,
                choices=YES_NO,
                initial=stored,
                widget=forms.Select(attrs={"class": "input"}),
            )

    def _assessed_entry(self, score: Score) -> Entry | None:
        if f"points_{score.pk}" not in self.fields:
            return None
        points: Decimal | None = self.cleaned_data.get(f"points_{score.pk}")
        reason = self.cleaned_data.get(f"reason_{score.pk}", score.reason)
        if (points, reason) == (score.assessed_points, score.reason):
            return None
        return Entry(score.criterion.code, points, reason)
