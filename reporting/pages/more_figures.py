"""更多指标 on the page of a unit's week: figures beside the strip, own and with everything below, from the row alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from orgs.kernel.numbers import thousands
from reporting.pages.figure_words import FIGURES, missing_word

if TYPE_CHECKING:
    from reporting.pages.lineage import Lineage

SHOWN = (
    "admins", "admin_persons", "follows_superior", "covered_youth", "cadres", "cadres_with_account", "cadres_min_ok",
    "requirements", "requirements_met", "requirements_overdue",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One figure; a missing one reads as a word or a dash, never as 0."""

    label: str
    own: str
    below: str
    url: str


def of_unit(lineage: Lineage) -> list[FigureLine]:
    """No statement. Nothing under today's tree or where the reader sees only some lines: these are of the whole unit."""
    if lineage.chosen.is_restated or not lineage.sees_all:
        return []
    return [_line(lineage, name) for name in SHOWN]


def _line(lineage: Lineage, name: str) -> FigureLine:
    chosen, row = lineage.chosen, lineage.row
    missing = missing_word(name, chosen.closed)
    own, below = (thousands(getattr(row, f"{side}_{name}"), missing) for side in ("own", "sub"))
    url = chosen.address(reverse("reporting:show-rows", args=[chosen.week, row.unit_id, name]))
    return FigureLine(str(FIGURES[name].label), own, below, url)
