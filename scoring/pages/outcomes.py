"""What follows from a final result, as the sheet's page shows it: awards, key-work total, explanation, letters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.urls import reverse

from orgs.kernel import clock
from orgs.kernel.numbers import points_text
from reporting.operations.supervision import link_of
from scoring import letters
from scoring.operations import explanations, sheets
from scoring.outcomes import Outcome, exact_text, is_out, outcome_of, weight_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orgs.models import User
    from reporting.models import Duty
    from scoring.models import Consequence, Sheet


@dataclass(frozen=True, slots=True)
class Block:
    """The card on the sheet's page."""

    outcome: Outcome
    is_out: bool
    is_replaced: bool  # by a later revision: it is read, and nothing follows from it any more
    counted: str  # 8.3 × 0.5 = 4.15
    duty: Duty | None
    duty_url: str
    duty_words: str
    may_demand: bool
    due_on: date
    files: Sequence[tuple[str, str]]


def block_of(sheet: Sheet, consequences: Sequence[Consequence], user: User) -> Block | None:
    """None while the sheet is open, and for others than the office while the result isn't out."""
    if not sheet.is_final:
        return None
    may_manage = sheets.leads(user, sheet.unit)
    published = is_out(sheet)
    if not (published or may_manage):
        return None
    later = getattr(sheet, "corrected_by", None)
    is_replaced = later is not None and later.is_final
    outcome = outcome_of(sheet, consequences)
    duty = explanations.duty_of(sheet) if outcome.explanation else None
    result = letters.Result(sheet, outcome, duty)
    found = [
        (each.title, reverse("scoring:download-letter", args=[sheet.pk, name]))
        for name, each in letters.kinds().items()
        if published and not is_replaced and each.concerns(result)
    ]
    return Block(
        outcome,
        published,
        is_replaced,
        f"{points_text(sheet.total_points)} × {exact_text(weight_of(sheet))} = {exact_text(outcome.contribution)}",
        duty,
        link_of(duty) if duty else "",
        letters.duty_words(duty),
        may_demand=may_manage
        and published
        and not is_replaced
        and outcome.explanation is not None
        and duty is None,
        due_on=clock.today() + timedelta(days=explanations.DAYS),
        files=found,
    )
