"""Registered activities for the matrix."""

from __future__ import annotations

from orgs.kernel import clock
from orgs.models import OrgUnit
from reporting.models import Outreach
from tests.cast import Cast


def outreach(unit: OrgUnit, cast: Cast) -> int:
    """An activity of the unit that nobody below is expected to answer."""
    facts = {
        "kind": "poll",
        "starts_on": clock.today(),
        "recorded_by": cast["nobody"],
        "recorded_at": clock.now(),
    }
    return Outreach.objects.get_or_create(unit=unit, title=f"{unit.code}的微投票", defaults=facts)[0].pk
