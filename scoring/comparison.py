"""Where a unit stands among those it is compared with: by a metric, then by tie-breaks (rule `rank`).

READING: the group of a unit are the units in operation directly below the same committee in the last closed week, of
its own kind, or of the kinds the scheme names. Who has no figure isn't ranked. Frozen weeks say all of it: the same weeks
give the same ranks.
"""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING

from scoring import rules
from scoring.choices import is_number
from scoring.frozen import Ranked
from scoring.metrics import figure
from scoring.scheme_checks import highest_of
from scoring.scheme_places import measures_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scoring.frozen import Group, Params, Year

MOST_ROWS = 60  # a group of more is kept by its first, and by those near the unit
NEAR = 10


def standing(metric: str, params: Params, year: Year) -> rules.Standing | None:
    """The unit's place; None where it can't be ranked."""
    if year.group is None or year.row is None:
        return None
    found = _ranked(metric, params, year.row.kind_id, year.group)
    return found.standings.get(year.row.unit_id)


def kept(metric: str, params: Params, year: Year) -> dict[str, object]:
    """What is kept with the score: place, size of the group, and the group's rows as [unit, rank, [part, base] …]."""
    own = standing(metric, params, year)
    if own is None or year.group is None or year.row is None:
        return {}
    found = _ranked(metric, params, year.row.kind_id, year.group)
    rows = [
        [unit_id, found.standings[unit_id].rank, _numbers(metric, params, year.group.members[unit_id])]
        for unit_id in _near(found.order, found.at[year.row.unit_id])
    ]
    return {"rank": own.rank, "n_group": own.n, "n_equal": own.n_equal, "group": rows}


def _near(order: Sequence[int], at: int) -> Sequence[int]:
    """All of a small group; of a large one the first and those around."""
    if len(order) <= MOST_ROWS:
        return order
    return [*order[:NEAR], *order[max(at - NEAR, NEAR) : at + NEAR + 1]]


def _numbers(metric: str, params: Params, year: Year) -> list[list[int | None]]:
    """Numerator and denominator of every measure; a number has no denominator."""
    found = [figure(name, year, of_it) for name, of_it, _falls in measures_of(metric, params)]
    return [[each.numerator, each.denominator] for each in found]


def _ranked(metric: str, params: Params, kind: str, group: Group) -> Ranked:
    """Of everybody the unit is compared with; worked out once for all of them."""
    kinds = frozenset(params.get("kinds", (kind,)))
    key = json.dumps([metric, sorted(kinds), dict(params)], sort_keys=True)
    if key not in group.ranked:
        measures = measures_of(metric, params)
        values = {
            unit_id: [_value(name, of_it, year) for name, of_it, _falls in measures]
            for unit_id, year in group.members.items()
            if year.row is not None and year.row.kind_id in kinds
        }
        falling = [falls for _name, _of_it, falls in measures]
        group.ranked[key] = Ranked.of(rules.standings(values, falling))
    return group.ranked[key]


def _value(metric: str, params: Params, year: Year) -> Fraction | None:
    """Exact, above its top as the top; None where it can't be computed."""
    found = figure(metric, year, params)
    base = 1 if is_number(metric, params) else found.denominator
    if found.missing or found.numerator is None or not base or rules.lacking(found.numerator, base):
        return None
    value, most = Fraction(found.numerator, base), highest_of(metric, params)
    return value if most is None else min(value, most)
