"""`manage.py demo`: from nothing to a portal one can sign in to, and back to nothing."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from config.demo_data.offices import PASSWORD
from orgs.choices import Role
from tests.config.processes import free_port
from tests.journeys.conftest import WEDNESDAY, copy

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("journeys")]


class Demo:
    """The command on a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {
            name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}
        }
        self.environment = kept | {"NO_BOOTSTRAP": "1", "DATA_DIR": str(folder)}
        self.command = [sys.executable, "manage.py", "demo"]

    def run(self, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.command, *arguments],
            cwd=ROOT,
            env=self.environment | extra,
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self, port: int) -> subprocess.Popen[str]:
        """Start serving; returns when the portal is said to run."""
        process = subprocess.Popen(
            [*self.command, "--port", str(port)],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        for line in process.stdout:
            if f"the portal is running:  http://127.0.0.1:{port}/" in line:
                return process
        raise AssertionError("the portal never ran")


@pytest.fixture(scope="module")
def prepared(loaded_demo, tmp_path_factory):
    """The demo that has been loaded, in a folder of its own."""
    folder = tmp_path_factory.mktemp("demo") / "prepared"
    copy(loaded_demo.portal.folder, folder)
    return Demo(folder)


@pytest.fixture
def serving(prepared):
    port = free_port()
    process = prepared.start(port)
    yield process, port
    if process.poll() is None:
        process.terminate()
        process.wait()


def children_of(process) -> list[int]:
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True, check=False
    )
    return [int(pid) for pid in listed.stdout.split()]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path)
    response = connection.getresponse()
    return response.status, response.read().decode()


def test_reset_clears_what_lay_there_and_a_load_that_was_ended_goes_on(loaded_demo):
    if not loaded_demo.said_first:
        pytest.skip("LOADED_DEMO names a demo that is loaded already")
    begun = [line for line in loaded_demo.said_first.splitlines() if line.startswith("· ")]
    assert begun[:3] == ["· 清空演示数据", "· 建立数据库，载入基础数据", "· 载入演示数据"]
    assert "Traceback" not in loaded_demo.said_first
    assert "演示账号" not in loaded_demo.said_first
    assert "· 载入组织架构：海南、安庆" in loaded_demo.said.splitlines()


def test_preparation_prints_a_login_of_every_role_the_year_and_what_to_try(loaded_demo, prepared):
    said = loaded_demo.said
    usernames = re.findall(rf"(\w+) +{re.escape(PASSWORD)} ", said)
    roles = ask(
        prepared,
        "SELECT DISTINCT a.role FROM orgs_appointment a JOIN orgs_user u ON u.id = a.user_id"
        f" WHERE a.ends_on IS NULL AND u.is_active AND u.username IN ({', '.join(map(repr, usernames))})",
    )
    assert {role for (role,) in roles} == set(Role.values)
    assert re.search(r"year of the sheets: \d{4}", said)
    assert "try first" in said


def test_second_preparation_changes_nothing(loaded_demo, prepared):
    before = contents(prepared)
    again = prepared.run("--no-serve")
    assert again.returncode == 0
    assert logins(again.stdout) == logins(loaded_demo.said)
    assert contents(prepared) == before


def logins(said):
    """The printed table."""
    return said.split("demo logins")[1].split("year of the sheets")[0]


def contents(demo):
    """How many rows the tables of people, tree and registry hold (a fresh invitation is made at every start)."""
    with contextlib.closing(sqlite3.connect(demo.folder / "db.sqlite3")) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = [
            name
            for name in names
            if name.split("_")[0] in {"accounts", "reporting", "scoring"}
            or name.endswith(("unit", "_user", "_appointment"))
        ]
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in kept}


def ask(demo, question):
    """Rows of the demo's database."""
    with contextlib.closing(sqlite3.connect(demo.folder / "db.sqlite3")) as connection:
        return connection.execute(question).fetchall()


def test_demo_has_incidents_in_every_state_and_a_grave_one(prepared):
    states = dict(ask(prepared, "SELECT state, count(*) FROM accounts_incident GROUP BY state"))
    assert set(states) == {"found", "handled", "closed"}
    assert 6 <= sum(states.values()) <= 10
    grave = ask(
        prepared,
        "SELECT u.name FROM accounts_incident i JOIN orgs_orgunit u ON u.id = i.unit_id WHERE i.is_grave",
    )
    assert len(grave) == 1
    assert "海南大学" not in grave[0][0]
    flagged = ask(
        prepared,
        "SELECT u.name, c.is_confirmed FROM scoring_consequence c JOIN scoring_sheet s ON s.id = c.sheet_id"
        " JOIN orgs_orgunit u ON u.id = s.unit_id WHERE c.clause = 'SUP-4.4.4'",
    )
    assert flagged == [(grave[0][0], 0)]


def test_demo_has_late_forms_and_overdue_units_in_the_week(prepared):
    assert ask(prepared, "SELECT count(*) FROM accounts_submission WHERE is_late")[0][0] >= 5
    overdue = ask(
        prepared,
        "SELECT x.sub_overdue FROM reporting_weekunit x JOIN reporting_closedweek w ON w.id = x.week_id"
        " JOIN orgs_orgunit u ON u.id = x.unit_id WHERE u.code IN ('46', '46-U01')"
        " ORDER BY w.year DESC, w.number DESC LIMIT 2",
    )
    assert all(n > 0 for (n,) in overdue)
    never = ask(
        prepared,
        "SELECT count(*) FROM accounts_expected e JOIN accounts_collectionround r ON r.id = e.round_id"
        f" WHERE r.closed_at IS NULL AND e.exempt_reason = '' AND e.deadline_at < datetime('{WEDNESDAY}')"
        " AND NOT EXISTS (SELECT 1 FROM accounts_submission s WHERE s.round_id = e.round_id AND s.unit_id = e.unit_id)",
    )
    assert never[0][0] >= 5


def test_demo_runs_two_campaigns_of_which_one_has_been_judged(prepared):
    states = ask(prepared, "SELECT code, state FROM reporting_campaign ORDER BY code")
    assert states == [("sup-2013", "running"), ("uni-2013", "running")]
    linked = ask(
        prepared,
        "SELECT t.n_asked, t.n_met FROM reporting_tally t JOIN reporting_requirement r ON r.id = t.requirement_id"
        " JOIN orgs_orgunit u ON u.id = t.unit_id"
        " WHERE r.code = 'link-colleges' AND u.code = '46' AND t.valid_to IS NULL",
    )
    assert [0 < met < asked for asked, met in linked] == [True]


def test_portal_answers_once_it_is_said_to_run_and_refuses_a_second(serving, prepared):
    _process, port = serving
    assert get(port, "/healthz")[0] == 200
    status, body = get(port, "/login/")
    assert status == 200
    style = body.split('rel="stylesheet" href="')[1].split('"')[0]
    assert get(port, style)[0] == 200
    done = prepared.run("--no-serve")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "already running" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_every_child(serving, number):
    process, _port = serving
    children = children_of(process)
    assert len(children) == 3
    process.send_signal(number)
    rest = process.communicate()[0]
    assert process.returncode == 0
    assert "Traceback" not in rest
    assert [pid for pid in children if is_alive(pid)] == []


def test_child_that_dies_ends_all_with_a_clear_line(serving):
    process, _port = serving
    children = children_of(process)
    os.kill(children[1], signal.SIGKILL)
    rest = process.communicate()[0]
    assert process.returncode == 1
    assert "worker ended (-9); all stopped" in rest
    assert "Traceback" not in rest
    assert [pid for pid in children if is_alive(pid)] == []


def test_taken_port_is_one_line(prepared):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = prepared.run("--port", str(port))
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert f"Port {port} is taken: try --port {port + 1}" in done.stderr


def test_database_that_is_not_the_demos_own_is_refused(prepared, tmp_path):
    other = tmp_path / "production.sqlite3"
    done = prepared.run("--no-serve", "--reset", DATABASE_URL=f"sqlite:///{other}")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "unset DATABASE_URL" in done.stderr
    assert not other.exists()
