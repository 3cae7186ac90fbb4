"""`manage.py test [pytest args]`: the whole suite on PostgreSQL and Redis, then the database tests on SQLite."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import environ
from django.conf import settings
from django.core.management.base import BaseCommand

from config import servers
from config.bootstrap import child_environment
from config.browser import chromium
from config.own_servers import NoServer
from config.supervisor import ended_by_signals

ONLY_DATABASE = "database and not browser and not servers and not once"
NOTHING_SELECTED = 5
# Whoever narrows the run down, or debugs, is faster without a crowd of processes.
NARROWING = ("-k", "-m", "-n", "--numprocesses", "--pdb", "--lf", "--ff", "--collect-only", "-p")


class Command(BaseCommand):
    """Replaces Django's command of the same name; every argument goes to pytest."""

    help = "运行全部测试：先在 PostgreSQL 与 Redis 上，再在 SQLite 上。参数原样交给 pytest。"
    requires_system_checks = []

    def run_from_argv(self, argv: list[str]) -> None:
        try:
            with ended_by_signals():
                code = self.run_twice(argv[2:])
        except NoServer as error:
            self.stderr.write(str(error))
            code = 1
        sys.exit(code)

    def run_twice(self, arguments: list[str]) -> int:
        """Exit code: that of PostgreSQL's run, else that of SQLite's."""
        if not chromium():
            self._say(
                "没有找到 Chromium：跳过全部浏览器测试！/ NO CHROMIUM: BROWSER TESTS ARE SKIPPED! (apt install chromium)"
            )
        with tempfile.TemporaryDirectory(prefix="portal-test-") as name:
            folder = Path(name)
            code, summary = self._on_servers(arguments, folder)
            code_sqlite, summary_sqlite = self._on_sqlite(arguments, folder)
        self.stdout.write(f"\n{summary}\n{summary_sqlite}")
        return code or (0 if code_sqlite == NOTHING_SELECTED else code_sqlite)

    def _on_servers(self, arguments: list[str], folder: Path) -> tuple[int, str]:
        env = environ.Env()
        given_url, given_redis = (
            env.str("TEST_DATABASE_URL", default=""),
            env.str("TEST_REDIS_URL", default=""),
        )
        own = env.str("TEST_SERVERS", default="") == "own"
        # Two runs at the same time must not share a database.
        name = f"portal_{os.getpid()}"
        with (
            servers.postgresql(given_url, name=name, own=own) as database,
            servers.redis_server(given_redis, own=own) as redis,
        ):
            title = f"{database.words}, {redis.words}"
            self._say(title)
            code, line = run_pytest(
                [*crowd(arguments), *arguments],
                TEST_DATABASE_URL=database.url,
                TEST_REDIS_URL=redis.url,
                folder=folder / "servers",
            )
        return code, f"{title}: {line}"

    def _on_sqlite(self, arguments: list[str], folder: Path) -> tuple[int, str]:
        self._say("SQLite")
        code, line = run_pytest(
            [*crowd(arguments), *without_servers(arguments)],
            TEST_DATABASE_URL=f"sqlite:///{folder / 'db.sqlite3'}",
            folder=folder / "sqlite",
        )
        return code, f"SQLite: {line}"

    def _say(self, words: str) -> None:
        self.stdout.write(f"\n===== {words} =====")
        self.stdout.flush()


def crowd(arguments: list[str]) -> list[str]:
    """Arguments that use every processor, unless the caller narrows the run down."""
    narrowed = any(not argument.startswith("-") or argument.startswith(NARROWING) for argument in arguments)
    return [] if narrowed else ["-n", str(os.cpu_count() or 1), "--dist", "loadgroup"]


def without_servers(arguments: list[str]) -> list[str]:
    """The caller's arguments, with a marker expression that leaves out what needs a browser or servers."""
    rest, expression = list(arguments), ONLY_DATABASE
    for place, argument in enumerate(arguments):
        if argument == "-m" and place + 1 < len(arguments):
            expression = f"({arguments[place + 1]}) and {ONLY_DATABASE}"
            rest = [*arguments[:place], *arguments[place + 2 :]]
    return [*rest, "-m", expression]


def run_pytest(arguments: list[str], *, folder: Path, **environment: str) -> tuple[int, str]:
    """Run pytest with its files in the folder, show its output as it comes; exit code and its closing line."""
    # At a terminal Ctrl-C reaches the whole foreground group; elsewhere a group of its own can be ended as one.
    group = None if sys.stdin.isatty() else 0
    color = ["--color=yes"] if sys.stdout.isatty() else []
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "pytest", *color, *arguments],
        cwd=settings.BASE_DIR,
        env=child_environment(
            DJANGO_SETTINGS_MODULE="config.settings_test",
            TEST_DATA_DIR=str(folder),
            DATA_DIR=str(folder),  # this process has one of its own
            **environment,
        ),
        stdout=subprocess.PIPE,
        process_group=group,
    )
    tail = b""
    try:
        while process.stdout and (block := os.read(process.stdout.fileno(), 65536)):
            sys.stdout.buffer.write(block)
            sys.stdout.buffer.flush()
            tail = (tail + block)[-4096:]
    except KeyboardInterrupt:
        _end(process, grouped=group is not None)
        raise
    lines = tail.decode("utf-8", errors="replace").strip().splitlines()
    return process.wait(), lines[-1] if lines else ""


def _end(process: subprocess.Popen[bytes], *, grouped: bool) -> None:
    """Give pytest a moment to leave its tests, then end it with its workers."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=10)
    with contextlib.suppress(ProcessLookupError):
        if grouped:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
