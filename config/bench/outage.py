"""Bench `outage`: PostgreSQL and Redis are away for a minute while secretaries fill and hand in.

Promised: no acknowledged write is lost or doubled, every refusal is a Chinese page within three seconds, and the portal is
back by itself within thirty seconds, for each of the secretaries. The servers stop when some have handed in and others are
about to: a whole evening of one of them takes about a minute.
"""

from __future__ import annotations

import time

from config.bench import Figure
from config.bench.live import p95, portal
from config.bench.secretary import all_evening
from config.own_servers import NoServer

THINK = (3.0, 12.0)
BEFORE, AWAY = 55.0, 60.0
MOST_SECONDS = 420.0
WORDS = "系统正在维护"


def run(n: int) -> list[Figure]:
    """What happened before, during and after."""
    with portal() as live:
        if live.database is None or live.redis is None:
            raise NoServer("这项测量需要 PostgreSQL。/ This one needs PostgreSQL: --engine postgresql.")
        people = live.secretaries(n, think=THINK, seconds=MOST_SECONDS)
        threads = all_evening(people)
        time.sleep(BEFORE)
        stopped = time.monotonic()
        live.database.stop()
        live.redis.stop()
        time.sleep(AWAY)
        live.redis.start()
        live.database.start()
        back = time.monotonic()
        for thread in threads:
            thread.join()
        found = live.judged(people)
    refused = [each for person in people for each in person.refused]
    first = [
        min(after) for person in people if (after := [at - back for at in person.answered_at if at > back])
    ]
    before = sum(0 < person.submitted_at < stopped for person in people)
    return [
        Figure("handed_in_before", before, 1, at_least=True),
        Figure("handed_in_after", sum(person.submitted_at > back for person in people), 1, at_least=True),
        Figure("refused", len(refused)),
        Figure(
            "refused_without_words",
            sum(status != 503 or WORDS not in text for _at, status, _s, text in refused),
            0,
        ),
        Figure("refusal_p95_seconds", p95([seconds for _at, _status, seconds, _text in refused]), 3),
        Figure("back_after_seconds", max(first, default=MOST_SECONDS), 30),
        Figure("conflicts", sum(person.conflicts for person in people)),
        Figure("without_receipt", sum(not person.is_submitted for person in people), 0),
        Figure("lost", len(found["lost"]), 0),
        Figure("doubled", len(found["doubled"]), 0),
    ]
