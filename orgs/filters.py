"""Filters of list pages; how they become a page is said in `orgs/lists.py`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from orgs.http import whole_number
from orgs.models import OrgUnit
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Callable

    from orgs.http import LeagueRequest


class Tick(django_filters.Filter):
    """A box: ticked, only the rows that `narrow` leaves."""

    field_class = forms.BooleanField

    def __init__(self, label: object, narrow: Callable[[Any], Any]) -> None:
        super().__init__(label=label)
        self.narrow = narrow

    def filter(self, qs: Any, value: object) -> Any:
        return self.narrow(qs) if value else qs


def choice(label: object, path: str, choices: object) -> django_filters.ChoiceFilter:
    """One of a list; `choices` may be a callable, asked once per page."""
    return django_filters.ChoiceFilter(label=label, field_name=path, choices=choices, empty_label=_("全部"))


class ListFilter(django_filters.FilterSet):
    """Text and 团组织（含下级）, which every list has; `main` names the filters that stand open beside them."""

    main: ClassVar[tuple[str, ...]] = ()

    q = django_filters.CharFilter(label=_("查找"), method="by_text")
    request: LeagueRequest

    def by_text(self, queryset: Any, _name: str, value: str) -> Any:
        return queryset.matching(value[:60])

    @cached_property
    def unit(self) -> OrgUnit | None:
        """The unit chosen in the picker; without script the best match of what was typed."""
        visible = OrgUnit.objects.visible_to(self.request.user)
        pk, typed = whole_number(self.data.get("unit")), self.data.get("unit_q", "").strip()
        if pk:
            unit: OrgUnit | None = visible.filter(pk=pk).first()
            return unit
        return next(iter(visible.best_matches(typed, 1)), None) if typed else None

    @property
    def asks_for_a_unit(self) -> bool:
        return bool(self.data.get("unit") or self.data.get("unit_q", "").strip())

    def filter_queryset(self, queryset: Any) -> Any:
        queryset = super().filter_queryset(queryset)
        if self.asks_for_a_unit:
            return queryset.within(UnitsInCharge.below(self.unit)) if self.unit else queryset.none()
        return queryset

    @cached_property
    def chosen(self) -> list[tuple[str, str, str]]:
        """(name, label, value in words) of the filters in force."""
        self.form.is_valid()
        found = [
            (name, str(self.form.fields[name].label), self._in_words(name, value))
            for name, value in self.form.cleaned_data.items()
            if value not in (None, "", False)
        ]
        if self.asks_for_a_unit:
            found.append(("unit", str(_("团组织")), self.unit.name if self.unit else str(_("没有找到"))))
        return found

    def _in_words(self, name: str, value: object) -> str:
        if value is True:
            return ""
        choices = getattr(self.form.fields[name], "choices", ())
        return str({str(key): label for key, label in choices}.get(str(value), value))

    @property
    def main_fields(self) -> list[forms.BoundField]:
        return [self.form[name] for name in ("q", *self.main)]

    @property
    def more_fields(self) -> list[forms.BoundField]:
        """The others, boxes to tick last."""
        rest = [field for field in self.form if field.name not in ("q", *self.main)]
        return sorted(rest, key=lambda field: field.widget_type == "checkbox")

    @property
    def more_is_open(self) -> bool:
        return any(name not in ("q", "unit", *self.main) for name, _label, _value in self.chosen)
