"""`restore`: look at the whole backup first, then put it in the place of what is there, in one transaction."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from config.backup import frames, schema, writing
from config.backup.container import Damaged
from config.backup.frames import Frame
from config.backup.schema import Schema
from config.backup.tables import Digest, Table, count_on, empty, tables, write
from orgs.kernel import triggers
from orgs.models import AuditEntry, OrgUnit, User

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.backends.base.base import BaseDatabaseWrapper

TOLD_BY_PEOPLE = (User, OrgUnit, AuditEntry)


class Refused(Exception):
    """The backup is good, but does not go here; `message` says why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class FilesApart(Exception):
    """The rows are those of the backup, but its files could not take the place of the old ones: they stand in `folder`."""

    def __init__(self, folder: Path, place: Path, reason: str) -> None:
        super().__init__(reason)
        self.folder, self.place, self.reason = folder, place, reason


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup says of itself, all of it read and compared with its digests."""

    manifest: dict[str, Any]
    sums: dict[str, Any]
    files: dict[str, Any]
    columns: dict[str, list[str]]

    @property
    def schema(self) -> Schema:
        return Schema.told(self.manifest["migrations"])

    @property
    def rows(self) -> int:
        return sum(int(each["rows"]) for each in self.sums.values())


def examine(path: Path, passphrase: str) -> Contents:
    """Read the whole backup without writing anything. Raises WrongPassphrase, Damaged, OSError."""
    sums: dict[str, Any] = {}
    files: dict[str, Any] = {}
    columns: dict[str, list[str]] = {}
    with path.open("rb") as source:
        stream = frames.frames(source, passphrase)
        manifest = _manifest(stream)
        end: dict[str, Any] = {}
        for part in _parts(stream, end):
            if part.is_file:
                files[_safe(part.name)] = _sum_of(part)
            else:
                digest = Digest()
                for block in part.blocks:
                    digest.add(block)
                sums[part.name], columns[part.name] = digest.told(), part.columns
    if end != {"tables": sums, "files": files} or sorted(sums) != sorted(manifest["tables"]):
        raise Damaged
    return Contents(manifest, sums, files, columns)


def refuse_unfit(
    connection: BaseDatabaseWrapper, contents: Contents, *, force: bool, without_keys: bool
) -> None:
    """Raises Refused where this version, this database or these keys are not for the backup."""
    if newer := schema.unknown(connection, contents.schema):
        text = _("备份来自更新的版本（%(n)s 个迁移本版本没有，如 %(name)s）。请先升级程序，再恢复。")
        raise Refused(text % {"n": len(newer), "name": newer[-1]})
    lacking = {
        name: [each for each in ids if each not in writing.key_ids()[name]]
        for name, ids in contents.manifest["key_ids"].items()
    }
    if any(lacking.values()) and not without_keys:
        names = "、".join(f"{name} {each}" for name, ids in lacking.items() for each in ids)
        text = _(
            "缺少打开个人信息的密钥：%(names)s。请把备份时的 .env 中的密钥放回，再恢复；密钥已丢失的，加 --without-keys。"
        )
        raise Refused(text % {"names": names})
    if _is_used(connection) and not force:
        raise Refused(_("这里已有数据，恢复会全部替换。确实要替换的，先备份现有数据，再加 --force。"))
    if _is_built(connection) and Schema.of(connection) != contents.schema:
        raise Refused(
            _("数据库的结构与备份不同。较旧的备份请恢复到没有表的空数据库，程序会自动升级到本版本。")
        )


def restore(path: Path, passphrase: str, connection: BaseDatabaseWrapper, contents: Contents) -> None:
    """Put the backup in the place of what is there. Whatever fails, what was there stays.

    Raises Damaged where the rows that were written differ from those of the backup, and FilesApart where only the last
    step failed: the rows are there then, and so are the files, in a folder of their own.
    """
    if not _is_built(connection):
        schema.build(connection, contents.schema)
    chosen = _tables(connection, contents)
    media = _new_media()
    try:
        with path.open("rb") as source, transaction.atomic(using=connection.alias):
            triggers.remove(connection)
            empty(connection, chosen.values())
            _load(frames.frames(source, passphrase), connection, chosen, media)
            count_on(connection, chosen.values())
            connection.check_constraints()
            if connection.vendor == "postgresql":
                _settle(connection)
            if writing.sums_of(connection, list(chosen.values())) != contents.sums:
                raise Damaged
            triggers.install(connection)
    except BaseException:
        shutil.rmtree(media, ignore_errors=True)
        raise
    _take_place(media)


def _tables(connection: BaseDatabaseWrapper, contents: Contents) -> dict[str, Table]:
    """The tables of the backup's schema, with the columns in the order it has them. Raises Damaged where they differ."""
    known = {table.name: table for table in tables(schema.apps_at(connection, contents.schema))}
    if sorted(known) != sorted(contents.columns):
        raise Damaged
    try:
        return {name: known[name].in_order(names) for name, names in contents.columns.items()}
    except KeyError:
        raise Damaged from None


def _settle(connection: BaseDatabaseWrapper) -> None:
    """Foreign keys are looked up now, not at the end: a table with any waiting takes no trigger."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _load(
    stream: Iterator[Frame], connection: BaseDatabaseWrapper, chosen: dict[str, Table], media: Path
) -> None:
    _manifest(stream)
    for part in _parts(stream, {}):
        if part.is_file:
            target = media / _safe(part.name)
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with target.open("wb") as out:
                for block in part.blocks:
                    out.write(block)
            target.chmod(0o600)
        else:
            write(connection, chosen[part.name], part.blocks)


@dataclass(frozen=True, slots=True)
class _Part:
    """A table with its lines, or a file with its bytes; read before the next one is asked for."""

    name: str
    is_file: bool
    blocks: Iterator[bytes]
    columns: list[str]


def _manifest(stream: Iterator[Frame]) -> dict[str, Any]:
    first = next(stream, None)
    if first is None or first.kind != frames.MANIFEST or first.facts["format"] != writing.FORMAT:
        raise Damaged
    return first.facts


def _parts(stream: Iterator[Frame], end: dict[str, Any]) -> Iterator[_Part]:
    """Tables and files in order; what the last frame says goes into `end`."""
    waiting = [next(stream, None)]

    def blocks(kind: bytes) -> Iterator[bytes]:
        for frame in stream:
            if frame.kind != kind:
                waiting.append(frame)
                return
            yield frame.data

    while waiting and (head := waiting.pop()) is not None:
        if head.kind == frames.END:
            end |= head.facts
            waiting = [next(stream, None)]
            continue
        is_file = head.kind == frames.FILE
        if not is_file and head.kind != frames.TABLE:
            raise Damaged
        inside = blocks(frames.DATA if is_file else frames.ROWS)
        name = str(head.facts["name" if is_file else "table"])
        yield _Part(name, is_file, inside, head.facts.get("columns", []))
        for _rest in inside:
            pass


def _sum_of(part: _Part) -> dict[str, Any]:
    size, digest = 0, hashlib.sha256()
    for block in part.blocks:
        size += len(block)
        digest.update(block)
    return {"size": size, "sha256": digest.hexdigest()}


def _safe(name: str) -> str:
    """SECURITY: a path below MEDIA_ROOT, whatever the file says."""
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or ".." in path.parts or "\\" in name:
        raise Damaged
    return name


def _is_built(connection: BaseDatabaseWrapper) -> bool:
    return OrgUnit._meta.db_table in connection.introspection.table_names()


def _is_used(connection: BaseDatabaseWrapper) -> bool:
    """Whether people have worked here: reference data alone is no loss."""
    has_rows = _is_built(connection) and any(
        model._base_manager.using(connection.alias).exists() for model in TOLD_BY_PEOPLE
    )
    return has_rows or next(chain(writing.stored_files()), None) is not None


def _new_media() -> Path:
    """An empty folder beside MEDIA_ROOT that takes its place at the end."""
    folder = Path(settings.MEDIA_ROOT).with_name("media.restoring")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    return folder


def _take_place(media: Path) -> None:
    """The new files are there; those that were there before stay beside them until somebody has looked."""
    present = Path(settings.MEDIA_ROOT)
    before = present.with_name("media.before-restore")
    try:
        if present.exists():
            shutil.rmtree(before, ignore_errors=True)
            present.replace(before)
        media.replace(present)
    except OSError as error:
        raise FilesApart(media, present, error.strerror or type(error).__name__) from error
