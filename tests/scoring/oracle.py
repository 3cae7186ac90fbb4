"""The scores of a sheet in plain Python: raw rows, parents walked one by one, the clauses of SUP-A written out.

Takes the figures from the oracle of the weeks and nothing from production code but models: no metrics, no rules, no
scheme file. Points are tenths as whole numbers, ratios are compared by multiplying out.
"""

from __future__ import annotations

from reporting.models import ClosedWeek, VerifiedCount
from tests.reporting.oracle import Oracle

COVERAGE = ((90, 8), (80, 5), (70, 2), (0, -2))
ORGANISATIONS = ((80, 5), (60, 3), (0, 0))
NOT_POOR = ((90, 10), (80, 7), (70, 4), (0, 0))


class ScoreOracle:
    """`ScoreOracle(year).points(unit_id)` -> {criterion code: tenths, or None where it can't be computed}."""

    def __init__(self, year) -> None:
        newest = {}
        for week in ClosedWeek.objects.filter(year=year, state="closed").order_by("edition"):
            newest[week.number] = week
        assert not VerifiedCount.objects.exists(), "this oracle knows of no 核减"
        self.weeks = []
        for number in sorted(newest):
            known = Oracle(newest[number].week, newest[number].known_until)
            known._checks()
            self.weeks.append(known)
        self.rows = Oracle(newest[max(newest)].week, newest[max(newest)].known_until).rows()

    def points(self, unit):
        row = self.rows[unit]
        covered, platforms = row["sub_covered_members"], row["own_accounts_public"]
        orgs = row["base_orgs"] if row["base_orgs"] is not None else row["sub_orgs"]
        checks, poor = self.checks(unit)
        return {
            "2.1.a": 2 if platforms >= 1 else 0,
            "2.1.b": 1 if platforms >= 1 and row["own_admins"] >= 1 else 0,
            "2.1.c": self.updated(row, platforms),
            "2.2.a": band(covered, row["base_assessed"], COVERAGE),
            "2.2.b": band(covered, row["base_reported"], COVERAGE),
            "2.2.c": band(row["sub_orgs_with_group"], orgs, ORGANISATIONS),
            "3.4": band(checks - poor, checks, NOT_POOR) if checks else None,
        }

    def figures(self, unit):
        """(numerator, denominator) where the page shows a fraction."""
        row = self.rows[unit]
        orgs = row["base_orgs"] if row["base_orgs"] is not None else row["sub_orgs"]
        return {
            "2.2.a": (row["sub_covered_members"], row["base_assessed"]),
            "2.2.b": (row["sub_covered_members"], row["base_reported"]),
            "2.2.c": (row["sub_orgs_with_group"], orgs),
        }

    def updated(self, row, platforms):
        if not platforms:
            return 0
        if not row["own_channels_recorded"]:
            return None
        return 1 if row["own_active_days"] >= 7 * row["own_channels_recorded"] else 0

    def checks(self, unit):
        """All checks of the year and those of fewer than three posts, of what stood at or below the unit in that week."""
        found = [week.own[each] for week in self.weeks if unit in week.placed for each in week.below(unit)]
        return sum(own["checks"] for own in found), sum(own["checks_poor"] for own in found)


def band(part, base, steps):
    """Tenths of the first step that part ÷ base reaches, compared in whole numbers; None without a base."""
    if not base:
        return None
    return next(tenths for floor, tenths in steps if part * 100 >= floor * base)
