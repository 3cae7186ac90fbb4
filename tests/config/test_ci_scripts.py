"""The scripts of .ci: what they run, and what they never print."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.servers


def run(command, cwd, **extra):
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")} | extra
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def checkout(tmp_path):
    """A copy of what the scripts read, with the environment of this checkout."""
    for name in (
        "pyproject.toml",
        "uv.lock",
        "requirements.lock",
        "requirements-dev.lock",
        "manage.py",
        ".env.example",
    ):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    shutil.copytree(ROOT / "config" / "docker", tmp_path / "config" / "docker")
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    return tmp_path


def bin_of(folder, **programs):
    """A folder of programs that shadow the real ones."""
    folder.mkdir()
    for name, body in programs.items():
        program = folder / name.replace("_", "-")
        program.write_text(f"#!/bin/sh\n{body}\n")
        program.chmod(0o755)
    for name in ("bash", "sh", "env", "dirname", "mktemp", "sed", "grep", "tail", "rm", "cat"):
        if not (folder / name).exists():
            (folder / name).symlink_to(shutil.which(name))
    return str(folder)


@pytest.mark.parametrize("script", sorted(path.name for path in (ROOT / ".ci").iterdir()))
def test_script_can_be_run(script):
    assert os.access(ROOT / ".ci" / script, os.X_OK)
    assert run(["bash", "-n", str(ROOT / ".ci" / script)], ROOT).returncode == 0


def test_ci_runs_the_same_command_as_a_newcomer():
    assert "python3 manage.py test" in (ROOT / ".ci" / "run").read_text()


def test_locks_agree(checkout):
    done = run([".ci/locks"], checkout)
    assert done.returncode == 0, done.stdout + done.stderr


def test_requirement_that_is_not_in_the_lock_is_found(checkout):
    path = checkout / "requirements.lock"
    path.write_text(path.read_text().replace("django==", "django==9.", 1))
    done = run([".ci/locks"], checkout)
    assert done.returncode == 1
    assert "requirements.lock differs from uv.lock" in done.stdout


def test_exporting_anew_settles_a_difference(checkout):
    (checkout / "requirements-dev.lock").write_text("")
    assert run([".ci/locks", "--write"], checkout).returncode == 0
    assert run([".ci/locks"], checkout).returncode == 0


def test_production_settings_take_nothing_from_this_machine(checkout):
    done = run([".ci/production", "env"], checkout, DEBUG="1", DEMO="1", SECRET_KEY="short")
    values = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    assert (values["DEBUG"], values["DEMO"]) == ("0", "0")
    assert len(values["SECRET_KEY"]) >= 50
    assert not Path(values["DATA_DIR"]).parent.exists(), "what it made is gone again"


def test_failed_installation_of_the_browser_prints_no_host_and_goes_on(tmp_path):
    path = bin_of(
        tmp_path / "bin",
        id="echo 0",
        apt_get="echo 'E: Failed to fetch http://mirror.example.org/x  404'; exit 100",
    )
    done = run([str(ROOT / ".ci" / "browser")], tmp_path, PATH=path)
    assert done.returncode == 0
    assert "example.org" not in done.stdout + done.stderr
    assert "browser tests will be skipped" in done.stdout


def test_browser_is_installed_where_it_is_missing(tmp_path):
    path = bin_of(tmp_path / "bin", id="echo 0", apt_get=f'echo "$@" >> {tmp_path}/asked')
    assert run([str(ROOT / ".ci" / "browser")], tmp_path, PATH=path).returncode == 0
    asked = (tmp_path / "asked").read_text()
    assert "install -y --no-install-recommends chromium fonts-noto-cjk" in asked


def test_nothing_is_installed_without_the_right_to(tmp_path):
    path = bin_of(tmp_path / "bin", id="echo 1000", apt_get=f"touch {tmp_path}/asked")
    done = run([str(ROOT / ".ci" / "browser")], tmp_path, PATH=path)
    assert "missing: chromium fonts-noto-cjk" in done.stdout
    assert not (tmp_path / "asked").exists()


ADVISORY = {
    "id": "PYSEC-0",
    "modified": "2026-01-01T00:00:00Z",
    "summary": "made up",
    "affected": [{"package": {"name": "django", "ecosystem": "PyPI"}, "ranges": []}],
}


class Advisories(BaseHTTPRequestHandler):
    """The interface of osv.dev on this machine: knows something about the packages in `guilty`, or answers `status`."""

    guilty: frozenset[str] = frozenset()
    status = 200
    asked: list[str] = []

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        names = [each["package"]["name"] for each in body["queries"]]
        type(self).asked = names
        known = [{"vulns": [{"id": "PYSEC-0"}]} if name in self.guilty else {} for name in names]
        self.answer({"results": known})

    def do_GET(self):
        self.answer(ADVISORY)

    def answer(self, what):
        data = json.dumps(what).encode()
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *said):
        pass


def asking(url):
    """The audit by this service alone: the index, which knows what became of each package, stands on another machine."""
    return [".ci/audit", "--service-url", url, "--no-index"]


@pytest.fixture
def audited(checkout):
    """audited(guilty, status) -> the audit of a copy of this checkout, and the packages it asked about."""
    server = HTTPServer(("127.0.0.1", 0), Advisories)
    Thread(target=server.serve_forever, daemon=True).start()

    def _audited(*guilty, status=200):
        Advisories.guilty, Advisories.status = frozenset(guilty), status
        done = run(asking(f"http://127.0.0.1:{server.server_port}/"), checkout)
        return done, set(Advisories.asked)

    yield _audited
    server.shutdown()
    server.server_close()


def test_audit_asks_about_every_locked_package_and_passes_when_nothing_is_known(audited):
    done, asked = audited()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no known vulnerability in uv.lock" in done.stdout
    assert {"django", "celery", "lxml", "pytest"} <= asked


def test_audit_fails_on_a_package_with_a_known_vulnerability(audited):
    done, _asked = audited("django")
    assert done.returncode == 1
    assert "PYSEC-0" in done.stdout


def test_audit_says_that_it_has_not_looked_where_the_service_does_not_answer(audited, checkout):
    down, _asked = audited(status=503)
    away = run(asking("http://127.0.0.1:9/"), checkout)
    for done in (down, away):
        assert done.returncode == 0
        assert "NOT CHECKED" in done.stdout
        assert "no known vulnerability" not in done.stdout


def test_audit_does_not_take_a_fault_of_its_own_for_a_missing_network(checkout):
    assert run([".ci/audit", "--no-such-option"], checkout).returncode == 1
    (checkout / "uv.lock").write_text("not a lock")
    assert run([".ci/audit"], checkout).returncode == 1
