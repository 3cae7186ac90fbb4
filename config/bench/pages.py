"""Bench `pages`: SQL statements and times of the pages people open most, in a small registry and in that of a nation.

Promised: no more statements with 100 children than with 10 or in a larger tree than in a small one, at most 15; and the
p95 of weekly page, organisation page and picker in the large tree at most twice that in the small one.
"""

from __future__ import annotations

import gc
import math
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse

from config.bench import Figure, nation
from config.bench.nation import FEW, MANY, NATIONAL
from orgs.models import OrgUnit, User

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from config.bench import Result

SMALL = 1_000
STATEMENTS_BAR, RATIO_BAR = 15, 2.0
SAME = ("10", "100")
PROMISED = ("weekly", "unit", "picker")
WARM_UPS = 3
LEAST_TRIES, TRIES, MOST_SECONDS = 5, 60, 8.0
WEEK = str(nation.WEEKS[-1])
# Two characters, pinyin, initials, a code, a whole name, one letter, and what nothing contains.
TYPED = ("泰安", "taian", "tas", "3709", "历下区", "t", "查无此村")


@dataclass(frozen=True, slots=True)
class Page:
    """Addresses asked for in turn by one person; `name` is what is promised about, `which` tells variants apart."""

    name: str
    which: str
    reader: str
    urls: Sequence[str] = field(default_factory=list)


def sizes(nodes: int) -> tuple[int, ...]:
    """A thousand units, and the size asked for."""
    return (SMALL, nodes) if nodes > SMALL else (nodes,)


def run(nodes: int) -> list[tuple[str, list[Figure]]]:
    """Statements and milliseconds of each page in a registry of about so many units; of a tiny one only a look."""
    nation.build(nodes)
    with override_settings(DEBUG=False, ALLOWED_HOSTS=["localhost"]):
        tries = TRIES if nodes >= SMALL else 1
        return [(f"{page.name} {page.which}", _figures(page, tries)) for page in _pages()]


def summary(results: list[Result]) -> list[Figure]:
    """What is promised: the most statements, how many more a page takes with more units, the worst ratio of its p95.

    Fewer with more units are no fault: a search that finds too much asks for more words, and where nobody is short there
    is no list of who is.
    """
    statements: dict[tuple[str, str], list[int]] = {}
    p95: dict[str, list[float]] = {}
    for result in results:
        name, _space, which = str(result["page"]).partition(" ")
        # Those with 10 and with 100 children are one; what another person or word finds is another page.
        key = (name, "" if which in SAME else which)
        statements.setdefault(key, []).append(int(str(result["statements"])))
        p95.setdefault(str(result["page"]), []).append(float(str(result["p95_ms"])))
    differ: dict[str, int] = {}
    for (name, _which), counts in statements.items():
        risen = max(later - min(counts[: at + 1]) for at, later in enumerate(counts))
        differ[name] = max(differ.get(name, 0), risen)
    ratios: dict[str, float] = {}
    for page, times in p95.items():
        name = page.partition(" ")[0]
        ratios[name] = max(ratios.get(name, 0.0), times[-1] / times[0])
    return [
        Figure("most_statements", max(map(max, statements.values())), STATEMENTS_BAR),
        *(Figure(f"statements_differ.{name}", most, 0) for name, most in differ.items()),
        *(
            Figure(f"ratios.{name}", ratio, RATIO_BAR if name in PROMISED else None)
            for name, ratio in ratios.items()
        ),
    ]


def _pages() -> list[Page]:
    province = nation.province()
    units = {"10": OrgUnit.objects.get(code=FEW), "100": OrgUnit.objects.get(code=MANY), "province": province}
    picker, search = reverse("orgs:pick-unit"), reverse("orgs:list-units")
    return [
        *(Page("weekly", which, unit.code, [reverse("reporting:weekly")]) for which, unit in units.items()),
        *(
            Page(name, which, province.code, [url])
            for which, unit in units.items()
            for name, url in (
                ("unit", unit.get_absolute_url()),
                ("unit_week", reverse("reporting:show-unit-week", args=[WEEK, unit.pk])),
                ("rows", reverse("reporting:show-rows", args=[WEEK, unit.pk, "covered_capped"])),
                ("chase", f"{reverse('accounts:chase')}?unit={unit.pk}"),
                ("radar", f"{reverse('accounts:radar')}?unit={unit.pk}"),
                ("close", reverse("orgs:close-unit", args=[unit.pk])),
            )
            if not (name == "close" and unit == province)
        ),
        *(
            Page("review", which, unit.code, [reverse("accounts:list-review")])
            for which, unit in units.items()
        ),
        *(Page("home", which, unit.code, [reverse("home")]) for which, unit in units.items()),
        Page("picker", "province", province.code, [f"{picker}?q={text}" for text in TYPED]),
        Page("picker_nation", "nation", NATIONAL, [f"{picker}?q={text}" for text in TYPED]),
        *(Page("search", text, NATIONAL, [f"{search}?q={text}"]) for text in TYPED),
        Page("weekly_nation", "nation", NATIONAL, [reverse("reporting:weekly")]),
        Page("radar_nation", "nation", NATIONAL, [reverse("accounts:radar")]),
    ]


def _figures(page: Page, tries: int) -> list[Figure]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username=page.reader))
    for _turn in range(WARM_UPS):
        _open(client, page.urls[0])
    n_statements = 0
    for url in page.urls:
        with _counted() as counter:
            _open(client, url)
        n_statements = max(n_statements, counter[0])
    milliseconds = sorted(_times(client, page.urls, tries))
    return [
        Figure("statements", n_statements, STATEMENTS_BAR),
        Figure("p50_ms", milliseconds[len(milliseconds) // 2]),
        Figure("p95_ms", milliseconds[math.ceil(len(milliseconds) * 0.95) - 1]),
        Figure("slowest_ms", milliseconds[-1]),
    ]


def _times(client: Client, urls: Sequence[str], tries: int) -> list[float]:
    """Milliseconds of about so many requests, fewer of a slow page, each address as often as the others."""
    found: list[float] = []
    began = time.perf_counter()
    gc.collect()
    while len(found) < tries and (
        len(found) < LEAST_TRIES * len(urls) or time.perf_counter() - began < MOST_SECONDS
    ):
        for url in urls:
            started = time.perf_counter()
            _open(client, url)
            found.append((time.perf_counter() - started) * 1000)
    return found


def _open(client: Client, url: str) -> None:
    response = client.get(url, secure=settings.HTTPS)
    if response.status_code != 200:
        message = f"{url}: {response.status_code}"
        raise AssertionError(message)


@contextmanager
def _counted() -> Iterator[list[int]]:
    """How many statements were run, savepoints apart, as one figure in a list."""
    counter = [0]

    def count(
        execute: Callable[[str, object, bool, dict[str, object]], object],
        sql: str,
        params: object,
        many: bool,
        context: dict[str, object],
    ) -> object:
        if "SAVEPOINT" not in sql:
            counter[0] += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield counter
