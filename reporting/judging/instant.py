"""Any moment as the parameters the roll-up takes: stocks stand there, flows are those of its week so far."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection

from orgs.kernel import clock
from orgs.kernel.clock import Week
from reporting.rollup.moment import Moment, adapted

if TYPE_CHECKING:
    from datetime import datetime


class Instant(Moment):
    """A moment that may lie within a week; Sunday 24:00 is the end of its week, and says exactly what the close says."""

    __slots__ = ()

    @classmethod
    def at(cls, moment: datetime) -> Instant:
        """What happened at the very instant comes after it, as with the end of a week."""
        return cls(Week.containing(moment - timedelta(microseconds=1)), moment)

    @property
    def is_week_end(self) -> bool:
        return self.known == self.week.ends_at

    def params(self) -> dict[str, object]:
        """Those of the week, and its number, the day that runs at the moment and the one that ended last."""
        last = clock.local(self.known - timedelta(microseconds=1)).date()
        yesterday = clock.local(self.known).date() - timedelta(days=1)
        return Moment.params(self) | {
            "end": adapted(self.known),
            "year": self.week.year,
            "number": self.week.number,
            "day": connection.ops.adapt_datefield_value(last),
            "yesterday": connection.ops.adapt_datefield_value(yesterday),
            "yesterday_at": adapted(clock.day_start(yesterday)),
        }
