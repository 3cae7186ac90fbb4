"""The divisions of China as input of benchmarks: whole provinces up to about the size asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from orgs.excel import tree_import

if TYPE_CHECKING:
    from pathlib import Path

FILE: Path = settings.BASE_DIR / "fixtures" / "divisions" / "national_villages.csv.xz"


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
