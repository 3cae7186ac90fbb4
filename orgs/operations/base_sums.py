"""What the figures below a unit come to, beside the figure recorded for it, and whom a change of a base concerns. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from orgs.choices import Measure
from orgs.models import OrgUnit, UnitBase
from orgs.operations.bases import VOLUNTARY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Measures that every unit with members of its own must have; the others are recorded only where they are asked for.
PUSHED_DOWN = frozenset({Measure.MEMBERS, Measure.YOUTH})

# Down from the children of each of these units, as far as the first recorded figure on every way (metrics.md: a figure
# recorded for a unit settles that unit); voluntary numbers settle nothing and are all added up. A school with class branches is their committee: its members stand in the classes.
_SUMS = """
WITH RECURSIVE down (top_id, unit_id, kind_id, count) AS (
    SELECT c.parent_id, c.id, c.kind_id, b.count FROM orgs_orgunit c
      LEFT JOIN orgs_unitbase b ON b.unit_id = c.id AND b.measure = %s
     WHERE c.parent_id IN ({marks}) AND c.is_open
    UNION ALL
    SELECT d.top_id, c.id, c.kind_id, b.count FROM down d
      JOIN orgs_orgunit c ON c.parent_id = d.unit_id AND c.is_open
      LEFT JOIN orgs_unitbase b ON b.unit_id = c.id AND b.measure = %s
     WHERE {goes_on})
SELECT d.top_id, SUM(d.count),
       SUM(CASE WHEN d.count IS NULL AND k.holds_members AND NOT EXISTS (
               SELECT 1 FROM orgs_orgunit h JOIN orgs_unitkind m ON m.code = h.kind_id
                WHERE h.parent_id = d.unit_id AND h.is_open AND m.holds_members) THEN 1 ELSE 0 END)
  FROM down d JOIN orgs_unitkind k ON k.code = d.kind_id
 GROUP BY d.top_id
"""


@dataclass(frozen=True, slots=True)
class Sum:
    """What the units below add up to: None where none has a figure; `n_missing` hold members and have none on their way."""

    count: int | None = None
    n_missing: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """A unit's recorded figure beside the sum of those below. Missing is None, never 0."""

    unit: OrgUnit
    base: UnitBase | None
    below: Sum

    @property
    def recorded(self) -> int | None:
        return self.base.count if self.base else None

    @property
    def difference(self) -> int | None:
        """Recorded less summed; None where one of the two is missing."""
        if self.base is None or self.below.count is None:
            return None
        return self.base.count - self.below.count


@dataclass(frozen=True, slots=True)
class Concerned:
    """A superior whose weekly figures a change of a base reaches from the next close on."""

    unit: OrgUnit
    base_changes: bool  # False: it has a recorded figure of its own, only its coverage is summed anew


def compare(units: Sequence[OrgUnit], measure: str) -> list[Compared]:
    """Each unit's figure beside the sum below it: two statements, whatever stands below."""
    ids = [unit.pk for unit in units]
    recorded = UnitBase.objects.of_measure(measure).filter(unit_id__in=ids).select_related("recorded_by")
    bases = {base.unit_id: base for base in recorded}
    sums = sums_below(ids, measure)
    return [Compared(unit, bases.get(unit.pk), sums.get(unit.pk, Sum())) for unit in units]


def sums_below(unit_ids: Sequence[int], measure: str) -> dict[int, Sum]:
    """Unit id -> what stands below it; units with nothing below are left out."""
    if not unit_ids:
        return {}
    marks = ", ".join(["%s"] * len(unit_ids))
    with connection.cursor() as cursor:
        goes_on = "1 = 1" if measure in VOLUNTARY else "d.count IS NULL"
        cursor.execute(_SUMS.format(marks=marks, goes_on=goes_on), [measure, *unit_ids, measure])
        found = cursor.fetchall()
    counts_missing = measure in PUSHED_DOWN
    return {
        top_id: Sum(None if count is None else int(count), int(missing) if counts_missing else 0)
        for top_id, count, missing in found
    }


def concerned_by(unit: OrgUnit, measure: str) -> list[Concerned]:
    """The unit and its superiors, from the nearest up. What a unit is assessed by is nobody's sum: the unit alone."""
    if measure not in PUSHED_DOWN | VOLUNTARY:
        return [Concerned(unit, base_changes=True)]
    above = OrgUnit.objects.filter(tree_id=unit.tree_id, lft__lt=unit.lft, rght__gt=unit.rght)
    superiors = list(above.order_by("-lft"))
    if measure in VOLUNTARY:
        return [Concerned(each, base_changes=True) for each in (unit, *superiors)]
    settled = set(
        UnitBase.objects.of_measure(measure).filter(unit__in=superiors).values_list("unit_id", flat=True)
    )
    found, reaches = [Concerned(unit, base_changes=True)], True
    for superior in superiors:
        reaches = reaches and superior.pk not in settled
        found.append(Concerned(superior, base_changes=reaches))
    return found


def superiors_concerned(keys: Iterable[tuple[int, str]]) -> list[Concerned]:
    """Whom figures of many (unit id, measure) concern beside these units themselves, the highest first, each once.

    A statement for each level of the tree and for each measure, however many units.
    """
    wanted: dict[str, set[int]] = {}
    for unit_id, measure in keys:
        if measure in PUSHED_DOWN | VOLUNTARY:
            wanted.setdefault(measure, set()).add(unit_id)
    parents = _parents_up(set().union(*wanted.values()))
    changes: dict[int, bool] = {}
    for measure, ids in wanted.items():
        settled: set[int] = set()
        if measure not in VOLUNTARY:
            known = UnitBase.objects.of_measure(measure).filter(unit_id__in=set(parents.values()) - {None})
            settled = ids | set(known.values_list("unit_id", flat=True))
        for unit_id in ids:
            reaches, above = True, parents[unit_id]
            while above is not None:
                reaches = reaches and above not in settled
                changes[above] = changes.get(above, False) or reaches
                above = parents[above]
    themselves = set().union(*wanted.values())
    units = OrgUnit.objects.filter(pk__in=changes.keys() - themselves).order_by("tree_id", "lft")
    return [Concerned(unit, base_changes=changes[unit.pk]) for unit in units]


def _parents_up(ids: set[int]) -> dict[int, int | None]:
    """Unit id -> id of its superior, of these and of all above them."""
    parents: dict[int, int | None] = {}
    while ids:
        parents |= dict(OrgUnit.objects.filter(pk__in=ids).values_list("pk", "parent_id"))
        ids = {pk for pk in parents.values() if pk is not None} - parents.keys()
    return parents
