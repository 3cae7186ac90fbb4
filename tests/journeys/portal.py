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
        """Run code in a management shell of the installation; what it leaves in `answer` comes back."""
        given_line = f"import json; globals().update(json.loads({json.dumps(json.dumps(given))}))\n"
        said = self.manage("shell", "-v", "0", "-c", f"{given_line}{code}\nprint(json.dumps(answer))")
        return json.loads(said.splitlines()[-1])

    @contextlib.contextmanager
    def running(self) -> Iterator[Supervisor]:
        """The processes the demo command starts, without beat: nothing happens that the journey doesn't do."""
        with Supervisor(ROOT, self.folder / "log", self.environment) as supervisor:
            self.port = free_port()
            bind = ["--bind", f"127.0.0.1:{self.port}", "--threads", "8", "--no-control-socket"]
            supervisor.start("web", [PYTHON, "-m", "gunicorn", "config.wsgi", *bind])
            supervisor.start("worker1", [*WORKER, "--hostname", "worker1@journey"])
            assert supervisor.wait_until(lambda: answers("127.0.0.1", self.port)), "the web doesn't answer"
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
