"""Bench `rollup`: the weekly close against reading the facts plus a plain INSERT … SELECT of the same rows.

Runs in an empty, migrated scratch database: `made_up_registry` fills it by SQL, always with the same rows. Absolute
times mean nothing on another machine; `ratio` (at most 1.7) and `exponent` from two sizes (at most 1.15) are promises.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from django.db import connection, transaction

from config.bench import Figure, peak_mib
from config.bench.rollup_data import made_up_registry
from orgs.kernel.clock import Week
from reporting import rollup
from reporting.models import ClosedWeek
from reporting.operations import weekly

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.bench import Result

RATIO_BAR, EXPONENT_BAR = 1.7, 1.15
WEEKS = (Week(2026, 40), Week(2026, 41), Week(2026, 42))
SMALL = 120_000
SMALL_SHARE = 5


def sizes(nodes: int) -> tuple[int, ...]:
    """A smaller registry first: 120,000 units, or a fifth of a small one."""
    return (SMALL if nodes > 2 * SMALL else max(1, nodes // SMALL_SHARE), nodes)


def run(nodes: int) -> list[Figure]:
    """Seconds of the close, its steps and its yardstick, each the best of three weeks; MiB of this process; bytes."""
    made_up_registry(nodes)
    peak_mib(anew=True)
    before = peak_mib()
    rounds = [_measure(week) for week in WEEKS]
    best = {name: min(each[name] for each in rounds) for name in rounds[0]}
    floor = best["place"] + best["collect"] + best["plain"]
    return [
        Figure("seconds", best["close"]),
        Figure("floor_seconds", floor),
        Figure("ratio", best["close"] / floor, RATIO_BAR),
        Figure("peak_mib", peak_mib()),
        Figure("peak_before_mib", before),
        Figure("bytes_per_week", best["bytes"]),
        *(
            Figure(f"{name}_seconds", best[name])
            for name in ("place", "collect", "streaks", "persons", "levels", "plain")
        ),
    ]


def summary(results: list[Result]) -> list[Figure]:
    """The growth exponent: 1 is a close that takes twice as long for twice as many units."""
    small, large = results[0], results[-1]
    growth, times = (float(str(large[name])) / float(str(small[name])) for name in ("nodes", "seconds"))
    return [Figure("exponent", math.log(times) / math.log(growth), EXPONENT_BAR)] if growth > 1 else []


def _measure(week: Week) -> dict[str, float]:
    steps = _steps(week)
    close = _seconds(lambda: weekly.close_week(week))
    before = _bytes()
    plain = _seconds(lambda: _copy(week))
    return steps | {"close": close, "plain": plain, "bytes": _bytes() - before}


def _steps(week: Week) -> dict[str, float]:
    """Seconds of the parts that fill the temporary tables."""
    moment = rollup.Moment(week)
    found: dict[str, float] = {}
    deepest: list[int] = []
    found["place"] = _seconds(lambda: deepest.append(rollup.place(moment)))
    found["collect"] = _seconds(lambda: rollup.collect(moment))
    found["streaks"] = _seconds(lambda: rollup.mark_streaks(moment))
    found["persons"] = _seconds(lambda: rollup.mark_persons(moment, deepest[0]))
    found["levels"] = _seconds(lambda: rollup.sum_up(deepest[0]))
    rollup.drop()
    return found


@transaction.atomic
def _copy(week: Week) -> None:
    """The same rows once more, into an edition that is not closed."""
    header = ClosedWeek.objects.get(year=week.year, number=week.number, edition=1)
    copy = ClosedWeek.objects.create(year=week.year, number=week.number, edition=2, starts_on=week.starts_on)
    with connection.cursor() as cursor:
        columns = [
            column.name
            for column in connection.introspection.get_table_description(cursor, "reporting_weekunit")
            if column.name != "week_id"
        ]
        names = ", ".join(f'"{name}"' for name in columns)
        cursor.execute(
            f"INSERT INTO reporting_weekunit (week_id, {names})"  # noqa: S608 - names of ours
            f" SELECT %s, {names} FROM reporting_weekunit WHERE week_id = %s",
            [copy.pk, header.pk],
        )


def _bytes() -> int:
    """What the snapshot takes with its indexes; on SQLite the whole file, of which only the growth tells something."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_total_relation_size('reporting_weekunit')")
            return int(cursor.fetchone()[0])
        cursor.execute("PRAGMA page_count")
        pages = int(cursor.fetchone()[0])
        cursor.execute("PRAGMA page_size")
        return pages * int(cursor.fetchone()[0])


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
