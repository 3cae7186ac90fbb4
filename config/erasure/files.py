"""Files below MEDIA_ROOT: exports that name the person go; papers and evidence are counted, for people to look at."""

from __future__ import annotations

import base64
import io
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from accounts.choices import BatchState
from accounts.models import UploadBatch
from orgs.kernel import sealed
from orgs.kernel.crypto import decrypt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orgs.kernel.forgetting import Words

MADE = {"annex"}  # folders of what can be made again
MOST_BYTES = 200 * 1024 * 1024


def forget(words: Words) -> tuple[int, int]:
    """(files deleted or to be deleted with this transaction, files in which the person is left)."""
    gone, n_left = [], 0
    for path in sorted(Path(settings.MEDIA_ROOT).glob("*/*.bin")):
        is_made = path.parent.name in MADE
        if _is_in(b"".join(sealed.pieces(path)), words.all if is_made else sorted(words.certain)):
            gone += [path] if is_made else []
            n_left += not is_made
    for path in gone:
        transaction.on_commit(lambda path=path: path.unlink(missing_ok=True))  # type: ignore[misc]
    return len(gone) + _forget_uploads(words), n_left


def _forget_uploads(words: Words) -> int:
    """Uploaded tables that were not imported yet go with what was found in them."""
    waiting = UploadBatch.objects.filter(content__isnull=False).order_by("pk")
    named = [
        pk
        for pk, content in waiting.values_list("pk", "content").iterator(chunk_size=10)
        if _is_in(_opened(bytes(content or b"")), words.all)
    ]
    return UploadBatch.objects.filter(pk__in=named).update(
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
