"""How points and their inputs are shown on the sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from orgs.kernel.numbers import points_text
from scoring import record_pages, rule_words

if TYPE_CHECKING:
    from decimal import Decimal

    from django.forms import BoundField
    from django.utils.safestring import SafeString

    from scoring.models import Consequence, Criterion, Sheet

register = template.Library()


@register.filter
def points(value: Decimal | None) -> str:
    """1.0, -0.2, 0; nothing where it isn't scored, as on paper."""
    return points_text(value, "")


@register.filter
def provenance(criterion: Criterion) -> str:
    """Where a criterion comes from: 原文, 按文意理解, 拟定."""
    return rule_words.provenance_words(criterion.provenance)


@register.filter
def record_url(consequence: Consequence, sheet: Sheet) -> str:
    """The page of the record a flag cites; "" for what follows from the total."""
    return record_pages.of_fault(consequence, sheet)


@register.filter
def labelled(field: BoundField) -> SafeString:
    """The input of a table cell: its name for a screen reader is the criterion."""
    return field.as_widget(attrs={"aria-label": str(field.label), **_state(field)})


@register.filter
def described(field: BoundField) -> SafeString:
    """The input below a visible label, tied to its error."""
    return field.as_widget(attrs={**_state(field)})


def _state(field: BoundField) -> dict[str, str]:
    if not field.errors:
        return {}
    return {"aria-invalid": "true", "aria-describedby": f"{field.auto_id}_error"}
