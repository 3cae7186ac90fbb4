"""Files of check photos: encrypted at rest below MEDIA_ROOT, under names of ours (product.md 6)."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from orgs.kernel import sealed
from orgs.kernel.crypto import decrypt, encrypt

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = "checks"


def keep(data: bytes) -> str:
    """Encrypt the bytes to disk; returns the name they are found under."""
    name = secrets.token_hex(16)
    with sealed.whole(_path(name)) as target:
        target.write(encrypt(base64.b64encode(data).decode()).encode("ascii"))
    return name


def read(name: str) -> bytes:
    """The bytes. Raises FileNotFoundError once they were deleted."""
    return base64.b64decode(decrypt(_path(name).read_text(encoding="ascii").strip()))


def remove(name: str) -> None:
    """Delete the file; nothing where it is gone."""
    _path(name).unlink(missing_ok=True)


def names() -> Iterator[tuple[str, Path]]:
    """Every file there is, with its name."""
    return ((path.stem, path) for path in sorted((Path(settings.MEDIA_ROOT) / FOLDER).glob("*")))


def _path(name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / FOLDER / f"{name}.bin"
