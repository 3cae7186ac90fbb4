"""Whether names follow the rule of the notice, as SQL over the versions: guidance (UNI-3.2b, RUR-2.4b).

READING: looked at are groups on WeChat, and open accounts of the organisation's own, under their nicknames; a QQ group in
use as a substitute (RUR-1.2) is named as it likes. A unit without any has nothing to name. White space and the case of
letters don't count. `*` stands for any text, `{name}` for the full name of the unit as it was called at the moment.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db import connection

from accounts.naming import REGULAR
from reporting.judging.told import Told
from reporting.rollup.sources import IN_FORCE

if TYPE_CHECKING:
    from reporting.judging.statement import Statement
    from reporting.models import Requirement

UNIFORM, ANY, NAME = "uniform", "*", "{name}"
_PARTS = re.compile(r"(\*|\{name\})")
_WHITE = (" ", "\u3000")
_SOURCES = {
    "groups": (
        "v.name",
        "accounts_groupversion",
        "v.status = 'open' AND v.platform_id LIKE 'wechat%%'",
    ),
    "accounts": (
        "v.nickname",
        "accounts_accountversion",
        "v.status = 'open' AND v.purpose = 'organisation'",
    ),
}


def naming(requirement: Requirement, statement: Statement) -> Told | None:
    """Every name of the unit follows the pattern; None for a rule that names nothing known."""
    rule = requirement.rule
    source = _SOURCES.get(rule.get("what") or "")
    pattern = str(rule.get("pattern") or "")
    if source is None or not pattern:
        return None
    column, table, which = source
    if rule.get("group_kinds") and rule.get("what") == "groups":
        which += f" AND v.kind IN {statement.values(rule['group_kinds'])}"
    follows = _follows(_bare(column), pattern, statement)
    # The unit's name is looked at only where the pattern asks for it: the join costs a pass over all units.
    named = " JOIN week_facts u ON u.unit_id = v.unit_id" if NAME in pattern else ""
    counted = statement.join(
        f"SELECT v.unit_id, COUNT(*) AS n, SUM(CASE WHEN {follows} THEN 1 ELSE 0 END) AS good"  # noqa: S608
        f" FROM {table} v{named} WHERE {IN_FORCE} AND {which} GROUP BY v.unit_id"
    )
    return Told(f"{counted}.good = {counted}.n", f"{counted}.n > 0")


def _follows(name: str, pattern: str, statement: Statement) -> str:
    if pattern == UNIFORM:
        operator = connection.operators["regex"] % statement.value(f"^({REGULAR})$")
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
