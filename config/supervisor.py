"""Starts processes and ends them together: one that dies ends all, Ctrl-C and SIGTERM leave none behind."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import FrameType, TracebackType

# SIGINT too: a shell that starts a command in the background has it ignored.
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG = 1


class ChildDied(Exception):
    """A process ended by itself; `name` says which, `log` where its last words stand."""

    def __init__(self, name: str, code: int, log: Path) -> None:
        super().__init__(name)
        self.name = name
        self.code = code
        self.log = log

    def last_lines(self, n_lines: int = 15) -> str:
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-n_lines:])


class FolderBusy(Exception):
    """Another process works in this folder."""


@dataclass(frozen=True, slots=True)
class Child:
    name: str
    process: subprocess.Popen[bytes]
    log: Path
    end_with: signal.Signals


class Supervisor:
    """Children in process groups of their own, each with a log file; leaving the `with` block ends them all."""

    def __init__(
        self, folder: Path, log_dir: Path, environment: dict[str, str], *, grace_seconds: float = 10
    ) -> None:
        self.folder = folder
        self.log_dir = log_dir
        self.environment = environment
        self.grace_seconds = grace_seconds
        self.children: list[Child] = []

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(
        self,
        name: str,
        command: list[str],
        *,
        user: str | None = None,
        end_with: signal.Signals = signal.SIGTERM,
        **extra_environment: str,
    ) -> Child:
        """Start one process; as root, `user` is whom it runs as."""
        self.log_dir.mkdir(parents=True, exist_ok=True)
        log = self.log_dir / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603
                command,
                cwd=self.folder,
                env=self.environment | extra_environment,
                user=user,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )
        child = Child(name, process, log, end_with)
        self.children.append(child)
        return child

    def wait_until(self, ready: Callable[[], bool], *, tries: int = 600) -> bool:
        """Ask `ready` about five times a second; False when it never was. Raises ChildDied."""
        for _ in range(tries):
            if ready():
                return True
            self._look(0.2)
        return False

    def watch(self) -> None:
        """Return never: ends by ChildDied or by what a signal raises."""
        while True:
            self._look(0.5)

    def stop(self) -> None:
        """Ask every group to end, wait, then kill what is left. A second Ctrl-C kills at once."""
        for child in self.children:
            _signal_group(child, child.end_with)
        with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            for child in self.children:
                child.process.wait(timeout=self.grace_seconds)
        for child in self.children:
            _signal_group(child, signal.SIGKILL)
            child.process.wait()
        self.children.clear()

    def _look(self, seconds: float) -> None:
        """Wait a moment for the first child; raise if any has ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.children[0].process.wait(timeout=seconds)
        for child in self.children:
            code = child.process.poll()
            if code is not None:
                raise ChildDied(child.name, code, child.log)


@contextlib.contextmanager
def ended_by_signals() -> Iterator[None]:
    """SIGINT, SIGTERM and SIGHUP end the block as Ctrl-C does."""

    def interrupt(signum: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Raise FolderBusy while another process is in this block for the same folder; leaves no file behind."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FolderBusy(str(folder)) from error
        yield
    finally:
        os.close(handle)


def _signal_group(child: Child, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.process.pid, number)


def _end_with_parent() -> None:
    # A supervisor that is killed outright can't end its children: the kernel does it.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
