"""`backup`: one moment of the database, the stored files, and which keys they need, as one encrypted file."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from importlib.metadata import version as installed
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.conf import settings

from accounts.operations.files import FOLDER as DOWNLOADS
from config.backup import frames
from config.backup.frames import FrameWriter
from config.backup.schema import Schema
from config.backup.tables import Digest, Table, read, tables
from orgs.kernel import clock
from orgs.kernel.moments import one_moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.backends.base.base import BaseDatabaseWrapper

FORMAT = 1
PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Written:
    """What went into a backup."""

    rows: int
    tables: int
    files: int
    size: int


def key_ids() -> dict[str, list[str]]:
    """Which keys the personal data needs, by digests that give none of them away."""
    return {
        "FIELD_KEYS": [_key_id(key) for key in settings.FIELD_KEYS],
        "BLIND_INDEX_KEY": [_key_id(settings.BLIND_INDEX_KEY)],
    }


def _key_id(key: str) -> str:
    return hashlib.sha256(f"league-portal key id\0{key}".encode()).hexdigest()[:12]


def write(path: Path, passphrase: str, connection: BaseDatabaseWrapper) -> Written:
    """Write the backup; the file is there when it is whole, and only then. Raises FileExistsError, OSError."""
    if path.exists():
        raise FileExistsError(path)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = path.with_name(f"{path.name}.part")
    try:
        # SECURITY: nobody else reads it, from the first byte on.
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
            out = FrameWriter(target, passphrase)
            rows, n_tables, n_files = _write_all(out, connection)
            out.close()
            target.flush()
            os.fsync(target.fileno())
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
    return Written(rows, n_tables, n_files, path.stat().st_size)


def _write_all(out: FrameWriter, connection: BaseDatabaseWrapper) -> tuple[int, int, int]:
    sums: dict[str, Any] = {}
    with one_moment(connection):
        chosen = tables()
        out.say(frames.MANIFEST, _manifest(connection, chosen))
        for table in chosen:
            out.say(frames.TABLE, {"table": table.name, "columns": [column.name for column in table.columns]})
            sums[table.name] = _write_table(out, connection, table)
    files = {name: told for name, path in stored_files() if (told := _write_file(out, name, path))}
    out.say(frames.END, {"tables": sums, "files": files})
    return sum(each["rows"] for each in sums.values()), len(sums), len(files)


def _manifest(connection: BaseDatabaseWrapper, chosen: list[Table]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "engine": connection.vendor,
        "written_at": clock.now().isoformat(),
        "django": django.get_version(),
        "cryptography": installed("cryptography"),
        "migrations": Schema.of(connection).as_list,
        "key_ids": key_ids(),
        "tables": [table.name for table in chosen],
    }


def _write_table(out: FrameWriter, connection: BaseDatabaseWrapper, table: Table) -> dict[str, Any]:
    digest = Digest()

    def take(lines: bytes) -> None:
        digest.add(lines)
        out.put(frames.ROWS, lines)

    read(connection, table, take)
    return digest.told()


def _write_file(out: FrameWriter, name: str, path: Path) -> dict[str, Any] | None:
    try:
        source = path.open("rb")
    except FileNotFoundError:
        return None  # deleted since the files were listed, and the row that named it with it
    size, digest = 0, hashlib.sha256()
    with source:
        out.say(frames.FILE, {"name": name})
        while piece := source.read(PIECE):
            size += len(piece)
            digest.update(piece)
            out.put(frames.DATA, piece)
    return {"size": size, "sha256": digest.hexdigest()}


def stored_files() -> Iterator[tuple[str, Path]]:
    """Every finished file below MEDIA_ROOT with its path there; encrypted ones stay so.

    Downloads are left out: they hold mobile numbers in full, end after a day, and can be made again.
    """
    root = Path(settings.MEDIA_ROOT)
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root)
        if name.parts[0] == DOWNLOADS or path.suffix == ".part":
            continue
        if path.is_file() and not path.is_symlink():
            yield name.as_posix(), path


def sums_of(connection: BaseDatabaseWrapper, chosen: list[Table]) -> dict[str, Any]:
    """Rows and digest of each table as it stands: equal to those of the backup after a restore."""
    found: dict[str, Any] = {}
    with one_moment(connection):
        for table in chosen:
            digest = Digest()
            read(connection, table, digest.add)
            found[table.name] = digest.told()
    told: dict[str, Any] = json.loads(json.dumps(found))
    return told
