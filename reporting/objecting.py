"""异议期: until when a unit may object to a check or to 核减.

READING: SUP-4.1b says nothing of it; OBJECTION_DAYS days after it was recorded.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from orgs.kernel import clock

if TYPE_CHECKING:
    from datetime import date

    from reporting.models import SpotCheck, VerifiedCount


def last_day(finding: SpotCheck | VerifiedCount) -> date:
    """The last day of the window; it ends at 24:00 of it."""
    return clock.local(finding.recorded_at).date() + timedelta(days=settings.OBJECTION_DAYS)


def is_in_time(finding: SpotCheck | VerifiedCount) -> bool:
    """The window is still open."""
    return clock.today() <= last_day(finding)
