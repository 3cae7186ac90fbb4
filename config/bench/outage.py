"""Bench `outage`: PostgreSQL and Redis are away for a minute while secretaries fill and hand in.

Promised: no acknowledged write is lost or doubled, every refusal is a Chinese page within three seconds, and the portal is
back by itself within thirty seconds.
"""

from __future__ import annotations

import time

from config.bench import Figure
from config.bench.live import p95, portal
from config.bench.secretary import all_evening
from config.own_servers import NoServer

THINK = (3.0, 12.0)
BEFORE, AWAY = 25.0, 60.0
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
    after = [at - back for person in people for at in person.answered_at if at > back]
    return [
        Figure("refused", len(refused)),
        Figure(
            "refused_without_words",
            sum(status != 503 or WORDS not in text for _at, status, _s, text in refused),
            0,
        ),
        Figure("refusal_p95_seconds", p95([seconds for _at, _status, seconds, _text in refused]), 3),
        Figure("back_after_seconds", min(after, default=MOST_SECONDS), 30),
        Figure("conflicts", sum(person.conflicts for person in people)),
        Figure("without_receipt", sum(not person.is_submitted for person in people), 0),
        Figure("lost", len(found["lost"]), 0),
        Figure("doubled", len(found["doubled"]), 0),
    ]
