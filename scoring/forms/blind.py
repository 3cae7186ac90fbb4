"""What one assessor finds alone, and what the group agreed on: points and words per criterion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orgs.kernel.numbers import points_text
from scoring.forms.versions import TwoVersionsForm
from scoring.operations.agreeing import MOST_CHARACTERS
from scoring.operations.blind_scores import BlindEntry
from scoring.operations.scores import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from django.http import QueryDict

    from scoring.exceptions import ScoringError
    from scoring.models import BlindScore, Score, Sheet


def _points(label: str, initial: Decimal | None, placeholder: Any) -> forms.DecimalField:
    attrs = {"class": "score", "inputmode": "decimal", "autocomplete": "off", "placeholder": placeholder}
    return forms.DecimalField(
        label=label,
        required=False,
        initial=None if initial is None else points_text(initial),
        widget=forms.TextInput(attrs=attrs),
        error_messages={"invalid": _("请填写数字，如 0.5。")},
    )


def _words(label: Any, initial: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "input", "autocomplete": "off"})
    return forms.CharField(label=label, required=False, max_length=200, initial=initial, widget=widget)


class _CriteriaForm(TwoVersionsForm):
    """Fields are named by the score's id."""

    use_required_attribute = False

    def __init__(self, data: QueryDict | None, scores: Sequence[Score]) -> None:
        super().__init__(data)
        self.scores = list(scores)

    def refuse(self, errors: Mapping[str, ScoringError]) -> None:
        """Put the error of each criterion at its field."""
        for score in self.scores:
            error = errors.get(score.criterion.code)
            if error is not None:
                self.add_error(f"points_{score.pk}", error.message)


class BlindForm(_CriteriaForm):
    """One assessor's points and notes; a field left empty is "not scored", never 0."""

    def __init__(
        self, data: QueryDict | None, scores: Sequence[Score], kept: Mapping[int, BlindScore]
    ) -> None:
        super().__init__(data, scores)
        for score in self.scores:
            own = kept.get(score.criterion_id)
            label = str(score.criterion)
            self.fields[f"points_{score.pk}"] = _points(label, own.points if own else None, _("未评"))
            self.fields[f"note_{score.pk}"] = _words(
                _("%(name)s 说明") % {"name": label}, own.note if own else ""
            )
        self.hold({name: field.initial for name, field in self.fields.items()})

    def entries(self) -> list[BlindEntry]:
        """Every criterion, as it was typed."""
        given = self.cleaned_data
        return [
            BlindEntry(each.criterion.code, given[f"points_{each.pk}"], given[f"note_{each.pk}"])
            for each in self.scores
        ]


class AgreeForm(_CriteriaForm):
    """The agreed points, the reason where they deviate from the computed ones, and 总体评价."""

    overall = forms.CharField(
        label=_("总体评价"),
        required=False,
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        data: QueryDict | None,
        scores: Sequence[Score],
        *,
        sheet: Sheet,
        proposed: Mapping[int, Decimal],
    ) -> None:
        """`proposed` are points all members gave alike, by criterion: they are proposed where nothing is kept yet."""
        super().__init__(data, scores)
        self.fields["overall"].initial = sheet.overall
        stored: dict[str, object] = {"overall": sheet.overall}
        for score in self.scores:
            initial = score.assessed_points
            alike = proposed.get(score.criterion_id)
            if initial is None and alike != score.computed_points:
                initial = alike
            computed = score.computed_points
            placeholder = _("未评") if computed is None else points_text(computed)
            self.fields[f"points_{score.pk}"] = _points(str(score.criterion), initial, placeholder)
            if computed is not None:
                self.fields[f"reason_{score.pk}"] = _words(
                    _("%(name)s 调整理由") % {"name": score.criterion}, score.reason
                )
                stored[f"reason_{score.pk}"] = score.reason
            # What is only proposed isn't stored.
            kept = score.assessed_points
            stored[f"points_{score.pk}"] = None if kept is None else points_text(kept)
        self.hold(stored)

    def entries(self) -> list[Entry]:
        """Points or reasons that differ from what is kept."""
        entries = []
        for score in self.scores:
            points = self.cleaned_data[f"points_{score.pk}"]
            reason = self.cleaned_data.get(f"reason_{score.pk}", "")
            if (points, reason) != (score.assessed_points, score.reason):
                entries.append(Entry(score.criterion.code, points, reason))
        return entries
