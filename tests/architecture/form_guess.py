"""What a person would type into the forms of a page: good enough that most forms are taken."""

from __future__ import annotations

from django import forms
from django.forms.boundfield import BoundField

WORDS = "测试内容"
BY_KIND = {
    forms.DateTimeField: "2026-12-01T10:00",
    forms.DateField: "2026-12-01",
    forms.URLField: "https://example.org/",
}


def forms_of(answer) -> list[forms.BaseForm]:
    """The forms a page was rendered with."""
    found: dict[int, forms.BaseForm] = {}
    for context in answer.context or ():
        for layer in context.dicts if hasattr(context, "dicts") else [context]:
            for value in layer.values():
                if isinstance(value, forms.BaseForm):
                    found[id(value)] = value
    return list(found.values())


def typed(form: forms.BaseForm) -> dict[str, object]:
    """Name -> value: what stands in the form already, else something of the kind it asks for."""
    return {bound.html_name: value for bound in form if (value := _value(bound)) is not None}


def _value(bound: BoundField) -> object:
    field, known = bound.field, bound.value()
    if isinstance(field, forms.FileField):
        return None
    if isinstance(field, forms.BooleanField):
        return "on" if known or field.required else None
    if known not in (None, ""):
        return known
    return _made_up(field) if field.required else None


def _made_up(field: forms.Field) -> object:
    if isinstance(field, forms.ModelChoiceField):
        return field.queryset.values_list("pk", flat=True).first()
    if isinstance(field, forms.ChoiceField):
        values = [value for value, label in field.choices if value != "" and isinstance(label, str)]
        return next(iter(values), None)
    for kind, value in BY_KIND.items():
        if isinstance(field, kind):
            return value
    return max(1, field.min_value or 1) if isinstance(field, forms.IntegerField) else WORDS
