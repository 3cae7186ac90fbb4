"""Bench `rollup`: the weekly close against reading the facts plus a plain INSERT … SELECT of the same rows.

Runs in an empty, migrated scratch database of the engine it is asked for: `made_up_registry` fills it by SQL, always
with the same rows. Absolute times mean nothing on another machine; `ratio` is the promise (at most 1.7).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.db import connection, transaction

from config.bench.rollup_data import made_up_registry
from orgs.kernel.clock import Week
from reporting import rollup
from reporting.models import ClosedWeek
from reporting.operations import weekly

if TYPE_CHECKING:
    from collections.abc import Callable

BAR = 1.7
WEEKS = (Week(2026, 40), Week(2026, 41), Week(2026, 42))


def run(nodes: int, engine: str) -> dict[str, object]:
    """Seconds of the close and of its yardstick, their ratio, and the bar; each the best of three weeks."""
    if connection.vendor != engine:
        message = f"the database of this process is {connection.vendor}, not {engine}"
        raise ValueError(message)
    made_up_registry(nodes)
    rounds = [_measure(week) for week in WEEKS]
    best = {name: min(each[name] for each in rounds) for name in rounds[0]}
    ratio = best["close"] / (best["place"] + best["collect"] + best["plain"])
    found = {name: round(seconds, 3) for name, seconds in best.items()}
    return {"bench": "rollup", "engine": engine, "nodes": nodes, "bar": BAR, "ratio": round(ratio, 2)} | found


def _measure(week: Week) -> dict[str, float]:
    steps = _steps(week)
    close = _seconds(lambda: weekly.close_week(week))
    return steps | {"close": close, "plain": _seconds(lambda: _copy(week))}


def _steps(week: Week) -> dict[str, float]:
    """Seconds of the parts that fill the temporary tables."""
    moment = rollup.Moment(week)
    found: dict[str, float] = {}
    deepest: list[int] = []
    found["place"] = _seconds(lambda: deepest.append(rollup.place(moment)))
    found["collect"] = _seconds(lambda: rollup.collect(moment))
    found["streaks"] = _seconds(lambda: rollup.mark_streaks(moment))
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


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
