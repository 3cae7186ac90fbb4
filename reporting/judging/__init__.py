"""Judging a campaign: what every asked unit has reached at a moment, over the very columns of the weekly roll-up.

`instant.py` is the moment; the roll-up places the units and collects their figures as of it. `targets.py` says whom a
requirement asks and `rules.py` when it is met, both as SQL over those columns; `metrics.py` knows the figures' names.
`standings.py` writes one character per requirement and unit into a temporary table, `tallies.py` counts them upwards,
`changes.py` compares both with the rows that stand. `trials.py` answers what is not saved yet. `standing.py` reads a character at a moment (open, overdue …),
`live.py` the figures behind it for the few units of a page.
Only `operations/judging.py` writes to tables that stay.
"""

from __future__ import annotations

from reporting.judging.changes import STATEMENTS
from reporting.judging.instant import Instant
from reporting.judging.live import Values, is_enough, own_values, values_asked
from reporting.judging.names import looked_at
from reporting.judging.standing import character_of, is_past, standing, unmet
from reporting.judging.standings import (
    EXEMPT,
    MET,
    NOT_ASKED,
    UNMET,
    YOUNG,
    collect,
    drop,
    judge,
    requirements_at,
    requirements_now,
    version_at,
)
from reporting.judging.tallies import count
from reporting.judging.trials import BREAKS, STEPS, Answered, Breaks, apart, ensure_runs
from reporting.judging.trials import read as try_out

__all__ = [
    "BREAKS",
    "EXEMPT",
    "MET",
    "NOT_ASKED",
    "STATEMENTS",
    "STEPS",
    "UNMET",
    "YOUNG",
    "Answered",
    "Breaks",
    "Instant",
    "Values",
    "apart",
    "character_of",
    "collect",
    "count",
    "drop",
    "ensure_runs",
    "is_enough",
    "is_past",
    "judge",
    "looked_at",
    "own_values",
    "requirements_at",
    "requirements_now",
    "standing",
    "try_out",
    "unmet",
    "values_asked",
    "version_at",
]
