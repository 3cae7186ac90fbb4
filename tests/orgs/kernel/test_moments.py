"""Who reads for long keeps nobody from writing, on SQLite too; a file of ours is whole or not there."""

from __future__ import annotations

import contextlib
import resource
import sqlite3

import pytest
from django.db import connection, connections

from orgs.kernel import sealed
from orgs.kernel.integrity import Check, run


@pytest.fixture
def apart(tmp_path, monkeypatch, django_db_blocker):
    """An SQLite file with the portal's settings, for the checks to look at."""
    options = {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL"}
    facts = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "apart"), "OPTIONS": options}
    connections.settings["apart"] = {**connection.settings_dict, **facts}
    monkeypatch.setattr("orgs.kernel.integrity.connection", connections["apart"])
    with django_db_blocker.unblock():
        yield tmp_path / "apart"
        connections["apart"].close()
    del connections["apart"]
    del connections.settings["apart"]


def test_on_sqlite_others_go_on_writing_during_the_checks(apart):
    def write_elsewhere(how):
        with contextlib.closing(sqlite3.connect(apart, timeout=0)) as other:
            other.execute("CREATE TABLE t (x)")
            other.commit()
        return []

    done = run([Check("written", "E3", "", remedy="", find=write_elsewhere)])
    assert [each.n_found for each in done] == [0]


def test_a_full_disk_leaves_no_half_of_a_file_and_the_old_one_as_it_was(tmp_path):
    path = tmp_path / "paper.bin"
    path.write_bytes(b"before")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, before[1]))
    try:
        with pytest.raises(OSError), sealed.whole(path) as target:  # noqa: PT011 - whatever the system calls it
            target.write(bytes(5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("paper.bin", b"before")]
