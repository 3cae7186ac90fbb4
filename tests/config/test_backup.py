"""A backup restores everything on either engine; one that is cut, changed or of other keys changes nothing."""

from __future__ import annotations

import errno
import resource
import struct
import sys
from contextlib import contextmanager
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections

from config.backup import container, restoring, writing
from config.backup.container import Damaged, WrongPassphrase
from config.backup.restoring import Refused
from config.backup.tables import tables
from orgs.kernel import clock, triggers
from orgs.models import User
from tests.config.sound_scene import build, rolled_back
from tests.world import TODAY

SECRET = "twelve horses at least"
OTHER = "another long passphrase"


# With the mark these come before the tests that empty the database.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def backup(django_db_setup, django_db_blocker, tmp_path_factory):
    """A backup of an installation in which everything has happened once, in many small pieces; and its digests."""
    folder = tmp_path_factory.mktemp("backup")
    patch = pytest.MonkeyPatch()
    patch.setattr("django.conf.settings.MEDIA_ROOT", folder / "media")
    with django_db_blocker.unblock(), clock.frozen(TODAY), rolled_back():
        build()
        patch.setattr(container, "PIECE", 4096)
        path = folder / "portal.backup"
        writing.write(path, SECRET, connection)
        sums = writing.sums_of(connection, tables())
    patch.undo()
    return path, sums


@pytest.fixture
def media(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path / "media")
    return tmp_path / "media"


@contextmanager
def scratch(alias, **facts):
    """An empty, migrated database beside that of the test."""
    connections.settings[alias] = {**connection.settings_dict, **facts}
    found = connections[alias]
    try:
        call_command("migrate", database=alias, run_syncdb=True, verbosity=0)
        yield found
    finally:
        found.close()
        del connections[alias]
        del connections.settings[alias]


@contextmanager
def scratch_sqlite(tmp_path):
    engine = {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": {"transaction_mode": "IMMEDIATE"}}
    with scratch("scratch_sqlite", NAME=str(tmp_path / "scratch.sqlite3"), **engine) as found:
        yield found


@contextmanager
def scratch_postgresql():
    name = f"{connection.settings_dict['NAME']}_restored"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
    try:
        with scratch("scratch_postgresql", NAME=name) as found:
            yield found
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def restored(path, target):
    contents = restoring.examine(path, SECRET)
    restoring.refuse_unfit(target, contents, force=True, without_keys=False)
    restoring.restore(path, SECRET, target, contents)
    return writing.sums_of(target, tables())


def test_everything_comes_back_on_the_other_engine_and_home_again(backup, media, tmp_path, django_db_blocker):
    path, sums = backup
    with django_db_blocker.unblock(), scratch_sqlite(tmp_path) as there:
        assert restored(path, there) == sums
        assert sums["orgs_orgunit"]["rows"] == 25
        assert triggers.missing(there) == []
        assert {path.parent.name for path in media.rglob("*.bin")} == {"hand_ins", "sheet_evidence"}
        if connection.vendor == "postgresql":
            again = tmp_path / "again.backup"
            writing.write(again, SECRET, there)
            with scratch_postgresql() as home:
                assert restored(again, home) == sums
                assert triggers.missing(home) == []
                # The next key comes after those that were restored.
                User.objects.using(home.alias).create(username="after")


def test_only_the_owner_reads_it_and_nothing_of_it_is_readable(backup):
    path, _sums = backup
    assert path.stat().st_mode & 0o077 == 0
    assert not list(path.parent.glob("*.part"))
    assert "海南".encode() not in path.read_bytes()
    contents = restoring.examine(path, SECRET)
    assert contents.manifest["key_ids"] == writing.key_ids()
    assert not any(key in str(contents.manifest) for key in settings.FIELD_KEYS)


HEAD = container._HEAD.size + container._TAG


def piece_ends(data: bytes) -> list[int]:
    ends, place = [], HEAD
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        place += 4 + length
        ends.append(place)
    return ends


def swapped(data: bytes) -> bytes:
    first, second, *_rest = piece_ends(data)
    return data[:HEAD] + data[first:second] + data[HEAD:first] + data[second:]


CUTS = {
    "nothing is left": lambda data: b"",
    "only half the head": lambda data: data[: HEAD // 2],
    "only the head": lambda data: data[:HEAD],
    "within a length": lambda data: data[: piece_ends(data)[0] + 2],
    "within a piece": lambda data: data[: piece_ends(data)[1] - 100],
    "at the end of a piece": lambda data: data[: piece_ends(data)[2]],
    "without the last piece": lambda data: data[: piece_ends(data)[-2]],
    "without the last byte": lambda data: data[:-1],
    "something behind": lambda data: data + b"\0",
    "twice": lambda data: data + data[HEAD:],
    "pieces swapped": swapped,
    "a piece lost": lambda data: data[: piece_ends(data)[0]] + data[piece_ends(data)[1] :],
    "another file": lambda data: b"PK\x03\x04" + data[4:],
}


@pytest.mark.parametrize("how", CUTS)
def test_a_cut_or_rearranged_backup_is_refused(backup, tmp_path, how):
    broken = tmp_path / "broken"
    broken.write_bytes(CUTS[how](backup[0].read_bytes()))
    with pytest.raises(Damaged):
        restoring.examine(broken, SECRET)


@pytest.mark.parametrize("share", [0.1, 0.35, 0.5, 0.75, 0.999])
def test_one_flipped_bit_is_found(backup, tmp_path, share):
    data = bytearray(backup[0].read_bytes())
    data[HEAD + int((len(data) - HEAD) * share)] ^= 1
    broken = tmp_path / "broken"
    broken.write_bytes(data)
    with pytest.raises(Damaged):
        restoring.examine(broken, SECRET)


@pytest.mark.parametrize("place", [len(container.MAGIC) + 1, len(container.MAGIC) + 20, HEAD - 1])
def test_a_flipped_bit_in_the_head_reads_like_a_wrong_passphrase(backup, tmp_path, place):
    data = bytearray(backup[0].read_bytes())
    data[place] ^= 1
    broken = tmp_path / "broken"
    broken.write_bytes(data)
    with pytest.raises(WrongPassphrase):
        restoring.examine(broken, SECRET)


@pytest.mark.parametrize(
    ("secret", "words", "code"),
    [(OTHER, "口令不对。原有数据没有改变。", 100), ("", "没有口令", 1)],
    ids=["wrong", "none"],
)
def test_the_command_refuses_a_wrong_passphrase_with_code_100(
    backup, media, monkeypatch, secret, words, code
):
    monkeypatch.setattr(settings, "BACKUP_PASSPHRASE", secret)
    monkeypatch.setattr("sys.stdin", StringIO())
    with pytest.raises(CommandError, match=words) as refused:
        call_command("restore", backup[0], stdout=StringIO())
    assert refused.value.returncode == code


def test_a_place_with_data_is_replaced_only_by_force(backup, media, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n", encoding="utf-8")
    with pytest.raises(CommandError, match="加 --force") as refused:
        call_command("restore", backup[0], "--passphrase-file", secret, stdout=StringIO())
    assert refused.value.returncode == 102


def test_a_backup_of_a_newer_version_is_refused(backup, media):
    contents = restoring.examine(backup[0], SECRET)
    facts = contents.manifest | {"migrations": [["orgs", "9999_of_tomorrow"]]}
    with pytest.raises(Refused, match="请先升级程序"):
        restoring.refuse_unfit(connection, replace(contents, manifest=facts), force=True, without_keys=False)


def test_a_backup_whose_keys_are_missing_is_refused_and_names_them(backup, media, monkeypatch):
    contents = restoring.examine(backup[0], SECRET)
    lost = writing.key_ids()["BLIND_INDEX_KEY"][0]
    monkeypatch.setattr(settings, "BLIND_INDEX_KEY", "another")
    with pytest.raises(Refused, match=f"BLIND_INDEX_KEY {lost}"):
        restoring.refuse_unfit(connection, contents, force=True, without_keys=False)
    restoring.refuse_unfit(connection, contents, force=True, without_keys=True)


def test_a_restore_that_fails_leaves_rows_and_files_as_they_were(backup, media, world, cast):
    (media / "hand_ins").mkdir(parents=True)
    (media / "hand_ins" / "old.bin").write_bytes(b"old")
    before = writing.sums_of(connection, tables())
    contents = restoring.examine(backup[0], SECRET)
    sums = contents.sums | {"orgs_orgunit": {"rows": 1, "sha256": ""}}
    with pytest.raises(Damaged):
        restoring.restore(backup[0], SECRET, connection, replace(contents, sums=sums))
    assert writing.sums_of(connection, tables()) == before
    assert triggers.missing(connection) == []
    assert [path.name for path in Path(settings.MEDIA_ROOT).rglob("*.bin")] == ["old.bin"]
    assert [path.name for path in media.parent.iterdir() if path.name.startswith("media")] == ["media"]


def test_files_that_cannot_change_places_are_kept_and_the_operator_is_told_so(
    backup, media, tmp_path, monkeypatch, django_db_blocker
):
    def busy(self, target):
        raise OSError(errno.EBUSY, "Device or resource busy")

    path, sums = backup
    with django_db_blocker.unblock(), scratch_sqlite(tmp_path) as there:
        monkeypatch.setattr(Path, "replace", busy)
        monkeypatch.setattr("config.management.commands.restore.connection", there)
        monkeypatch.setattr(settings, "BACKUP_PASSPHRASE", SECRET)
        with pytest.raises(CommandError, match="数据已经恢复，但文件没有换到位") as told:
            call_command("restore", path, stdout=StringIO())
        assert writing.sums_of(there, tables()) == sums
    assert told.value.returncode == 103
    assert list((tmp_path / "media.restoring").rglob("*.bin"))


def test_a_backup_leaves_downloads_out_and_skips_what_is_purged_meanwhile(media, tmp_path, monkeypatch, db):
    for name in ("annex/7.bin", "hand_ins/gone.bin", "hand_ins/kept.bin"):
        (media / name).parent.mkdir(parents=True, exist_ok=True)
        (media / name).write_bytes(b"x")
    listed = list(writing.stored_files())
    (media / "hand_ins" / "gone.bin").unlink()
    monkeypatch.setattr(writing, "stored_files", lambda: listed)
    writing.write(tmp_path / "some.backup", SECRET, connection)
    assert list(restoring.examine(tmp_path / "some.backup", SECRET).files) == ["hand_ins/kept.bin"]


def test_a_backup_is_never_written_over_and_needs_a_long_passphrase(backup, media, monkeypatch):
    monkeypatch.setattr(settings, "BACKUP_PASSPHRASE", SECRET)
    with pytest.raises(CommandError, match="已经存在"):
        call_command("backup", backup[0], stdout=StringIO())
    monkeypatch.setattr(settings, "BACKUP_PASSPHRASE", "short")
    with pytest.raises(CommandError, match="至少 12 个字符"):
        call_command("backup", backup[0].with_name("other"), stdout=StringIO())


def test_a_full_disk_leaves_one_line_and_no_file(media, tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "BACKUP_PASSPHRASE", SECRET)
    # What is imported meanwhile would be compiled into a file cut short, which nobody can import any more.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, before[1]))
    try:
        with pytest.raises(CommandError, match="没有留下文件"):
            call_command("backup", tmp_path / "full", stdout=StringIO())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.glob("full*")) == []
