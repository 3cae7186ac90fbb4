"""The processes of the portal for a journey: commands, questions to its database, web and workers."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config.management.commands.demo import answers
from config.supervisor import Supervisor
from tests.config.processes import free_port

ROOT = Path(__file__).resolve().parents[2]
KEPT = {"PATH", "HOME", "LANG", "TMPDIR"}
PYTHON = sys.executable
# Answers one question after the other, each with names of its own, as a management shell of its own would; the clock
# and the data are those of the installation at that moment, as nothing stays open between two questions.
ANSWERING = """
import contextlib, json, sys, traceback
from django.db import connections
names = dict(globals())
for line in sys.stdin:
    asked = json.loads(line)
    found = names | asked["given"]
    try:
        with contextlib.redirect_stdout(sys.stderr):
            exec(asked["code"], found)
        said = json.dumps({"answer": found["answer"]})
    except Exception:
        said = json.dumps({"error": traceback.format_exc()})
    connections.close_all()
    print(said, flush=True)
"""
WORKER = [PYTHON, "-m", "celery", "-A", "config", "worker", "--pool", "solo", "--loglevel", "INFO"]


def wait_until(is_so: Callable[[], bool], *, seconds: float, every: float = 0.5) -> bool:
    """Ask until it is so; False when the time is up."""
    until, pause = time.monotonic() + seconds, threading.Event()
    while not (so := is_so()) and time.monotonic() < until:
        pause.wait(every)
    return so


@dataclass
class Portal:
    """One installation: a folder, its settings as environment, and a port once the web process runs."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0
    _shell: subprocess.Popen[str] | None = field(default=None, init=False, repr=False)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in KEPT}
        places = {"NO_BOOTSTRAP": "1", "DEMO": "1", "DATA_DIR": str(self.folder)}
        places["DJANGO_SETTINGS_MODULE"] = "config.settings"
        return kept | places | self.settings

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def manage(self, *arguments: str) -> str:
        """What a management command says; it must succeed."""
        done = subprocess.run(
            [PYTHON, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{arguments[0]}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
        return done.stdout

    def manage_until(self, words: str, *arguments: str) -> str:
        """What a management command says before it is ended, with SIGTERM, after a line with these words."""
        said = []
        with subprocess.Popen(
            [PYTHON, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            for line in process.stdout or ():
                said.append(line)
                if words in line:
                    process.terminate()
                    break
            else:
                raise AssertionError(f"{arguments[0]} never said {words}: {''.join(said)}")
            said.extend(process.stdout or ())
        return "".join(said)

    def ask(self, code: str, **given: object) -> Any:
        """Run code in a management shell of the installation; what it leaves in `answer` comes back.

        While the processes run, one shell answers all questions: it takes longer to start than most take to answer.
        """
        if self._shell:
            return self._asked(self._shell, code, given)
        given_line = f"import json; globals().update(json.loads({json.dumps(json.dumps(given))}))\n"
        said = self.manage("shell", "-v", "0", "-c", f"{given_line}{code}\nprint(json.dumps(answer))")
        return json.loads(said.splitlines()[-1])

    @staticmethod
    def _asked(shell: subprocess.Popen[str], code: str, given: dict[str, object]) -> Any:
        assert shell.stdin
        assert shell.stdout
        shell.stdin.write(json.dumps({"code": code, "given": given}) + "\n")
        shell.stdin.flush()
        said = json.loads(shell.stdout.readline() or '{"error": "the shell has ended"}')
        assert "answer" in said, said["error"]
        return said["answer"]

    @contextlib.contextmanager
    def _answering(self) -> Iterator[None]:
        """The shell that `ask` talks to; it ends with its input."""
        with (
            (self.folder / "log" / "shell.log").open("w") as log,
            subprocess.Popen(
                [PYTHON, "manage.py", "shell", "-v", "0", "-c", ANSWERING],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            ) as self._shell,
        ):
            try:
                yield
            finally:
                shell, self._shell = self._shell, None
                shell.communicate()

    @contextlib.contextmanager
    def running(self, *, works: bool = True) -> Iterator[Supervisor]:
        """The processes the demo command starts, without beat: nothing happens that the journey doesn't do.

        Without `works` there is the web alone: jobs stay as they were left.
        """
        # Whatever a request or a job was to leave is there when the journey is over: they need no long farewell.
        with Supervisor(ROOT, self.folder / "log", self.environment, grace_seconds=2) as supervisor:
            self.port = free_port()
            bind = ["--bind", f"127.0.0.1:{self.port}", "--threads", "8", "--no-control-socket"]
            supervisor.start("web", [PYTHON, "-m", "gunicorn", "config.wsgi", *bind])
            if works:
                supervisor.start("worker1", [*WORKER, "--hostname", "worker1@journey"])
            assert supervisor.wait_until(lambda: answers("127.0.0.1", self.port)), "the web doesn't answer"
            with self._answering():
                yield supervisor


SHIFT = """
from datetime import datetime
from orgs.kernel import clock
clock.shift_to(datetime.fromisoformat(moment))
answer = clock.now().isoformat()
"""


def shift(portal: Portal, moment: str) -> None:
    """Set the clock of every process of the installation, such as 2026-11-23T10:00+08:00."""
    portal.ask(SHIFT, moment=moment)
