"""Looking at an uploaded file in a process of its own, so that no file can take the site down with it."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from orgs.kernel.sheets import FileRejected, Limits

if TYPE_CHECKING:
    from collections.abc import Callable

_ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 10


def ask(module: str, data: bytes, filename: str, limits: Limits) -> dict[str, Any]:
    """What a module of ours answers about a file. Raises FileRejected, and nothing else, whatever the file holds.

    SECURITY: the process has none of our environment, and is limited in memory and time.
    """
    # The name could be anything the uploader's system allowed; only its extension is of use.
    ending = filename.rpartition(".")[2] if "." in filename else ""
    extension = "x." + "".join(c for c in ending[:8] if c.isascii() and c.isalnum())
    command = [sys.executable, "-m", module, json.dumps(asdict(limits)), extension]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, arguments of ours
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env={"PYTHONIOENCODING": "utf-8", "LANG": "C.UTF-8"},
            timeout=limits.seconds + _START_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise FileRejected("too_slow") from error
    if done.returncode == -signal.SIGXCPU:
        raise FileRejected("too_slow")
    if done.returncode != 0:
        raise FileRejected("unreadable")
    answer: dict[str, Any] = json.loads(done.stdout)
    if "rejected" in answer:
        raise FileRejected(answer["rejected"], **answer["params"])
    return answer


def answer(work: Callable[[BinaryIO, Limits, str], dict[str, object]]) -> None:
    """In that process: do the work within the limits (argv: limits as JSON, file name), and answer in JSON."""
    limits = Limits(**json.loads(sys.argv[1]))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    found: dict[str, object]
    try:
        found = work(sys.stdin.buffer, limits, sys.argv[2])
    except FileRejected as rejected:
        found = {"rejected": rejected.reason, "params": rejected.params}
    json.dump(found, sys.stdout, ensure_ascii=True, separators=(",", ":"))
