"""The hidden id of a sheet's file: made on export, checked when the file comes back filled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.core.signing import BadSignature, Signer

from orgs.kernel.texts import clean
from scoring.excel.stamp import Exported, Stamp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from scoring.models import Score, Sheet

SALT = "scoring.sheet-file"


def stamp_of(sheet: Sheet, scores: Sequence[Score]) -> Stamp:
    """Signed with the portal's key: a file that names another sheet or other old values is found out."""
    scheme = sheet.scheme
    exported = [
        # As a file is read: what the reader would clean away is no change of the file.
        Exported(each.criterion.code, text_of(each.self_points), text_of(each.points), clean(each.reason))
        for each in scores
    ]
    stamp = Stamp(
        str(sheet.pk),
        str(sheet.version),
        scheme.code,
        str(scheme.version),
        scheme.content_hash,
        exported,
    )
    return replace(stamp, signature=_signer().signature(stamp.text))


def is_genuine(stamp: Stamp) -> bool:
    """Whether the portal wrote it; keys of before (SECRET_KEY_FALLBACKS) are honoured."""
    try:
        _signer().unsign(f"{stamp.text}:{stamp.signature}")
    except BadSignature:
        return False
    return True


def text_of(points: Decimal | None) -> str:
    """Points as they stand in the stamp: 1, 0.5, -0.2; blank where not scored."""
    if points is None:
        return ""
    text = f"{points:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _signer() -> Signer:
    return Signer(salt=SALT)
