"""Files below MEDIA_ROOT: exports that name the person go; papers and evidence are counted, for people to look at."""

from __future__ import annotations

import base64
import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from accounts.choices import BatchState
from accounts.models import UploadBatch
from accounts.operations.files import FOLDER as DOWNLOADS
from orgs.kernel import sealed
from orgs.kernel.crypto import decrypt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orgs.kernel.forgetting import Words

MADE = {DOWNLOADS}  # folders of what can be made again
MOST_BYTES = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Papers:
    """Files that name the person: those that can be made again, uploads that wait for their import, how many others."""

    made: list[Path]
    uploads: list[int]
    n_left: int


def naming(words: Words) -> Papers:
    """Look through all of them; reads only."""
    made, n_left = [], 0
    for path in sorted(Path(settings.MEDIA_ROOT).glob("*/*.bin")):
        is_made = path.parent.name in MADE
        try:
            is_in = _is_in(b"".join(sealed.pieces(path)), words.all if is_made else sorted(words.certain))
        except FileNotFoundError:
            continue  # purged meanwhile
        made += [path] if is_in and is_made else []
        n_left += is_in and not is_made
    waiting = UploadBatch.objects.filter(content__isnull=False).order_by("pk")
    uploads = [
        pk
        for pk, content in waiting.values_list("pk", "content").iterator(chunk_size=10)
        if _is_in(_opened(bytes(content or b"")), words.all)
    ]
    return Papers(made, uploads, n_left)


def forget(papers: Papers) -> int:
    """How many are deleted, or will be with this transaction; uploaded tables go with what was found in them."""
    for path in papers.made:
        transaction.on_commit(lambda path=path: path.unlink(missing_ok=True))  # type: ignore[misc]
    waiting = UploadBatch.objects.filter(pk__in=papers.uploads, content__isnull=False)
    return len(papers.made) + waiting.update(
        content=None, report={}, state=BatchState.FAILED, message="文件已按个人信息删除要求删除，请重新上传。"
    )


def _opened(token: bytes) -> bytes:
    return base64.b64decode(decrypt(token.decode()))


def _is_in(data: bytes, words: list[str]) -> bool:
    wanted = [spelt for word in words for spelt in {word.encode(), *_in_gbk(word)}]
    return any(word in part for part in _parts(data) for word in wanted)


def _in_gbk(word: str) -> set[bytes]:
    try:
        return {word.encode("gb18030")}
    except UnicodeEncodeError:
        return set()


def _parts(data: bytes) -> Iterator[bytes]:
    """The file as it is and, of a workbook or a document, what it is packed of."""
    yield data
    if not data.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(each.file_size for each in packed.infolist()) <= MOST_BYTES:
                for each in packed.infolist():
                    yield packed.read(each)
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
        ValueError,
    ):
        return  # no archive, or one that nobody can open
