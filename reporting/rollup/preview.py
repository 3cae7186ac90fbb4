"""The figures of one unit's subtree in a week that is not closed yet, by the definitions of the close; writes nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from reporting.coverage import Coverage
from reporting.rollup.facts import own_figures
from reporting.rollup.moment import Moment
from reporting.rollup.placed import SUBTREE_PLACED

if TYPE_CHECKING:
    from orgs.kernel.clock import Week

ADDED = ("opened", "closed", "changed", "admin_changed", "holders", "unreported")
SETTLED = ("base_missing", "covered_capped", "covered_without_base")
NAMES = (*ADDED, *SETTLED, "base_members")

Figures = dict[str, int | None]


@dataclass(frozen=True, slots=True)
class Preview:
    """What the snapshot would say of the unit and everything below it, if the week ended now."""

    figures: Figures

    @property
    def coverage(self) -> Coverage:
        """Of a unit that leads others: what is covered up to each base, over the base."""
        found = self.figures
        return Coverage(
            found["covered_capped"],
            found["base_members"] or None,
            found["holders"] or 0,
            found["unreported"] or 0,
            found["base_missing"] or 0,
        )


def preview(week: Week, unit_pk: int) -> Preview:
    """One statement; units stand where they stand today, facts are those of the week so far."""
    statement = f"WITH RECURSIVE {SUBTREE_PLACED} {own_figures(NAMES)}"
    with connection.cursor() as cursor:
        cursor.execute(statement, Moment(week).params() | {"unit": unit_pk})
        rows = cursor.fetchall()
    own = {unit: dict(zip(NAMES, values, strict=True)) for unit, _up, *values in rows}
    below: dict[int, list[int]] = defaultdict(list)
    for unit, up, *_values in rows:
        below[up].append(unit)
    order = [unit_pk] if unit_pk in own else []
    for unit in order:
        order += below[unit]
    summed: dict[int, Figures] = {}
    for unit in reversed(order):
        summed[unit] = _sum(own[unit], [summed[child] for child in below[unit]])
    return Preview(summed.get(unit_pk, dict.fromkeys(NAMES, 0)))


def _sum(own: Figures, children: list[Figures]) -> Figures:
    """As `levels.SUBTREE` has it: a base recorded for a unit settles what stands below it."""
    found: Figures = {
        name: (own[name] or 0) + sum(child[name] or 0 for child in children) for name in ADDED + SETTLED
    }
    bases = [child["base_members"] for child in children if child["base_members"] is not None]
    base = own["base_members"]
    if base is None:
        return found | {"base_members": sum(bases) if bases else None}
    settled = sum(child["covered_without_base"] or 0 for child in children)
    return found | {
        "base_members": base,
        "base_missing": 0,
        "covered_capped": (found["covered_capped"] or 0) + settled,
        "covered_without_base": 0,
    }
