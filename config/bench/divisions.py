"""The divisions of China as input of benchmarks: whole provinces up to about the size asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from orgs.excel import tree_import

if TYPE_CHECKING:
    from pathlib import Path

FILE: Path = settings.BASE_DIR / "fixtures" / "divisions" / "national_villages.csv.xz"
COUNTY_DIGITS = 6  # of a county's code; below it townships have nine, villages twelve


def table(size: int | None = None) -> tree_import.TreeTable:
    """The national table, or its first provinces until `size` rows are reached."""
    found = tree_import.read(FILE)
    if size is None or size >= len(found.rows):
        return found
    per_province: dict[str, list[tree_import.UnitRow]] = {}
    for row in found.rows:
        per_province.setdefault(row.code[:2], []).append(row)
    chosen: list[tree_import.UnitRow] = []
    for rows in per_province.values():
        if len(chosen) >= size:
            break
        chosen.extend(rows)
    found.rows = chosen
    return found


def around(size: int) -> list[tree_import.UnitRow]:
    """About `size` units: the largest province, of a small size the first units of each county, then the others.

    So the pages of that province show the same subordinates at every size; only what stands below them grows.
    """
    per_province: dict[str, list[tree_import.UnitRow]] = {}
    for row in tree_import.read(FILE).rows:
        per_province.setdefault(row.code[:2], []).append(row)
    largest, *others = sorted(per_province.values(), key=len, reverse=True)
    chosen = _thinned(largest, size)
    for rows in others:
        if len(chosen) >= size:
            break
        chosen.extend(rows)
    return chosen


def _thinned(rows: list[tree_import.UnitRow], size: int) -> list[tree_import.UnitRow]:
    """Everything down to the counties, and of each county as many units as come to the size, superiors first."""
    upper = [row for row in rows if len(row.code) <= COUNTY_DIGITS]
    per_county: dict[str, list[tree_import.UnitRow]] = {}
    for row in sorted(rows, key=lambda row: row.code):
        if len(row.code) > COUNTY_DIGITS:
            per_county.setdefault(row.code[:COUNTY_DIGITS], []).append(row)
    if size >= len(rows):
        return upper + [row for below in per_county.values() for row in below]
    each = max(0, size - len(upper)) // max(1, len(per_county))
    return upper + [row for below in per_county.values() for row in below[:each]]
