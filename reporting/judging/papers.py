"""Documents that are handed in, and numbers that are planned first: when they are there, as SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reporting.choices import HandInState
from reporting.judging import metrics, periods
from reporting.judging.told import NEVER, Told, fraction

if TYPE_CHECKING:
    from datetime import datetime

    from reporting.judging.statement import Statement
    from reporting.models import Requirement

# Of a plan: this demand asks for the number itself, by `planned_by`; else for what came of it.
STAGE, NUMBER = "stage", "number"
# The code under which rows are kept, where the pack asks for one thing in two demands.
OF = "of"


def code_of(requirement: Requirement) -> str:
    """Under which code documents and planned numbers of the demand are kept: a final one (RUR-3) shares them."""
    return str(requirement.rule.get(OF) or requirement.code)


def document(requirement: Requirement, statement: Statement, at: datetime, *, is_trial: bool = False) -> Told:
    """As many documents stand handed in, or are accepted, as the rule asks for; what recurs, of the period that ended last.

    READING: a document of a period is due when the period ends, and meets it when it comes late.
    """
    key = _period_key(requirement, at, since=None if is_trial else begins(requirement))
    if key is None:
        return Told(NEVER, NEVER)
    campaign = statement.value(requirement.version.campaign_id)
    code, returned = statement.value(code_of(requirement)), statement.value(HandInState.RETURNED.value)
    handed = statement.join(
        "SELECT h.unit_id, COUNT(*) AS n FROM reporting_handin h"  # noqa: S608 - values are parameters
        f" WHERE h.campaign_id = {campaign} AND h.requirement_code = {code} AND h.handed_at < %(end)s"
        f" AND h.period = {statement.value(key)}"
        f" AND (h.state <> {returned} OR h.decided_at >= %(end)s) GROUP BY h.unit_id"
    )
    return Told(f"{handed}.n >= {statement.value(int(requirement.rule.get('copies') or 1))}")


def plan(requirement: Requirement, statement: Statement) -> Told | None:
    """What came of the number that the unit planned; without a number nothing is met."""
    campaign, code = (
        statement.value(requirement.version.campaign_id),
        statement.value(code_of(requirement)),
    )
    planned = statement.join(
        "SELECT p.unit_id, CAST(p.planned AS bigint) AS planned FROM reporting_plannednumber p"  # noqa: S608 - values are parameters
        f" WHERE p.campaign_id = {campaign} AND p.requirement_code = {code} AND p.recorded_at < %(end)s"
        " AND (p.superseded_at IS NULL OR p.superseded_at >= %(end)s)"
    )
    rule = requirement.rule
    if rule.get(STAGE) == NUMBER:
        return Told(f"{planned}.planned IS NOT NULL")
    value, share = metrics.added(rule, statement), fraction(rule.get("share") or "1")
    if value is None or share is None:
        return None
    return Told(f"{value} * {share.denominator} >= {planned}.planned * {share.numerator}")


def _period_key(requirement: Requirement, at: datetime, *, since: datetime | None) -> str | None:
    """Of what period the document is; None before the first one has ended."""
    recurs = requirement.rule.get("recurs")
    if not recurs:
        return periods.ONCE
    period = periods.judged(recurs, at, since=since, until=requirement.deadline_at)
    return period.key if period else None


def begins(requirement: Requirement) -> datetime | None:
    """From when on it asks: its own start, not before the campaign was launched."""
    known = [requirement.starts_at, requirement.version.campaign.launched_at]
    return max((each for each in known if each is not None), default=None)
