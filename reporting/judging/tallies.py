"""judge_tally: how many units of a subtree are asked and meet a requirement, summed bottom-up from judge_standing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from reporting.judging.standings import EXEMPT, MET, UNMET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reporting.models import Requirement

TABLES = ("judge_below", "judge_tally")
# Column of judge_below -> the characters it counts.
_COUNTED = {"asked": (UNMET, MET), "met": (MET,), "exempt": (EXEMPT,)}
_TALLY_TABLE = """
CREATE TEMPORARY TABLE judge_tally (
    requirement_id bigint, unit_id bigint, n_asked bigint, n_met bigint, n_exempt bigint)
"""


def count(requirements: Sequence[Requirement], unit_id: int, deepest: int) -> None:
    """Fill judge_tally for every unit that has asked ones below, up to the unit that runs the campaign."""
    columns = [f"{name}{n}" for n in range(1, len(requirements) + 1) for name in _COUNTED]
    drop()
    with connection.cursor() as cursor:
        typed = "".join(f", {column} bigint" for column in columns)
        cursor.execute(f"CREATE TEMPORARY TABLE judge_below (unit_id bigint PRIMARY KEY{typed})")
        cursor.execute(_TALLY_TABLE)
        if not requirements:
            return
        cursor.execute("SELECT level FROM week_facts WHERE unit_id = %s", [unit_id])
        top = cursor.fetchone()
        level_statement = _of_level(len(requirements), columns)
        for level in range(deepest, top[0] if top else deepest, -1):
            cursor.execute(level_statement, [level, level])
        for n, requirement in enumerate(requirements, start=1):
            cursor.execute(_of_requirement(n), [requirement.pk])
        # As the close does with its levels: an index tells PostgreSQL how many rows there are.
        cursor.execute("CREATE INDEX judge_tally_key ON judge_tally (requirement_id, unit_id)")


def drop() -> None:
    """Remove the temporary tables of this session."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DROP TABLE IF EXISTS {table}")


def _of_level(n_requirements: int, columns: Sequence[str]) -> str:
    """Units of one level by superior; first those that answer alike, so that a character is looked at once."""
    alike = ", ".join(
        f"CASE WHEN SUBSTR(s.standings, {n}, 1) IN ({_texts(characters)}) THEN s.n ELSE 0 END AS {name}{n}"
        for n in range(1, n_requirements + 1)
        for name, characters in _COUNTED.items()
    )
    names, sums = ", ".join(columns), ", ".join(f"SUM({column})" for column in columns)
    return (
        f"INSERT INTO judge_below (unit_id, {names}) SELECT up_id, {sums} FROM ("  # noqa: S608 - names of ours
        f"SELECT s.up_id, {alike} FROM (SELECT f.up_id, n.standings, COUNT(*) AS n FROM week_facts f"
        " JOIN judge_standing n ON n.unit_id = f.unit_id WHERE f.level = %s GROUP BY f.up_id, n.standings) s"
        f" UNION ALL SELECT f.up_id, {', '.join(f'b.{column}' for column in columns)} FROM week_facts f"
        " JOIN judge_below b ON b.unit_id = f.unit_id WHERE f.level = %s) of_level GROUP BY up_id"
    )


def _of_requirement(n: int) -> str:
    """The unit's own answer is one of its subtree's; where nobody is asked there is no row."""
    own = {
        name: f"b.{name}{n} + CASE WHEN SUBSTR(s.standings, {n}, 1) IN ({_texts(characters)}) THEN 1 ELSE 0 END"
        for name, characters in _COUNTED.items()
    }
    return (
        "INSERT INTO judge_tally SELECT requirement_id, unit_id, n_asked, n_met, n_exempt FROM ("  # noqa: S608
        f"SELECT CAST(%s AS bigint) AS requirement_id, b.unit_id, {own['asked']} AS n_asked,"
        f" {own['met']} AS n_met, {own['exempt']} AS n_exempt"
        " FROM judge_below b LEFT JOIN judge_standing s ON s.unit_id = b.unit_id) t"
        " WHERE n_asked + n_exempt > 0"
    )


def _texts(characters: Sequence[str]) -> str:
    return ", ".join(f"'{each}'" for each in characters)
