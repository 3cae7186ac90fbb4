"""A stream encrypted in pieces under a passphrase: scrypt and AES-256-GCM; nothing of it can be cut, swapped or changed.

Head: magic, salt, scrypt's cost, nonce prefix, and an HMAC that tells a wrong passphrase from a damaged file. Then
pieces of a length and a ciphertext each; the nonce of a piece is the prefix, its number and whether it is the last one.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC = b"LEAGUEPORTAL-BACKUP\x01"
PIECE = 256 * 1024
COST = 15  # scrypt's n as a power of two: 32 MiB and a tenth of a second
_HEAD = struct.Struct(f">{len(MAGIC)}sB16s7s")
_LENGTH = struct.Struct(">I")
_TAG = 32
_MOST_COST = 20


class Damaged(Exception):
    """The file is cut short, changed, or no backup at all."""


class WrongPassphrase(Exception):
    """The passphrase is not the one the file was written with."""


def _keys(passphrase: str, head: bytes) -> tuple[AESGCM, bytes]:
    """The key of the pieces, and the HMAC of the head."""
    _magic, cost, salt, _prefix = _HEAD.unpack(head)
    most = 256 * 2**cost * 8
    both = hashlib.scrypt(passphrase.encode(), salt=salt, n=2**cost, r=8, p=1, maxmem=most, dklen=64)
    return AESGCM(both[:32]), hmac.digest(both[32:], head, "sha256")


def _nonce(head: bytes, number: int, *, is_last: bool) -> bytes:
    return head[-7:] + number.to_bytes(4, "big") + bytes([is_last])


@dataclass(slots=True)
class Writer:
    """Takes bytes, writes pieces; `close` writes the last one, without which the file is worth nothing."""

    target: IO[bytes]
    passphrase: str
    _head: bytes = b""
    _cipher: AESGCM | None = None
    _waiting: bytearray = field(default_factory=bytearray)
    _number: int = 0

    def __post_init__(self) -> None:
        self._head = _HEAD.pack(MAGIC, COST, secrets.token_bytes(16), secrets.token_bytes(7))
        self._cipher, tag = _keys(self.passphrase, self._head)
        self.target.write(self._head + tag)

    def write(self, data: bytes) -> None:
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._piece(bytes(self._waiting[:PIECE]), is_last=False)
            del self._waiting[:PIECE]

    def close(self) -> None:
        self._piece(bytes(self._waiting), is_last=True)

    def _piece(self, data: bytes, *, is_last: bool) -> None:
        assert self._cipher is not None  # noqa: S101 - made with the object
        sealed = self._cipher.encrypt(_nonce(self._head, self._number, is_last=is_last), data, self._head)
        self.target.write(_LENGTH.pack(len(sealed)) + sealed)
        self._number += 1


def pieces(source: IO[bytes], passphrase: str) -> Iterator[bytes]:
    """What was written, piece by piece. Raises WrongPassphrase at once; Damaged wherever the file is not whole."""
    head, tag = source.read(_HEAD.size), source.read(_TAG)
    if not head.startswith(MAGIC) or len(tag) != _TAG or head[len(MAGIC)] > _MOST_COST:
        raise Damaged
    cipher, expected = _keys(passphrase, head)
    if not hmac.compare_digest(tag, expected):
        raise WrongPassphrase
    number, sealed, is_last = 0, _sealed(source), False
    while not is_last:
        following = _sealed(source)
        is_last = not following
        try:
            yield cipher.decrypt(_nonce(head, number, is_last=is_last), sealed, head)
        except InvalidTag:
            raise Damaged from None
        number, sealed = number + 1, following


def _sealed(source: IO[bytes]) -> bytes:
    """The next piece as it stands in the file; nothing at its end."""
    length = source.read(_LENGTH.size)
    if not length:
        return b""
    if len(length) != _LENGTH.size:
        raise Damaged
    (n,) = _LENGTH.unpack(length)
    sealed = source.read(n) if n <= PIECE + 16 else b""
    if len(sealed) != n or n < 16:
        raise Damaged
    return sealed
