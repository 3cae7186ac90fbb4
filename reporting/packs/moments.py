"""Days and minutes of a pack file on the clocks of Shanghai."""

from __future__ import annotations

from datetime import datetime

from orgs.kernel import clock


def starting(text: str | None) -> datetime | None:
    """The first moment: a bare date is 0:00 of the day in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI) if text else None


def ending(text: str | None) -> datetime | None:
    """The last moment: a bare date is 24:00 of the day in Shanghai (metrics.md, deadlines)."""
    moment = starting(text)
    if moment is None or text is None or " " in text:
        return moment
    return clock.day_end(moment.date())
