"""The processes of docker-compose.yml, started here: the same commands and settings, this machine's servers."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import environ
import psycopg2
import yaml
from celery import Celery
from psycopg2 import sql

from config import servers
from config.bootstrap import child_environment
from config.docker.new_env import fresh_env
from config.supervisor import Supervisor

ROOT = Path(__file__).resolve().parents[2]
PYTHON = [sys.executable]
PROGRAMS = {"python": PYTHON, "gunicorn": [*PYTHON, "-m", "gunicorn"], "celery": [*PYTHON, "-m", "celery"]}
VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}")
WORKERS = ("worker1", "worker2")


def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def filled(text: str, values: dict[str, str]) -> str:
    """`${NAME}`, `${NAME:-default}` and `${NAME:?message}` as docker compose fills them in."""
    return VARIABLE.sub(lambda found: values.get(found[1], found[2] or ""), text).replace("$$", "$")


def command_of(service: str, values: dict[str, str]) -> list[str]:
    """A service's command, by the interpreter that runs the tests."""
    program, *arguments = [filled(str(part), values) for part in compose()["services"][service]["command"]]
    return [*PROGRAMS[program], *arguments]


@dataclass(frozen=True)
class RunningPortal:
    """Web, two workers and beat with production settings; `manage` runs a command beside them."""

    port: int
    environment: dict[str, str]
    supervisor: Supervisor

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> tuple[int, str]:
        """Status and body, as the proxy in front would ask."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(connection):
            connection.request("GET", path, headers={"Host": "localhost", "X-Forwarded-Proto": "https"})
            response = connection.getresponse()
            return response.status, response.read().decode("utf-8")

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run([*PYTHON, "manage.py", *arguments], self.environment)

    def celery(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run([*PYTHON, "-m", "celery", "-A", "config", *arguments], self.environment)

    def workers_say(self, what: str, *, seconds: float = 5) -> dict[str, Any]:
        """What each worker answers to `ping` or `stats`; asked by name, so that nobody waits for a third one."""
        with Celery(broker=self.environment["REDIS_URL"], set_as_current=False) as asking:
            inspect = asking.control.inspect(destination=worker_names(), timeout=seconds)
            return getattr(inspect, what)() or {}


def worker_names() -> list[str]:
    return [f"{name}@{socket.gethostname()}" for name in WORKERS]


def run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@contextlib.contextmanager
def portal(folder: Path, **settings: str) -> Iterator[RunningPortal]:
    """Everything up and healthy, on a database and a Redis of its own; all ended and dropped afterwards.

    `settings` stand above those of docker-compose.yml, such as DEMO="1" for a clock that may be shifted.
    """
    own = environ.Env().str("TEST_SERVERS", default="") == "own"
    with migrated_database(folder.name) as database_url, servers.redis_server("", own=own) as redis:
        port = free_port()
        example = dict(
            line.split("=", 1) for line in fresh_env().splitlines() if line and not line.startswith("#")
        )
        here = {
            "WEB_PORT": str(port),
            "ALLOWED_HOSTS": "localhost",
            "DATABASE_URL": database_url,
            "REDIS_URL": redis.url,
        }
        places = {
            "DATA_DIR": str(folder / "data"),
            "STATIC_ROOT": str(folder / "static"),
            "DEBUG": "0",
            "DEMO": "0",
        }
        values = (
            example
            | {name: str(value) for name, value in compose()["x-portal"]["environment"].items()}
            | here
            | places
            | settings
        )
        environment = child_environment(**values, NO_BOOTSTRAP="1", DJANGO_SETTINGS_MODULE="config.settings")
        # One fills a folder, the other the database.
        steps = ([*PYTHON, "manage.py", "collectstatic", "--noinput"], command_of("prepare", values))
        with ThreadPoolExecutor(len(steps)) as at_once:
            for done in at_once.map(lambda step: run(step, environment), steps):
                assert done.returncode == 0, done.stdout + done.stderr
        with Supervisor(ROOT, folder / "log", environment) as supervisor:
            supervisor.start("web", command_of("web", values))
            for name in WORKERS:
                # Containers differ by host name; processes on one machine must be told apart.
                supervisor.start(
                    name, [part.replace("worker@", f"{name}@") for part in command_of("worker", values)]
                )
            supervisor.start("beat", command_of("beat", values))
            running = RunningPortal(port, environment, supervisor)
            assert supervisor.wait_until(lambda: is_healthy(port, values)), "the web server doesn't answer"
            assert supervisor.wait_until(lambda: all_workers_answer(running), tries=80), (
                "a worker doesn't answer"
            )
            yield running


def is_healthy(port: int, values: dict[str, str]) -> bool:
    """The health check of the web service itself."""
    _, program, *arguments = [
        filled(part, values) for part in compose()["services"]["web"]["healthcheck"]["test"]
    ]
    return run([*PROGRAMS[program], *arguments], child_environment()).returncode == 0


def all_workers_answer(running: RunningPortal) -> bool:
    return set(running.workers_say("ping", seconds=1)) == set(worker_names())


@contextlib.contextmanager
def migrated_database(purpose: str) -> Iterator[str]:
    """A PostgreSQL database beside the test database, on the same server, with every migration applied.

    Migrating takes most of the time of setting a portal up: it is done once in a run, the others copy the result.
    """
    server, _, name = environ.Env().str("TEST_DATABASE_URL").rpartition("/")
    # Two processes of a parallel run may both have portals of their own.
    worker = environ.Env().str("PYTEST_XDIST_WORKER", default="")
    database = f"test_{name}_{purpose}{worker}"
    with contextlib.closing(psycopg2.connect(f"{server}/postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
            cursor.execute(drop)
            template = _template(cursor, server, name)
            create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            cursor.execute(create.format(sql.Identifier(database), sql.Identifier(template)))
            # No test stops this server: nobody needs to wait for its disk.
            careless = sql.SQL("ALTER DATABASE {} SET synchronous_commit = off")
            cursor.execute(careless.format(sql.Identifier(database)))
            try:
                yield f"{server}/{database}"
            finally:
                cursor.execute(drop)


def _template(cursor: Any, server: str, name: str) -> str:
    """The migrated database to copy; who comes first makes it, the others wait. It goes with the run's databases."""
    migrations = hashlib.sha256(
        b"".join(path.read_bytes() for path in sorted(ROOT.glob("*/migrations/*.py")))
    )
    template = f"test_{name}_migrated_{migrations.hexdigest()[:8]}"
    cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [template])
    try:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template])
        if not cursor.fetchone():
            half = f"{template}_half"
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(half)))
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(half)))
            url = f"{server}/{half}"
            environment = child_environment(
                TEST_DATABASE_URL=url,
                DATABASE_URL=url,
                NO_BOOTSTRAP="1",
                DJANGO_SETTINGS_MODULE="config.settings_test",
            )
            done = run([*PYTHON, "manage.py", "migrate", "-v0"], environment)
            assert done.returncode == 0, done.stdout + done.stderr
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            cursor.execute(rename.format(sql.Identifier(half), sql.Identifier(template)))
    finally:
        cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [template])
    return template


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
