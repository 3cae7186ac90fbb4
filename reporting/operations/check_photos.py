"""抽查图片: kept for a check that needs one, masked by who took it, deleted 90 days after the objection window (product.md 6)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.operations import ledger
from reporting import images
from reporting.exceptions import ReportingError
from reporting.models import CheckPhoto
from reporting.objecting import last_day
from reporting.operations import photo_files
from reporting.operations.texts import checked

if TYPE_CHECKING:
    from orgs.models import User
    from reporting.models import SpotCheck

KEPT_DAYS = 90
LONGEST_PURPOSE = 100
ABANDONED_AFTER = timedelta(days=1)  # a file whose row was never written


@dataclass(frozen=True, slots=True)
class Photo:
    """What was uploaded with a check, and what it is needed for."""

    data: bytes
    purpose: str


def add_photo(check: SpotCheck, photo: Photo, *, by: User) -> CheckPhoto:
    """Part of recording a check: the picture alone is kept, encrypted; the same one twice is one. Raises ReportingError."""
    purpose = checked(photo.purpose, label=_("图片用途"), longest=LONGEST_PURPOSE)
    if not purpose:
        raise ReportingError(_("请写明图片用途，没有必要就不要附图片。"))
    try:
        data = images.stripped(photo.data)
    except images.NotAnImageError as error:
        raise ReportingError(
            _("图片不能使用：只收 JPEG、PNG 图片，不超过 2 MB。请在本页重新选择并遮盖。")
        ) from error
    digest = hashlib.sha256(data).hexdigest()
    known = CheckPhoto.objects.filter(check_made=check, sha256=digest).first()
    if known is not None:
        return known
    added = CheckPhoto.objects.create(
        check_made=check,
        stored_name=photo_files.keep(data),
        size=len(data),
        sha256=digest,
        purpose=purpose,
        taken_at=clock.now(),
        taken_by=by,
        delete_from=last_day(check) + timedelta(days=KEPT_DAYS),
    )
    ledger.record("check_photo.added", added, by=by, unit=check.unit, check=check.pk, size=len(data))
    return added


def delete_due() -> int:
    """Delete the files whose day has come, the rows stay and say when; and files without a row. Returns how many rows."""
    due = list(
        CheckPhoto.objects.kept().filter(delete_from__lte=clock.today()).select_related("check_made__unit")
    )
    for photo in due:
        _delete(photo)
    known = set(CheckPhoto.objects.kept().values_list("stored_name", flat=True))
    before = (clock.now() - ABANDONED_AFTER).timestamp()
    for name, path in photo_files.names():
        if name not in known and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
    return len(due)


@transaction.atomic
def _delete(photo: CheckPhoto) -> None:
    """The file goes first: a row that says "deleted" beside a file would be a lie."""
    photo_files.remove(photo.stored_name)
    photo.deleted_at = clock.now()
    photo.save(update_fields=["deleted_at"])
    ledger.record("check_photo.deleted", photo, by=None, unit=photo.check_made.unit)
