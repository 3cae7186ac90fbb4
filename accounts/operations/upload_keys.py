"""Uploaded files under a new key: their content is no field of its own kind, so that the rotation of fields passes it by."""

from __future__ import annotations

from accounts.models import UploadBatch
from orgs.kernel.crypto import renewed


def rotate() -> int:
    """Encrypt anew what stands under an older key; returns how many. A file that went meanwhile stays gone."""
    n_rewritten = 0
    kept = UploadBatch.objects.filter(content__isnull=False).order_by("pk")
    for pk in list(kept.values_list("pk", flat=True)):
        stored = UploadBatch.objects.filter(pk=pk).values_list("content", flat=True).first()
        if stored is None:
            continue
        old = bytes(stored)
        token = renewed(old.decode())
        if token is not None:
            n_rewritten += UploadBatch.objects.filter(pk=pk, content=old).update(content=token.encode())
    return n_rewritten
