"""A whole week as one table: which columns of the snapshot are read, and what stands in the cells of one unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.choices import Line
from reporting.coverage import Coverage
from reporting.coverage_words import rate_text
from reporting.figures import FIGURES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from orgs.operations.exporting import Cell
    from reporting.models import ClosedWeek

PLACE = (
    "unit_id",
    "parent_id",
    "code",
    "name",
    "kind_id",
    "line",
    "intake_year",
    "is_open",
    "is_reported",
    "base_year",
    "coverage_part",
    "coverage_base",
)
# Beside the figures: bases of the assessment, what the unit itself declares, checks in a row.
MORE = ("base_assessed", "base_reported", "base_orgs", "own_covered", "poor_streak", "poor_streak_max")
SIDES = ("own", "sub")
READ = (*PLACE, *MORE, *(f"{side}_{name}" for name in FIGURES for side in SIDES))
AT = {name: at for at, name in enumerate(READ)}
_FIRST = len(PLACE)
_OF_SUBTREE = frozenset(at for name, at in AT.items() if name.startswith("sub_"))


@dataclass(frozen=True, slots=True)
class Words:
    """What stands in every row, looked up once: a file may have hundreds of thousands."""

    week: str
    edition: int
    kinds: Mapping[str, str]
    lines: Mapping[str, str]
    yes: str
    no: str

    @classmethod
    def of(cls, closed: ClosedWeek, kinds: Mapping[str, str]) -> Words:
        """For one edition; `kinds` names the kinds of units."""
        lines = {code: str(label) for code, label in Line.choices}
        return cls(str(closed.week), closed.edition, kinds, lines, _("是"), _("否"))

    def yes_no(self, value: Cell) -> str:
        return self.yes if value else self.no


def cells(row: Sequence[Cell], path: str, words: Words, *, is_own_only: bool = False) -> list[Cell]:
    """One unit. `is_own_only`: what stands below it is not all the reader's, so that its sums are left empty."""
    coverage = None if is_own_only else _coverage(row)
    figures = row[_FIRST:]
    if is_own_only:
        figures = [None if at in _OF_SUBTREE else row[at] for at in range(_FIRST, len(row))]
    return [
        words.week,
        words.edition,
        str(row[AT["code"]]),
        str(row[AT["name"]]),
        path,
        words.kinds.get(str(row[AT["kind_id"]]), row[AT["kind_id"]]),
        words.lines.get(str(row[AT["line"]]), row[AT["line"]]),
        row[AT["intake_year"]],
        words.yes_no(row[AT["is_open"]]),
        words.yes_no(row[AT["is_reported"]]) if row[AT["own_holders"]] else None,
        rate_text(coverage) if coverage else None,
        coverage.shown_part if coverage else None,
        coverage.base if coverage else None,
        row[AT["base_year"]],
        *figures,
    ]


def _coverage(row: Sequence[Cell]) -> Coverage:
    part, base = _count(row, "coverage_part"), _count(row, "coverage_base")
    counts = (_count(row, name) or 0 for name in ("sub_holders", "sub_unreported", "sub_base_missing"))
    return Coverage(part, base, *counts)


def _count(row: Sequence[Cell], name: str) -> int | None:
    value = row[AT[name]]
    return value if isinstance(value, int) else None
