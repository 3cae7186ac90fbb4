"""When a requirement is met, as SQL over the columns of the roll-up; compared in whole numbers, never in floats.

A rule of a kind or with a name that is not known here is judged by nobody: `told` says None, the answer is "not asked".
READING: `naming` is such a kind: it is guidance, and pointed out where a name is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from accounts.checklist import all_lines
from reporting.choices import DemandKind, HandInState
from reporting.judging import metrics, targets
from reporting.judging.targets import subordinates
from reporting.rollup.sources import IN_FORCE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reporting.judging.instant import Instant
    from reporting.judging.statement import Statement
    from reporting.models import Requirement

COMPARISONS = {">=": ">=", "<=": "<=", ">": ">", "<": "<", "==": "=", "between": ">="}
BETWEEN = "between"
WEEKLY, MONTHLY = "weekly", "monthly"
ALWAYS = "1 = 1"


@dataclass(frozen=True, slots=True)
class Told:
    """Whether the unit is met, and whether there is something to ask it; both as SQL conditions."""

    is_met: str
    is_asked: str = ALWAYS


def told(requirement: Requirement, unit_id: int, statement: Statement) -> Told | None:
    """The rule of a requirement of a campaign of that unit; None where it is not understood."""
    if requirement.kind == DemandKind.TOTAL:
        return _total(requirement, unit_id, statement)
    judge = _KINDS.get(requirement.kind)
    return judge(requirement, statement) if judge else None


def is_between_periods(requirement: Requirement, instant: Instant) -> bool:
    """What recurs keeps its answer until its next period ends: a week at Sunday 24:00. READING: a month as its weeks."""
    recurs = requirement.rule.get("recurs") if requirement.kind == DemandKind.FIGURE else None
    return recurs in {WEEKLY, MONTHLY} and not instant.is_week_end


def _figure(requirement: Requirement, statement: Statement) -> Told | None:
    """A figure, or what part of another figure it is, against a number; `missing` says what no figure means."""
    rule = requirement.rule
    value = _value(rule, statement)
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


def _value(rule: Mapping[str, Any], statement: Statement) -> str | None:
    """The metric with its substitutes added (RUR-1.2); missing only where all of them are."""
    names = [rule.get("metric") or "", *(rule.get("substitutes") or ())]
    parts = [metrics.scoped(name, rule, statement) for name in names]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    if len(found) == 1:
        return found[0]
    added = " + ".join(f"COALESCE({part}, 0)" for part in found)
    return f"(CASE WHEN COALESCE({', '.join(found)}) IS NOT NULL THEN {added} END)"


def _link_group(requirement: Requirement, statement: Statement) -> Told:
    """One open group joins the unit with every unit below it (UNI-2.2, RUR-2.3b); nobody below, nothing to join."""
    rule = requirement.rule
    kinds = statement.values(rule.get("group_kinds") or ())
    group = statement.join(
        "SELECT v.unit_id, MAX(v.subordinates_in) AS n FROM accounts_groupversion v"  # noqa: S608 - parameters
        f" WHERE {IN_FORCE} AND v.status = 'open' AND v.kind IN {kinds} GROUP BY v.unit_id"
    )
    below = subordinates(rule.get("below_kinds") or (), statement)
    return Told(f"{group}.n >= {below}.n", f"{below}.n > 0")


def _document(requirement: Requirement, statement: Statement) -> Told:
    """A document stands handed in, or is accepted."""
    campaign = statement.value(requirement.version.campaign_id)
    code, returned = statement.value(requirement.code), statement.value(HandInState.RETURNED.value)
    handed = statement.join(
        "SELECT h.unit_id, COUNT(*) AS n FROM reporting_handin h"  # noqa: S608 - values are parameters
        f" WHERE h.campaign_id = {campaign} AND h.requirement_code = {code} AND h.handed_at < %(end)s"
        f" AND (h.state <> {returned} OR h.decided_at >= %(end)s) GROUP BY h.unit_id"
    )
    return Told(f"{handed}.n > 0")


def _plan(requirement: Requirement, statement: Statement) -> Told | None:
    """What came of the number that the unit planned; without a number nothing is met."""
    rule = requirement.rule
    value, share = _value(rule, statement), fraction(rule.get("share") or "1")
    if value is None or share is None:
        return None
    campaign, code = statement.value(requirement.version.campaign_id), statement.value(requirement.code)
    plan = statement.join(
        "SELECT p.unit_id, p.planned FROM reporting_plannednumber p"  # noqa: S608 - values are parameters
        f" WHERE p.campaign_id = {campaign} AND p.requirement_code = {code} AND p.recorded_at < %(end)s"
    )
    return Told(f"{value} * {share.denominator} >= {plan}.planned * {share.numerator}")


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
        f" WHERE is_met AND item IN {statement.values(items)} AND checked_at < %(end)s GROUP BY account_id) c"
        f" ON c.account_id = v.account_id WHERE {IN_FORCE} AND v.status = 'open'"
        f" AND p.kind IN {statement.values(kinds)} GROUP BY v.unit_id"
    )
    return Told(f"{looked}.done = {looked}.n", f"{looked}.n > 0")


def fraction(text: object) -> Fraction | None:
    """Decimal text as an exact fraction; None for anything else."""
    try:
        return Fraction(str(text))
    except (ValueError, ZeroDivisionError):
        return None


_KINDS: dict[str, Callable[[Requirement, Statement], Told | None]] = {
    DemandKind.FIGURE: _figure,
    DemandKind.LINK_GROUP: _link_group,
    DemandKind.DOCUMENT: _document,
    DemandKind.PLAN: _plan,
    DemandKind.CHECKLIST: _checklist,
}
