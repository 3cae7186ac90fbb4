"""The own figures behind requirements, of a few units, as of a moment: what the page says is lacking. One statement."""

from __future__ import annotations

import operator
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db import connection

from orgs.kernel import numbers
from reporting.choices import DemandKind
from reporting.judging import metrics, periods
from reporting.judging.instant import Instant
from reporting.judging.statement import Statement
from reporting.judging.told import fraction
from reporting.rollup.facts import own_figures
from reporting.rollup.placed import STOOD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from fractions import Fraction

    from reporting.models import Requirement

Values = dict[tuple[int, int], tuple[int | None, int | None]]

_COMPARE: dict[str, Callable[[Fraction, Fraction], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "==": operator.eq,
    "between": operator.ge,
}

_PLACED = f"""
week_placed AS (
    SELECT v.unit_id, v.parent_id, v.parent_id AS up_id, v.kind_id, v.line, v.code, v.name, v.intake_year, v.position,
           CASE WHEN v.valid_to IS NULL OR v.valid_to >= %(end)s THEN 1 ELSE 0 END AS is_open
      FROM orgs_unitversion v WHERE v.unit_id IN {{ids}} AND {STOOD}),
week_level AS (SELECT unit_id, 0 AS level, 0 AS depth FROM week_placed)
"""  # noqa: S608 - SQL of ours, values are parameters


def values_asked(requirements: Iterable[Requirement], unit_ids: Sequence[int], at: datetime) -> Values:
    """The figures that the answers standing at the moment are about; one statement for each moment in question.

    What recurs by the week or the month was answered when its last period ended, and a figure of the period that runs
    says nothing about that answer. All else is as it is at the moment.
    """
    by_moment: dict[datetime, list[Requirement]] = defaultdict(list)
    for each in requirements:
        by_moment[_answered_of(each, at)].append(each)
    found: Values = {}
    for moment, asked in by_moment.items():
        found |= own_values(asked, unit_ids, Instant.at(moment))
    return found


def _answered_of(requirement: Requirement, at: datetime) -> datetime:
    recurs = requirement.rule.get("recurs")
    if requirement.kind != DemandKind.FIGURE or recurs not in {periods.WEEKLY, periods.MONTHLY}:
        return at
    known = min(at, requirement.version.campaign.judged_until or at)
    return periods.ended_last(recurs, known).ends_at


def is_enough(rule: Mapping[str, Any], value: int, base: int | None) -> bool:
    """Whether numbers at hand meet the rule of a figure: what `rules.py` says as SQL, exactly."""
    found = numbers.ratio(value, base if rule.get("base") else 1)
    compare = rule.get("compare") or ">="
    bounds = [(compare, fraction(rule.get("threshold", "1")))]
    if compare == "between":
        bounds.append(("<=", fraction(rule.get("most"))))
    return found is not None and all(
        bound is not None and sign in _COMPARE and _COMPARE[sign](found, bound) for sign, bound in bounds
    )


def own_values(requirements: Iterable[Requirement], unit_ids: Sequence[int], instant: Instant) -> Values:
    """(requirement, unit) -> its own figure and the base it is a part of; figures of a subtree are left out."""
    statement = Statement(instant.params())
    shown = [
        (each.pk, *columns) for each in requirements if (columns := _columns(each, statement)) is not None
    ]
    if not shown or not unit_ids:
        return {}
    ids = statement.values(unit_ids)
    # Figures of the week are named here as the roll-up names them; what a unit declared is covered_members.
    names = sorted({name for _pk, names, _columns in shown for name in names} | {"holders"})
    selected = ", ".join(column for _pk, _names, columns in shown for column in columns)
    extra, joined = "", ""
    if statement.extras:
        extra = f", judge_extra AS (SELECT * FROM ({metrics.extras(statement)}) e WHERE e.unit_id IN {ids})"  # noqa: S608
        joined = "LEFT JOIN judge_extra x ON x.unit_id = f.unit_id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE {_PLACED.format(ids=ids)}, week_facts AS ({own_figures(names)}){extra}"  # noqa: S608
            f" SELECT f.unit_id, {selected} FROM week_facts f {joined}",
            statement.params,
        )
        rows = cursor.fetchall()
    return {
        (shown[n][0], unit): (found[2 * n], found[2 * n + 1])
        for unit, *found in rows
        for n in range(len(shown))
    }


def _columns(requirement: Requirement, statement: Statement) -> tuple[list[str], tuple[str, str]] | None:
    """Names of the weekly figures and the two columns of one requirement; None where it has no figure of its own."""
    rule = requirement.rule
    is_own = (rule.get("scope") or metrics.OWN_SCOPE) == metrics.OWN_SCOPE
    if requirement.kind not in {DemandKind.FIGURE, DemandKind.PLAN} or not is_own or not rule.get("metric"):
        return None
    names = [rule["metric"], *(rule.get("substitutes") or ())]
    found = [_column(name, requirement, statement) for name in names]
    base = _column(rule["base"], requirement, statement) if rule.get("base") else "NULL"
    if base is None or None in found:
        return None
    value = str(found[0])
    if len(found) > 1:
        value = " + ".join(f"COALESCE({column}, 0)" for column in found)
    used = [name for name in [*names, rule.get("base")] if name and metrics.is_of_the_week(name, rule)]
    return used, (value, base)


def _column(name: str, requirement: Requirement, statement: Statement) -> str | None:
    if metrics.is_of_the_week(name, requirement.rule):
        return f"f.{name}"
    return metrics.own(name, requirement.rule, statement)
