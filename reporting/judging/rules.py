"""When a requirement is met, as SQL over the columns of the roll-up; compared in whole numbers, never in floats.

A rule of a kind or with a name that is not known here is judged by nobody: `told` says None, the answer is "not asked".
Documents and plans are told by `papers.py`, names by `names.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.checklist import all_lines
from reporting.choices import DemandKind
from reporting.judging import metrics, names, papers, periods, targets
from reporting.judging.targets import subordinates
from reporting.judging.told import ALWAYS, Told, fraction
from reporting.rollup.sources import IN_FORCE

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from reporting.judging.instant import Instant
    from reporting.judging.statement import Statement
    from reporting.models import Requirement

COMPARISONS = {">=": ">=", "<=": "<=", ">": ">", "<": "<", "==": "=", "between": ">="}
BETWEEN = "between"
ALL = "all"  # of the counterparts; else one of each


def told(
    requirement: Requirement, unit_id: int, statement: Statement, at: datetime, *, is_trial: bool = False
) -> Told | None:
    """The rule of a requirement of a campaign of that unit, at a moment; None where it is not understood.

    `is_trial`: as if it had begun long ago.
    """
    if requirement.kind == DemandKind.TOTAL:
        return _total(requirement, unit_id, statement)
    if requirement.kind == DemandKind.DOCUMENT:
        return papers.document(requirement, statement, at, is_trial=is_trial)
    judge = _KINDS.get(requirement.kind)
    return judge(requirement, statement) if judge else None


def is_between_periods(requirement: Requirement, instant: Instant) -> bool:
    """What recurs keeps its answer until its next period ends: a week at Sunday 24:00, a calendar month at its last 24:00."""
    recurs = requirement.rule.get("recurs") if requirement.kind == DemandKind.FIGURE else None
    is_end = {periods.WEEKLY: instant.is_week_end, periods.MONTHLY: instant.is_month_end}
    return not is_end.get(recurs or "", True)


def _figure(requirement: Requirement, statement: Statement) -> Told | None:
    """A figure, or what part of another figure it is, against a number; `missing` says what no figure means."""
    rule = requirement.rule
    value = metrics.added(rule, statement)
    compare = rule.get("compare") or ">="
    least = fraction(rule.get("threshold", "1"))
    bounds = [(COMPARISONS.get(compare), least)]
    if compare == BETWEEN:
        bounds.append(("<=", fraction(rule.get("most"))))
    base = metrics.scoped(rule["base"], rule, statement) if rule.get("base") else "1"
    if value is None or base is None or any(None in bound for bound in bounds):
        return None
    # A share of nothing is no share: missing, not met.
    present = f"{value} IS NOT NULL" + (f" AND {base} > 0" if rule.get("base") else "")
    compared = [
        f"{value} * {number.denominator} {sign} {base} * {number.numerator}"
        for sign, number in bounds
        if number is not None
    ]
    is_met = " AND ".join([present, *compared])
    return Told(is_met, present if rule.get("missing") == "not_asked" else ALWAYS)


def _link_group(requirement: Requirement, statement: Statement) -> Told:
    """One open group joins the unit with every unit below it; nobody below, nothing to join.

    READING: `one_each` ("mainly", RUR-2.3b) is complete with somebody of each subordinate committee; where all are to be
    in (UNI-2.2, UNI-2.3), the unit's own secretary and one of each below must also fit into the members counted.
    """
    rule = requirement.rule
    kinds = statement.values(rule.get("group_kinds") or ())
    inside = "v.subordinates_in"
    if rule.get("counterparts") == ALL:
        inside = f"CASE WHEN v.members <= {inside} THEN v.members - 1 ELSE {inside} END"
    group = statement.join(
        f"SELECT v.unit_id, MAX({inside}) AS n FROM accounts_groupversion v"  # noqa: S608 - parameters
        f" WHERE {IN_FORCE} AND v.status = 'open' AND v.kind IN {kinds} GROUP BY v.unit_id"
    )
    below = subordinates(rule.get("below_kinds") or (), statement)
    return Told(f"{group}.n >= {below}.n", f"{below}.n > 0")


def _total(requirement: Requirement, unit_id: int, statement: Statement) -> Told | None:
    """How many units of some kinds have the metric at all, against how many there should be ("all 18 universities").

    The target limits what is counted; asked is the unit that runs the campaign alone.
    """
    rule = requirement.rule
    only = targets.condition(requirement.target, statement, "t")
    if rule.get("kinds"):
        only += f" AND t.kind_id IN {statement.values(rule['kinds'])}"
    if statement.scope:
        only += f" AND t.unit_id IN ({statement.scope})"
    having = metrics.own(rule["metric"], rule, statement, of_total=True) if rule.get("metric") else "1"
    expected = fraction(rule.get("expected"))
    if having is None or expected is None:
        return None
    counted = (
        "(SELECT COUNT(*) FROM week_facts t LEFT JOIN judge_extra tx ON tx.unit_id = t.unit_id"  # noqa: S608
        f" WHERE t.is_open = 1 AND {only} AND {having} >= 1)"
    )
    return Told(f"{counted} >= {statement.value(int(expected))}", f"f.unit_id = {statement.value(unit_id)}")


def _checklist(requirement: Requirement, statement: Statement) -> Told:
    """Every open account on a platform that these items are for has them all checked (WB-4.3, MS-3.2)."""
    items = tuple(requirement.rule.get("items") or ())
    kinds = sorted({kind for line in all_lines() if line.item in items for kind in line.kinds})
    looked = statement.join(
        "SELECT v.unit_id, COUNT(*) AS n,"  # noqa: S608 - values are parameters
        f" SUM(CASE WHEN c.n >= {statement.value(len(items))} THEN 1 ELSE 0 END) AS done"
        " FROM accounts_accountversion v JOIN accounts_platform p ON p.code = v.platform_id"
        " LEFT JOIN (SELECT account_id, COUNT(*) AS n FROM accounts_accountcheck"
        f" WHERE is_met AND item IN {statement.values(items)} AND checked_at < %(end)s"
        " AND (superseded_at IS NULL OR superseded_at >= %(end)s) GROUP BY account_id) c"
        f" ON c.account_id = v.account_id WHERE {IN_FORCE} AND v.status = 'open'"
        f" AND p.kind IN {statement.values(kinds)} GROUP BY v.unit_id"
    )
    return Told(f"{looked}.done = {looked}.n", f"{looked}.n > 0")


_KINDS: dict[str, Callable[[Requirement, Statement], Told | None]] = {
    DemandKind.FIGURE: _figure,
    DemandKind.LINK_GROUP: _link_group,
    DemandKind.NAMING: names.naming,
    DemandKind.PLAN: papers.plan,
    DemandKind.CHECKLIST: _checklist,
}
