"""The structure within the encrypted stream: compressed frames of a kind and its bytes."""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from config.backup.container import Damaged, Writer, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

MANIFEST, TABLE, ROWS, FILE, DATA, END = b"M", b"T", b"R", b"F", b"D", b"Z"
KINDS = (MANIFEST, TABLE, ROWS, FILE, DATA, END)
_HEAD = struct.Struct(">cI")
MOST = 64 * 1024 * 1024


class FrameWriter:
    """Frames, compressed and encrypted."""

    def __init__(self, target: IO[bytes], passphrase: str) -> None:
        self._sealed = Writer(target, passphrase)
        self._packed = zlib.compressobj(6)

    def put(self, kind: bytes, data: bytes) -> None:
        self._sealed.write(self._packed.compress(_HEAD.pack(kind, len(data)) + data))

    def say(self, kind: bytes, facts: dict[str, Any]) -> None:
        self.put(kind, json.dumps(facts, ensure_ascii=False).encode())

    def close(self) -> None:
        self._sealed.write(self._packed.flush())
        self._sealed.close()


@dataclass(frozen=True, slots=True)
class Frame:
    kind: bytes
    data: bytes

    @property
    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads(self.data)
        return facts


def frames(source: IO[bytes], passphrase: str) -> Iterator[Frame]:
    """The frames of a backup. Raises WrongPassphrase, and Damaged where it is not whole."""
    plain, waiting, is_ended = _Plain(source, passphrase), bytearray(), False
    for some in plain:
        waiting += some
        while (frame := _taken(waiting)) is not None:
            if is_ended:
                raise Damaged
            is_ended = frame.kind == END
            yield frame
    if waiting or not is_ended:
        raise Damaged


def _taken(waiting: bytearray) -> Frame | None:
    if len(waiting) < _HEAD.size:
        return None
    kind, length = _HEAD.unpack_from(waiting)
    if kind not in KINDS or length > MOST:
        raise Damaged
    if len(waiting) < _HEAD.size + length:
        return None
    frame = Frame(kind, bytes(waiting[_HEAD.size : _HEAD.size + length]))
    del waiting[: _HEAD.size + length]
    return frame


class _Plain:
    """The decrypted stream, unpacked in bounded pieces."""

    def __init__(self, source: IO[bytes], passphrase: str) -> None:
        self._pieces = pieces(source, passphrase)
        self._packed = zlib.decompressobj()

    def __iter__(self) -> Iterator[bytes]:
        try:
            for piece in self._pieces:
                yield self._packed.decompress(piece, MOST)
                while self._packed.unconsumed_tail:
                    yield self._packed.decompress(self._packed.unconsumed_tail, MOST)
            yield self._packed.flush()
        except zlib.error:
            raise Damaged from None
        if not self._packed.eof or self._packed.unused_data:
            raise Damaged
