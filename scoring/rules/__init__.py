"""Arithmetic of the assessment: pure, exact, knows nothing of Django (SUP-4.3, SUP-A).

Points are Decimal, ratios Fraction; nothing is rounded but where a rule says how. What can't be computed has no points
and says why: a missing base is never 0 points.
"""

from __future__ import annotations

from scoring.rules.arithmetic import BASE_ZERO, NO_BASE, NO_ENTRY, NO_FIGURE, PEOPLE, STEP, ZERO, Arithmetic
from scoring.rules.combined import exclusive, summed
from scoring.rules.counts import count_with_cap, documents, judged, penalty, presence
from scoring.rules.measured import Measured, misses, monthly_mean, runs_of_misses
from scoring.rules.places import Place, Standing, by_rank, ranks, standings
from scoring.rules.ratios import Band, bands, lacking, linear
from scoring.rules.rounding import DOWN, HALF_UP, ROUNDINGS, UP, to_step, whole
from scoring.rules.sums import attainable, bounded, bounded_sum, grade, is_allowed, item_sum, total

__all__ = [
    "BASE_ZERO",
    "DOWN",
    "HALF_UP",
    "NO_BASE",
    "NO_ENTRY",
    "NO_FIGURE",
    "PEOPLE",
    "ROUNDINGS",
    "STEP",
    "UP",
    "ZERO",
    "Arithmetic",
    "Band",
    "Measured",
    "Place",
    "Standing",
    "attainable",
    "bands",
    "bounded",
    "bounded_sum",
    "by_rank",
    "count_with_cap",
    "documents",
    "exclusive",
    "grade",
    "is_allowed",
    "item_sum",
    "judged",
    "lacking",
    "linear",
    "misses",
    "monthly_mean",
    "penalty",
    "presence",
    "ranks",
    "runs_of_misses",
    "standings",
    "summed",
    "to_step",
    "total",
    "whole",
]
