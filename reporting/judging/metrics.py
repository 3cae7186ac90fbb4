"""What a requirement can look at: the figures of the week, and the counts that only campaigns ask for, by scope.

The figures are the very expressions of the roll-up. The counts stand in judge_extra, one column per metric and
parameters, and in judge_extra_below, what the units below add up to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from reporting.judging import counts, months
from reporting.judging.periods import DAILY, MONTHLY
from reporting.rollup.facts import OWN
from reporting.rollup.levels import SUBTREE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reporting.judging.statement import Statement

OWN_SCOPE, SUBTREE_SCOPE = "own", "subtree"
TABLES = ("judge_extra", "judge_extra_below")
# What the unit declared, NULL where it reported nothing: the snapshot's own_covered.
_DECLARED = {"covered_members": "covered"}


def own(name: str, rule: Mapping[str, Any], statement: Statement, *, of_total: bool = False) -> str | None:
    """A unit's own figure as SQL, NULL where it is missing; None for a name nobody knows.

    `of_total`: over t = week_facts and tx = judge_extra, the units that a total counts.
    """
    facts, extra = ("t", "tx") if of_total else ("f", "x")
    if rule.get("recurs") == DAILY:
        found = counts.DAILY.get(name)
        return f"{extra}.{statement.column(found)}" if found else None
    if is_monthly(name, rule):
        return f"COALESCE({extra}.{statement.column(months.SELECTS[name])}, 0)"
    if name in OWN:
        return f"{facts}.{_DECLARED.get(name, name)}"
    select = counts.select(name, rule, statement)
    return f"COALESCE({extra}.{statement.column(select)}, 0)" if select else None


def scoped(name: str, rule: Mapping[str, Any], statement: Statement) -> str | None:
    """The figure in the scope of the rule; None for a name or a scope that nobody knows."""
    scope = rule.get("scope") or OWN_SCOPE
    if scope == OWN_SCOPE:
        return own(name, rule, statement)
    if scope != SUBTREE_SCOPE or rule.get("recurs") == DAILY:
        return None
    if is_monthly(name, rule):
        select: str | None = months.SELECTS[name]
    elif name in SUBTREE:
        return f"({SUBTREE[name]})"
    else:
        select = None if name in OWN else counts.select(name, rule, statement)
    if select is None:
        return None
    column = statement.column(select)
    return f"(COALESCE(x.{column}, 0) + COALESCE(y.{column}, 0))"


def added(rule: Mapping[str, Any], statement: Statement) -> str | None:
    """The metric with its substitutes added (RUR-1.2); missing only where all of them are."""
    names = [rule.get("metric") or "", *(rule.get("substitutes") or ())]
    parts = [scoped(name, rule, statement) for name in names]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    if len(found) == 1:
        return found[0]
    total = " + ".join(f"COALESCE({part}, 0)" for part in found)
    return f"(CASE WHEN COALESCE({', '.join(found)}) IS NOT NULL THEN {total} END)"


def is_monthly(name: str, rule: Mapping[str, Any]) -> bool:
    """Whether the figure is what happened in a month; a stock is what stands at the month's end."""
    return rule.get("recurs") == MONTHLY and name in months.SELECTS


def is_of_the_week(name: str, rule: Mapping[str, Any]) -> bool:
    """Whether the figure is one of the roll-up's own columns."""
    return name in OWN and rule.get("recurs") != DAILY and not is_monthly(name, rule)


def collect_extras(statement: Statement, deepest: int) -> None:
    """Fill judge_extra with the own counts the statement needs, and judge_extra_below level by level."""
    columns = list(statement.extras.values())
    typed = "".join(f", {column} bigint" for column in columns)
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DROP TABLE IF EXISTS {table}")
            cursor.execute(f"CREATE TEMPORARY TABLE {table} (unit_id bigint PRIMARY KEY{typed})")
        if not columns:
            return
        cursor.execute(f"INSERT INTO judge_extra {extras(statement)}", statement.params)
        added = ", ".join(f"SUM(COALESCE(x.{name}, 0) + COALESCE(y.{name}, 0))" for name in columns)
        for level in range(deepest, 0, -1):
            cursor.execute(
                f"INSERT INTO judge_extra_below SELECT f.up_id, {added} FROM week_facts f"  # noqa: S608
                " LEFT JOIN judge_extra x ON x.unit_id = f.unit_id AND f.is_open = 1"
                " LEFT JOIN judge_extra_below y ON y.unit_id = f.unit_id"
                " WHERE f.level = %s GROUP BY f.up_id",
                [level],
            )


def extras(statement: Statement) -> str:
    """SELECT of `unit_id` and the columns of judge_extra."""
    columns = list(statement.extras.values())
    parts = [_counted(select, column, columns) for select, column in statement.extras.items()]
    sums = ", ".join(f"SUM({column}) AS {column}" for column in columns)
    return (
        f"SELECT CAST(unit_id AS bigint) AS unit_id, {sums}"  # noqa: S608 - names of ours
        f" FROM ({' UNION ALL '.join(parts)}) counted GROUP BY unit_id"
    )


def _counted(select: str, column: str, columns: list[str]) -> str:
    """The counted units with nothing in all other columns: what another metric has no row for stays missing."""
    missing = "CAST(NULL AS bigint)"
    named = ", ".join(f"{'n' if each == column else missing} AS {each}" for each in columns)
    return f"SELECT unit_id, {named} FROM ({select}) {column}"  # noqa: S608 - SQL of ours
