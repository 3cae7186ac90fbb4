"""Files of ours on disk, encrypted piece by piece: a file of any size takes little memory."""

from __future__ import annotations

import base64
import hashlib
import os
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from orgs.kernel.crypto import decrypt, encrypt, renewed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PIECE = 256 * 1024  # bytes encrypted at a time


@contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that stands under its name when all of it is on the disk; whatever fails, the disk being full too, nothing does."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = path.with_suffix(".part")
    try:
        with half.open("wb") as target:
            half.chmod(0o600)
            yield target
            target.flush()
            os.fsync(target.fileno())
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


def write(path: Path, source: IO[bytes]) -> str:
    """Encrypt a file to disk, all of it or nothing; returns the sha256 of what was read."""
    digest = hashlib.sha256()
    with whole(path) as target:
        while piece := source.read(PIECE):
            digest.update(piece)
            target.write(encrypt(base64.b64encode(piece).decode()).encode() + b"\n")
    return digest.hexdigest()


def rotate(path: Path) -> bool:
    """Write the file anew under the current key where an older one closed it; its time stays. Raises KeyMissing.

    A file that is taken away meanwhile stays away: without its row it goes with whatever was abandoned.
    """
    try:
        before, lines = path.stat(), path.read_bytes().splitlines()
    except FileNotFoundError:
        return False
    tokens = [(line.strip().decode(), renewed(line.strip().decode())) for line in lines]
    if not any(new for _old, new in tokens):
        return False
    with whole(path) as target:
        target.write(b"".join((new or old).encode() + b"\n" for old, new in tokens))
        target.flush()
        os.utime(target.fileno(), (before.st_atime, before.st_mtime))
    return True


def pieces(path: Path) -> Iterator[bytes]:
    """The file, piece by piece. Raises FileNotFoundError, KeyMissing."""
    with path.open("rb") as source:
        for line in source:
            yield base64.b64decode(decrypt(line.strip().decode()))
