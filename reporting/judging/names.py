"""Whether names follow the rule of the notice, as SQL over the versions: guidance (UNI-3.2b, RUR-2.4b).

READING: looked at are groups on WeChat, and open accounts of the organisation's own, under their nicknames, on the platforms
the rule names or on all; a QQ group in
use as a substitute (RUR-1.2) is named as it likes. A unit without any has nothing to name. White space and the case of
letters don't count. `*` stands for any text, `{name}` for the full name of the unit as it was called at the moment.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.db import connection

from accounts.naming import REGULAR
from reporting.judging.told import Told
from reporting.rollup.sources import IN_FORCE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reporting.judging.statement import Statement
    from reporting.models import Requirement

UNIFORM, ANY, NAME = "uniform", "*", "{name}"
_PARTS = re.compile(r"(\*|\{name\})")
_WHITE = (" ", "\u3000")
# What is looked at, by the judging and by the dry run: the column of the name, the table of versions, and what a row must
# be, as lookups on the row as it is today; the statement says the same of a version.
_SOURCES: dict[str, tuple[str, str, dict[str, str]]] = {
    "groups": ("name", "accounts_groupversion", {"status": "open", "platform__code__startswith": "wechat"}),
    "accounts": ("nickname", "accounts_accountversion", {"status": "open", "purpose": "organisation"}),
}


def naming(requirement: Requirement, statement: Statement) -> Told | None:
    """Every name of the unit follows the pattern; None for a rule that names nothing known."""
    rule = requirement.rule
    source = _SOURCES.get(rule.get("what") or "")
    pattern = str(rule.get("pattern") or "")
    if source is None or not pattern:
        return None
    column, table, _lookups = source
    which = " AND ".join(_condition(*each, statement) for each in looked_at(rule).items())
    follows = _follows(_bare(f"v.{column}"), pattern, statement)
    # The unit's name is looked at only where the pattern asks for it: the join costs a pass over all units.
    named = " JOIN week_facts u ON u.unit_id = v.unit_id" if NAME in pattern else ""
    counted = statement.join(
        f"SELECT v.unit_id, COUNT(*) AS n, SUM(CASE WHEN {follows} THEN 1 ELSE 0 END) AS good"  # noqa: S608
        f" FROM {table} v{named} WHERE {IN_FORCE} AND {which} GROUP BY v.unit_id"
    )
    return Told(f"{counted}.good = {counted}.n", f"{counted}.n > 0")


def looked_at(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Lookups on groups or accounts as they are today: which of them the rule, which names one of the two, looks at."""
    what = rule["what"]
    found: dict[str, Any] = dict(_SOURCES[what][2])
    if rule.get("group_kinds") and what == "groups":
        found["kind__in"] = list(rule["group_kinds"])
    if rule.get("platforms") and what == "accounts":
        found["platform_id__in"] = list(rule["platforms"])
    return found


def _condition(lookup: str, value: Any, statement: Statement) -> str:
    """One lookup of `looked_at` as SQL over v."""
    path, _separator, how = lookup.rpartition("__")
    column = {"platform__code": "platform_id", "": lookup}.get(path, path)
    if how == "in":
        return f"v.{column} IN {statement.values(value)}"
    if how == "startswith":
        return f"v.{column} LIKE '{value}%%'"
    return f"v.{column} = '{value}'"


def _follows(name: str, pattern: str, statement: Statement) -> str:
    if pattern == UNIFORM:
        operator = connection.operators["regex"] % statement.value(f"^({REGULAR})$")  # type: ignore[attr-defined]  # each engine has them
        return f"{name} {operator}"
    parts = [part for part in _PARTS.split(_without_white(pattern)) if part]
    wanted = " || ".join(_part(part, statement) for part in parts)
    return f"LOWER({name}) LIKE {wanted} ESCAPE '!'"


def _part(part: str, statement: Statement) -> str:
    """A piece of the pattern as a piece of LIKE's."""
    if part == ANY:
        return "'%%'"
    if part == NAME:
        return _escaped(f"LOWER({_bare('u.name')})")
    literal = re.sub(r"([!%_])", r"!\1", part.lower())
    return f"CAST({statement.value(literal)} AS varchar(200))"


def _escaped(column: str) -> str:
    for character in ("!", "%%", "_"):
        column = f"REPLACE({column}, '{character}', '!{character}')"
    return column


def _bare(column: str) -> str:
    for white in _WHITE:
        column = f"REPLACE({column}, '{white}', '')"
    return column


def _without_white(text: str) -> str:
    return "".join(text.split())
