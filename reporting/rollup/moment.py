"""The bounds of a week as the parameters that every statement of the roll-up takes, adapted to the engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import connection

from orgs.kernel import clock

if TYPE_CHECKING:
    from datetime import datetime

    from orgs.kernel.clock import Week
    from reporting.models import ClosedWeek

DAYS = 7

# What a statement takes: a moment or a day stands as the engine wants it.
Param = str | int | date | None


@dataclass(frozen=True, slots=True)
class Moment:
    """One week: stocks stand at its end, flows lie within it. An approval at the very end belongs to the next week.

    `known`: daily records and checks about the week count if they were entered before that moment. It is the end of the
    week for a first edition; a correction looks further.
    """

    week: Week
    until: datetime | None = None
    corrected: int = 0  # the edition whose base corrections count

    @classmethod
    def of(cls, header: ClosedWeek) -> Moment:
        """The week of an edition, with what was known when the edition was ordered, and the bases it corrects."""
        return cls(header.week, header.known_until, header.pk if header.edition > 1 else 0)

    @property
    def known(self) -> datetime:
        return self.until or self.week.ends_at

    def params(self) -> dict[str, Param]:
        """`start`, `end`, `known`, and of each day of the week its date `day0` … and its first instant `day0_at` …."""
        found: dict[str, Param] = {
            "start": adapted(self.week.starts_at),
            "end": adapted(self.week.ends_at),
            "known": adapted(self.known),
            "corrected": self.corrected,
            # A check counts the last full day before it: the day counted lies one day before the day of the check.
            "counted_from": connection.ops.adapt_datefield_value(self.week.starts_on - timedelta(days=1)),
            "counted_to": connection.ops.adapt_datefield_value(self.week.ends_on - timedelta(days=1)),
        }
        for n in range(DAYS):
            day = self.week.starts_on + timedelta(days=n)
            found[f"day{n}"] = connection.ops.adapt_datefield_value(day)
            found[f"day{n}_at"] = adapted(clock.day_start(day))
        return found


def adapted(moment: datetime) -> Param:
    """SQLite compares datetimes as text: the text must be the one Django has stored."""
    return connection.ops.adapt_datetimefield_value(moment)
