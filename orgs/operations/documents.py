"""Files that people hand in or attach: looked at by the guard, encrypted below MEDIA_ROOT under names of ours.

Each kind of row has a `Store` of its own (a folder); the row keeps `stored_name`, `original_name`, `size`, `sha256`.
"""

from __future__ import annotations

import hashlib
import io
import re
import secrets
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from orgs.exceptions import FileDamaged
from orgs.kernel import clock, document_guard, sealed
from orgs.kernel.crypto import KeyMissing
from orgs.kernel.sheets import Limits

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from django.db.models import QuerySet

    from orgs.kernel.document_guard import Format

LONGEST_NAME = 120
# A file without a row belongs to something that was rolled back.
ORPHAN_AFTER = timedelta(days=1)
_NAME = re.compile(r"[0-9a-f]{32}\.bin")
_UNUSABLE = re.compile(r'[\x00-\x1f\x7f\\/:*?"<>|]')


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was looked at: its bytes, the name it may be shown under, its sha256."""

    data: bytes
    name: str
    sha256: str

    @property
    def size(self) -> int:
        return len(self.data)


@dataclass(frozen=True, slots=True)
class Store:
    """One folder of encrypted files; `folder` is its name below MEDIA_ROOT."""

    folder: str

    def keep(self, data: bytes) -> str:
        """Encrypt a file to disk; returns the name under which it stands, which is ours."""
        name = f"{secrets.token_hex(16)}.bin"
        sealed.write(self._path(name), io.BytesIO(data))
        return name

    @contextmanager
    def held(self, data: bytes) -> Iterator[str]:
        """Keep a file for a row that is written within; where that fails, the file goes again."""
        name = self.keep(data)
        try:
            yield name
        except BaseException:
            self.forget(name)
            raise

    def read(self, stored_name: str, sha256: str) -> bytes:
        """The file as it came. Raises FileDamaged where it is gone, can't be opened, or is not what was kept."""
        try:
            data = b"".join(sealed.pieces(self._path(stored_name)))
        except (OSError, KeyMissing, ValueError) as error:
            raise FileDamaged from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise FileDamaged
        return data

    def has(self, stored_name: str) -> bool:
        """Whether the file is there; what is in it isn't read."""
        return _NAME.fullmatch(stored_name) is not None and self._path(stored_name).is_file()

    def is_intact(self, stored_name: str, sha256: str) -> bool:
        """Whether what stands on disk is still what was kept."""
        try:
            self.read(stored_name, sha256)
        except FileDamaged:
            return False
        return True

    def forget(self, name: str) -> None:
        """Take a file away whose row was never written."""
        self._path(name).unlink(missing_ok=True)

    def purge(self, rows: QuerySet) -> int:  # type: ignore[type-arg]  # of any model with stored_name
        """Delete what belongs to none of these rows and is older than a day; returns how many."""
        before = (clock.now() - ORPHAN_AFTER).timestamp()
        found = [path for path in self._root().glob("*") if path.is_file() and path.stat().st_mtime < before]
        known = self._known(rows, {path.name for path in found})
        gone = [path for path in found if path.name not in known]
        for path in gone:
            path.unlink(missing_ok=True)
        return len(gone)

    def _known(self, rows: QuerySet, names: Collection[str]) -> set[str]:  # type: ignore[type-arg]
        return set(rows.filter(stored_name__in=names).values_list("stored_name", flat=True))

    def _root(self) -> Path:
        return Path(settings.MEDIA_ROOT) / self.folder

    def _path(self, name: str) -> Path:
        # SECURITY: only names of ours are paths.
        if _NAME.fullmatch(name) is None:
            raise FileDamaged
        return self._root() / name


def checked(data: bytes, filename: str) -> Document:
    """Look at a file in a process of its own, before any transaction. Raises FileRejected for one we don't take."""
    kind = document_guard.check_guarded(data, filename, Limits(**settings.UPLOAD_LIMITS))
    return Document(data, shown_name(filename, kind), hashlib.sha256(data).hexdigest())


def format_of(original_name: str) -> Format:
    """What kind of file it is: its name ends as it was checked. Raises FileDamaged."""
    found = document_guard.format_of(original_name)
    if found is None:
        raise FileDamaged
    return found


def shown_name(filename: str, kind: Format) -> str:
    """The uploader's name for the file as it may be shown and sent back: no path, no odd characters, its own ending."""
    base = re.split(r"[\\/]", unicodedata.normalize("NFC", filename))[-1]
    stem = "".join(each for each in _UNUSABLE.sub("", base) if unicodedata.category(each)[0] != "C")
    stem = stem.rpartition(".")[0].strip(" .") or "document"
    return f"{stem[: LONGEST_NAME - len(kind.extension) - 1]}.{kind.extension}"
