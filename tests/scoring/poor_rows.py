"""Checks as the readings of SUP-4.1c look at them, for the tests of both."""

from __future__ import annotations

from datetime import date, timedelta

from reporting.rollup.streaks import Checked, Cited, rows_of


def rows(checks):
    """(group, posts) in order, each a draw of its own -> the longest row of 差 by each reading."""
    days = [date(2026, 3, 1) + timedelta(days=n) for n in range(len(checks))]
    return rows_of(
        Checked(group, posts, Cited(f"#{n}", f"d{n}", day))
        for n, ((group, posts), day) in enumerate(zip(checks, days, strict=True))
    )


def lengths(checks):
    return {reading: len(row) for reading, row in rows(checks).items()}
