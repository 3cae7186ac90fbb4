"""A portal of its own for load: web processes with production settings, its own PostgreSQL (durable) and Redis, on loopback only."""

from __future__ import annotations

import contextlib
import json
import math
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection

from config import own_servers, servers
from config.bench.secretary import Secretary
from config.bootstrap import child_environment
from config.docker.new_env import fresh_env
from config.supervisor import Supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from config.own_servers import OwnServer

WEB_PROCESSES, THREADS = 2, 8


@dataclass(frozen=True, slots=True)
class LivePortal:
    """Where it listens, and the servers it leans on (None: SQLite)."""

    port: int
    environment: dict[str, str]
    database: OwnServer | None
    redis: OwnServer | None

    def ask(self, code: str, question: object = None) -> Any:
        """What `evening` says, run inside the portal's settings."""
        command = [sys.executable, "manage.py", "shell", "-v0", "-c", f"import json, sys; {code}"]
        done = subprocess.run(  # noqa: S603
            command,
            cwd=settings.BASE_DIR,
            env=self.environment,
            input=json.dumps(question),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        return json.loads(done.stdout.strip().splitlines()[-1])

    def secretaries(self, n: int, *, think: tuple[float, float], seconds: float) -> list[Secretary]:
        """So many, each signed in and with a form to fill."""
        found = self.ask(f"from config.bench import evening; evening.seed({n})")
        until = time.monotonic() + seconds
        return [Secretary(self.port, each["expected"], each["session"], think, until) for each in found]

    def judged(self, people: Sequence[Secretary]) -> dict[str, Any]:
        """What was acknowledged and is lost."""
        told = {
            str(each.expected): {"count": each.count, "submitted": int(each.is_submitted)} for each in people
        }
        found: dict[str, Any] = self.ask(
            "from config.bench import evening; evening.judge(json.load(sys.stdin))", told
        )
        return found


@contextlib.contextmanager
def portal() -> Iterator[LivePortal]:
    """A portal on the configured engine; PostgreSQL and Redis are started for it and are nobody else's."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-live-")))
        database = redis = None
        url = f"sqlite:///{folder / 'live.sqlite3'}"
        if connection.vendor == "postgresql":
            database = stack.enter_context(
                own_servers.stoppable_postgresql(
                    lambda address: bool(servers._postgresql_version(address)), own_servers.DURABLE
                )
            )
            url = database.address
        redis = stack.enter_context(
            own_servers.stoppable_redis(lambda address: bool(servers._redis_version(address)))
        )
        environment = _environment(folder, url, redis.address)
        for step in (["collectstatic", "--noinput"], ["prepare"]):
            _manage(step, environment)
        port = _free_port()
        supervisor = stack.enter_context(
            Supervisor(Path(settings.BASE_DIR), folder / "log", environment, grace_seconds=5)
        )
        bind = ["--bind", f"127.0.0.1:{port}", "--workers", str(WEB_PROCESSES), "--threads", str(THREADS)]
        supervisor.start(
            "web", [sys.executable, "-m", "gunicorn", "config.wsgi", *bind, "--no-control-socket"]
        )
        if not supervisor.wait_until(lambda: _listens(port)):
            raise own_servers.NoServer("网页没有启动。/ The web server doesn't answer.")
        yield LivePortal(port, environment, database, redis)


def _environment(folder: Path, url: str, redis: str) -> dict[str, str]:
    lines = (line.split("=", 1) for line in fresh_env().splitlines() if line and not line.startswith("#"))
    here = {
        "DATABASE_URL": url,
        "REDIS_URL": redis,
        "DATA_DIR": str(folder / "data"),
        "STATIC_ROOT": str(folder / "static"),
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS": "0",
        "DEBUG": "0",
        "DEMO": "0",
        "NO_BOOTSTRAP": "1",
        "LOG_REQUESTS": "0",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    return child_environment(**dict(lines) | here)


def _manage(arguments: list[str], environment: dict[str, str]) -> None:
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(  # noqa: S603
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def p95(times: Sequence[float]) -> float:
    """The time that 19 of 20 were below; 0 where there are none."""
    return sorted(times)[math.ceil(len(times) * 0.95) - 1] if times else 0.0
