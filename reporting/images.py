"""Images without anything but the picture: what a canvas makes passes, everything else a file may carry is left out. Pure.

Of a JPEG all APPn segments and all comments go (Exif with place and device, small copies of the unmasked picture, XMP,
and whatever stands after the end of the image); of a PNG every chunk that isn't needed to show it. The picture itself isn't
decoded: its size in pixels is read from the head.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

JPEG, PNG = "image/jpeg", "image/png"
ENDINGS = {JPEG: "jpg", PNG: "png"}
LARGEST_BYTES = 2 * 1024 * 1024
LONGEST_SIDE = 4096

_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_ALONE = frozenset({0x01, 0xFF, *range(0xD0, 0xD8)})  # markers without a length, and the filler
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended, progressive: what browsers show
_SCAN, _END, _COMMENT, _APP0 = 0xDA, 0xD9, 0xFE, 0xE0


class NotAnImageError(ValueError):
    """No JPEG or PNG, a broken one, or one too large."""


def kind_of(data: bytes) -> str:
    """The media type by the first bytes; "" for anything but JPEG and PNG."""
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    return PNG if data.startswith(_PNG_HEAD) else ""


def stripped(data: bytes) -> bytes:
    """The picture alone. Raises NotAnImageError."""
    if len(data) > LARGEST_BYTES:
        raise NotAnImageError("too many bytes")
    kind = kind_of(data)
    if not kind:
        raise NotAnImageError("neither JPEG nor PNG")
    try:
        return _jpeg(data) if kind == JPEG else _png(data)
    except (struct.error, IndexError) as error:
        raise NotAnImageError("cut off") from error


def _jpeg(data: bytes) -> bytes:
    """The head, the segments that are needed, the end of the image."""
    kept, has_frame = [data[:2]], False
    for marker, at, end in _segments(data):
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            _check(width, height)
            has_frame = True
        if not _is_extra(marker):
            kept.append(data[at:end])
    if not has_frame:
        raise NotAnImageError("no frame")
    return b"".join([*kept, b"\xff\xd9"])


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(marker, where it begins, where it ends) up to the end of the image."""
    at = 2
    while data[at + 1] != _END:
        marker = data[at + 1]
        if data[at] != 0xFF:
            raise NotAnImageError("no marker")
        end = at + (1 if marker == 0xFF else 2)  # 0xFF: a filler before the marker
        if marker not in _ALONE:
            (length,) = struct.unpack_from(">H", data, at + 2)
            end = at + 2 + length
            if length < 2 or end > len(data):
                raise NotAnImageError("a segment is too long")
        if marker == _SCAN:
            end = _end_of_scan(data, end)
        if marker != 0xFF:
            yield marker, at, end
        at = end


def _is_extra(marker: int) -> bool:
    return marker == _COMMENT or _APP0 <= marker <= 0xEF


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the picture's data ends: at the first marker that is no stuffed byte and no restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0:
            raise NotAnImageError("cut off")
        following = data[at + 1]
        if following != 0 and not 0xD0 <= following <= 0xD7:
            return at
        at += 2


def _png(data: bytes) -> bytes:
    """Chunk by chunk up to IEND."""
    kept, at, name = [_PNG_HEAD], len(_PNG_HEAD), b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise NotAnImageError("cut off")
        if (name == b"IHDR") != (at == len(_PNG_HEAD)):
            raise NotAnImageError("the head isn't first")
        if name == b"IHDR":
            width, height = struct.unpack_from(">II", data, at + 8)
            _check(width, height)
        (told,) = struct.unpack_from(">I", data, end - 4)
        if zlib.crc32(data[at + 4 : end - 4]) != told:
            raise NotAnImageError("a chunk is broken")
        if name in _PNG_KEPT:
            kept.append(data[at:end])
        at = end
    return b"".join(kept)


def _check(width: int, height: int) -> None:
    if not (0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE):
        raise NotAnImageError("too many pixels")
