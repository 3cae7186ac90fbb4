"""Whom a requirement asks, as a condition over week_facts: units in operation at the moment, as they stood then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reporting.judging.statement import Statement

# Key of the target -> column it chooses by.
_CHOICES = {
    "kinds": "kind_id",
    "lines": "line",
    "intake_years": "intake_year",
    "units": "code",
    "levels": "depth",
}
_FLAGS = {"holds_members": "k.holds_members", "league_organisation": "k.is_league_organisation"}
_BELOW = "EXISTS (SELECT 1 FROM week_placed c WHERE c.up_id = {facts}.unit_id AND c.is_open = 1)"
_UNDER = """
{facts}.unit_id IN (WITH RECURSIVE asked (id) AS (
    SELECT unit_id FROM week_placed WHERE code = {code}
    UNION ALL SELECT c.unit_id FROM week_placed c JOIN asked a ON c.up_id = a.id) SELECT id FROM asked)
"""


def condition(target: Mapping[str, Any], statement: Statement, facts: str = "f") -> str:
    """All that the target names holds of the unit; an empty target is the whole subtree of the campaign's unit.

    `units` are these units alone, `under` one unit with everything below it; `not_units` leaves out each with what is
    below it, as `under` takes it in. `facts` is the alias of week_facts.
    """
    found = ["1 = 1"]
    found += [
        f"{facts}.{column} IN {statement.values(target[key])}"
        for key, column in _CHOICES.items()
        if target.get(key)
    ]
    if target.get("not_intake_years"):
        years = statement.values(target["not_intake_years"])
        found.append(f"({facts}.intake_year IS NULL OR {facts}.intake_year NOT IN {years})")
    found += [f"NOT {_under(code, statement, facts)}" for code in target.get("not_units") or ()]
    if target.get("under"):
        found.append(_under(target["under"], statement, facts))
    found += [_flag(name, facts) for name in target.get("attributes") or ()]
    if target.get("with_children") is not None:
        # Looked up once for all requirements where it can be joined.
        is_main = facts == "f"
        below = f"{subordinates((), statement)}.n IS NOT NULL" if is_main else _BELOW.format(facts=facts)
        found.append(below if target["with_children"] else f"NOT ({below})")
    return " AND ".join(found)


def subordinates(kinds: Iterable[str], statement: Statement) -> str:
    """Alias of the join that counts the open units directly below, of these kinds or of any."""
    kinds = tuple(kinds)
    only = f" AND c.kind_id IN {statement.values(kinds)}" if kinds else ""
    return statement.join(
        "SELECT c.up_id AS unit_id, COUNT(*) AS n FROM week_placed c"  # noqa: S608 - values are parameters
        f" WHERE c.is_open = 1 AND c.up_id IS NOT NULL{only} GROUP BY c.up_id"
    )


def _flag(name: str, facts: str) -> str:
    """A flag of the unit's kind; one that nobody knows holds of no unit."""
    return f"{facts}.kind_id IN (SELECT k.code FROM orgs_unitkind k WHERE {_FLAGS.get(name, '1 = 0')})"  # noqa: S608


def _under(code: str, statement: Statement, facts: str) -> str:
    return _UNDER.format(code=statement.value(code), facts=facts)
