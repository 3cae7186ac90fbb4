"""Bench `migrations`: the newest migration of each app taken back and done again, on a migrated database with a nation in it.

Migrations that were squashed are taken one by one, as an installation that is older than the squash went through them.
Promised: no step takes longer than ten minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from config.bench import Figure, nation, peak_mib, stopwatch
from orgs.kernel import triggers

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_SECONDS = 600.0
APPS = ("scoring", "reporting", "accounts", "orgs")  # what leans on others first
Step = tuple[str, str | None]


class OneByOne(MigrationLoader):
    """The migrations as they were written, without those that replace them."""

    def load_disk(self) -> None:
        super().load_disk()
        squashed = [key for key, migration in self.disk_migrations.items() if migration.replaces]
        for key in squashed:
            del self.disk_migrations[key]


def run(nodes: int) -> list[tuple[str, list[Figure]]]:
    """Of each app: seconds back and forward, and what the process held at most."""
    nation.build(nodes)
    return [_there_and_back(app) for app in APPS]


def _there_and_back(app: str) -> tuple[str, list[Figure]]:
    graph = OneByOne(connection).graph
    (newest,) = graph.leaf_nodes(app)
    earlier = [parent.key for parent in graph.node_map[newest].parents if parent.key[0] == app]
    target: Step = earlier[0] if earlier else (app, None)
    peak_mib(anew=True)
    with stopwatch() as off:
        triggers.remove(connection)
    try:
        with stopwatch() as back:
            _migrate(lambda _leaves: [target])
    except IrreversibleError:
        triggers.install(connection)
        return newest[1], [Figure("is_reversible", 0, 1, at_least=True)]
    with stopwatch() as forward:
        _migrate(lambda leaves: leaves)
    with stopwatch() as on:
        triggers.install(connection)
    return f"{app}.{newest[1]}", [
        Figure("is_reversible", 1, 1, at_least=True),
        Figure("back_seconds", back.seconds, MOST_SECONDS),
        Figure("forward_seconds", forward.seconds, MOST_SECONDS),
        Figure("triggers_seconds", off.seconds + on.seconds),
        Figure("peak_mib", peak_mib()),
    ]


def _migrate(targets: Callable[[list[Step]], list[Step]]) -> None:
    executor = MigrationExecutor(connection)
    executor.loader = OneByOne(connection)
    executor.migrate(targets(executor.loader.graph.leaf_nodes()))
