"""Units that were founded after the launch of a campaign: they have a clock of their own (UNI-3.3)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from orgs.kernel import clock
from reporting.choices import DemandKind
from reporting.rollup.moment import adapted

if TYPE_CHECKING:
    from datetime import datetime

    from reporting.judging.statement import Statement
    from reporting.models import Requirement


def condition(requirement: Requirement, statement: Statement, at: datetime) -> str:
    """Whether the unit still has time although the deadline has passed, as SQL; "" where nobody can have.

    READING: founded on day 1, it has until 24:00 of day `FOUNDED_LATE_DAYS`, or until the deadline where that is later. Until
    then it is open on its own line, and counts with its superiors only once it has met.
    """
    launched_at, deadline = requirement.version.campaign.launched_at, requirement.deadline_at
    is_once = requirement.kind != DemandKind.TOTAL and not requirement.rule.get("recurs")
    if launched_at is None or deadline is None or deadline > at or not is_once:
        return ""
    since = max(launched_at, _founded_since(at))
    # Both ends are before the instant that is judged: what happens at it comes after it.
    if settings.FOUNDED_LATE_DAYS < 1 or since >= at:
        return ""
    return (
        "f.unit_id IN (SELECT v.unit_id FROM orgs_unitversion v"  # noqa: S608 - values are parameters
        f" WHERE v.valid_from > {statement.value(adapted(since))} AND v.valid_from < %(end)s"
        " AND NOT EXISTS (SELECT 1 FROM orgs_unitversion e WHERE e.unit_id = v.unit_id AND e.valid_from < v.valid_from))"
    )


def _founded_since(at: datetime) -> datetime:
    """Who was founded after this moment has time left at `at`: an instant before the first instant of the day."""
    first = clock.local(at).date() - timedelta(days=settings.FOUNDED_LATE_DAYS - 1)
    return clock.day_start(first) - timedelta(microseconds=1)
