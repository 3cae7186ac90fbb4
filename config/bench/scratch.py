"""An empty database of the engine asked for, beside the portal's own, gone afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import environ
from django.conf import settings
from django.db import connection

from config import servers
from config.bootstrap import child_environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SQLITE, POSTGRESQL = "sqlite", "postgresql"
ENGINES = (SQLITE, POSTGRESQL)


@contextmanager
def database(*, migrated: bool = False) -> Iterator[None]:
    """An empty database of the configured engine with the tables, indexes and triggers of today's models.

    Made from the models: going through every migration takes longer than many a bench and leads to the same tables. Only
    one that is `migrated` remembers its migrations.
    """
    name = connection.settings_dict["NAME"]
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        is_file = connection.vendor == SQLITE
        scratch = str(Path(folder) / "bench.sqlite3") if is_file else f"bench_{os.getpid()}"
        connection.settings_dict["TEST"] |= {"NAME": scratch, "MIGRATE": migrated}
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)


def run_elsewhere(engine: str, arguments: Sequence[str]) -> int:
    """The same command in a process of its own on the engine that is not configured here; its exit code.

    PostgreSQL is the one of TEST_DATABASE_URL, else one on localhost, else one started for it. Raises NoServer.
    """
    if engine == SQLITE:
        with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
            return _child(arguments, f"sqlite:///{Path(folder) / 'none.sqlite3'}")
    env = environ.Env()
    given = env.str("TEST_DATABASE_URL", default="")
    given = "" if given.startswith("sqlite") else given
    own = env.str("TEST_SERVERS", default="") == "own"
    with servers.postgresql(given, name=f"bench_{os.getpid()}", own=own) as server:
        return _child(arguments, f"{server.url.rpartition('/')[0]}/postgres")


def _child(arguments: Sequence[str], url: str) -> int:
    command = [sys.executable, "manage.py", "bench", *arguments]
    environment = child_environment(DATABASE_URL=url)
    return subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=False).returncode  # noqa: S603
