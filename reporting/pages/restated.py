"""The board of a unit under today's tree: what stands below it now, with the figures its parts had in the week."""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from orgs.models import OrgUnit
from reporting.figures import ADDITIVE, SETTLED
from reporting.models import WeekUnit
from reporting.pages.board import EVERYTHING, FLOWS, OFFICIAL, Board
from reporting.querysets.restated import happened, restated

if TYPE_CHECKING:
    from orgs.querysets.scope import UnitsInCharge
    from reporting.pages.board import SnapshotRow
    from reporting.pages.weeks import ChosenWeek
    from reporting.scopes import Scope

OWN = (
    "is_open", "base_year", "poor_streak", "own_covered", "own_base_members",
    *(f"own_{name}" for name in (*ADDITIVE, *SETTLED)),
)  # fmt: skip

MOST_BETWEEN = (
    8  # weeks, so that two that are ten apart can be compared: every unit's row of each of them is read
)

Facts = dict[str, object]


def read(
    chosen: ChosenWeek,
    unit_pk: int,
    in_charge: UnitsInCharge,
    *,
    is_whole: bool,
    is_national: bool = False,
    among: Scope = EVERYTHING,
    sort: str = OFFICIAL,
) -> Board:
    """Three statements, as `board.read`: units, names and official order of today, figures of the week.

    One more where the week is compared with one before those; not over more than MOST_BETWEEN weeks.

    SECURITY: the sums run over everything below a subordinate, like those of the snapshot; subordinates themselves are
    only those the reader may see.
    """
    units = _units(unit_pk, in_charge, is_national=is_national)
    figures = restated(chosen.pks, unit_pk, is_national=is_national)
    own = {
        row["week_id"]: row
        for row in WeekUnit.objects.for_weeks(chosen.pks).filter(unit_id=unit_pk).values("week_id", *OWN)
    }
    below: dict[int, list[Facts]] = defaultdict(list)
    for facts in figures:
        below[int(str(facts["week_id"]))].append(facts)
    rows: dict[int, list[SnapshotRow]] = {}
    roots: dict[int, SnapshotRow] = {}
    for week_pk in chosen.pks:
        known = {facts["child_id"]: facts for facts in below[week_pk]}
        rows[week_pk] = [_row(unit, known[unit.pk]) for unit in units if unit.pk in known]
        if unit_pk in {unit.pk for unit in units} and (week_pk in own or known):
            roots[week_pk] = _row(
                next(unit for unit in units if unit.pk == unit_pk),
                _summed(week_pk, own.get(week_pk), below[week_pk]),
            )
    flows = _flows(chosen, unit_pk, {unit.pk for unit in units}, is_national=is_national)
    return Board(chosen, roots.get(chosen.closed.pk), among, sort, is_whole, rows, roots, flows)


def _flows(
    chosen: ChosenWeek, unit_pk: int, shown: set[int], *, is_national: bool
) -> dict[int, dict[str, int]] | None:
    """unit -> what happened in and below it, of today's tree, in the weeks that are not shown."""
    between = [each.pk for each in chosen.between]
    if len(between) > MOST_BETWEEN:
        return None
    sums = happened(between, unit_pk, FLOWS, is_national=is_national) if between else {}
    return {pk: counts for pk, counts in sums.items() if pk in shown}


def _units(unit_pk: int, in_charge: UnitsInCharge, *, is_national: bool) -> list[OrgUnit]:
    """The unit and what stands directly below it today, in the official order."""
    seen = OrgUnit.objects.within(in_charge)
    below = seen.filter(parent_id__isnull=True) if is_national else seen.filter(parent_id=unit_pk)
    return list((below | seen.filter(pk=unit_pk)).in_official_order())


def _summed(week_pk: int, own: Facts | None, children: list[Facts]) -> Facts:
    """The unit itself: its own figures and those of its children; a base of its own settles them (metrics.md)."""
    found: Facts = dict(own or dict.fromkeys(OWN)) | {"week_id": week_pk}
    for name in (*ADDITIVE, *SETTLED):
        found[f"own_{name}"] = _int(found[f"own_{name}"])
        found[f"sub_{name}"] = _int(found[f"own_{name}"]) + sum(
            _int(child[f"sub_{name}"]) for child in children
        )
    bases = [_int(child["sub_base_members"]) for child in children if child["sub_base_members"] is not None]
    found["sub_base_members"] = found["own_base_members"]
    if found["own_base_members"] is None:
        return found | {"sub_base_members": sum(bases) if bases else None}
    settled = sum(_int(child["sub_covered_without_base"]) for child in children)
    capped = _int(found["sub_covered_capped"]) + settled
    return found | {"sub_covered_capped": capped, "sub_covered_without_base": 0, "sub_base_missing": 0}


def _row(unit: OrgUnit, facts: Facts) -> SnapshotRow:
    """A row as the board reads it, with the name and place of today."""
    known = {name: _figure(name, value) for name, value in facts.items()}
    alone = known["own_holders"] == known["sub_holders"] == 1
    place = {
        "unit_id": unit.pk, "parent_id": unit.parent_id, "kind_id": unit.kind_id, "line": unit.line, "name": unit.name,
        "parent_now": unit.parent_id, "tree_now": unit.tree_id, "lft_now": unit.lft, "rght_now": unit.rght,
    }  # fmt: skip
    rate = {
        "coverage_part": known["own_covered"] if alone else known["sub_covered_capped"],
        "coverage_base": known["sub_base_members"] or None,
    }
    # A unit founded later had no row of its own; it is shown for what stands below it.
    is_open = unit.is_open if known["is_open"] is None else bool(known["is_open"])
    return cast("SnapshotRow", SimpleNamespace(**known | place | rate | {"is_open": is_open}))


def _figure(name: str, value: object) -> object:
    """PostgreSQL adds whole numbers up to a decimal."""
    return value if value is None or isinstance(value, bool) else _int(value)


def _int(value: object) -> int:
    return int(str(value or 0))
