"""`rotate_keys`: fields, uploads and files on disk open with the new key alone, and a second run finds nothing to do."""

from __future__ import annotations

import io

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from accounts.models import UploadBatch
from accounts.operations import batches
from orgs.models import User
from reporting.operations import hand_in_files, photo_files
from tests.architecture import round_subjects
from tests.cast import PEOPLE
from tests.reporting.paper_scene import handed, papers, pdf

pytestmark = pytest.mark.django_db
NEW = Fernet.generate_key().decode()


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def rotated() -> str:
    out = io.StringIO()
    call_command("rotate_keys", stdout=out)
    return out.getvalue()


def test_everything_survives_and_is_written_anew_once(world, cast, settings):
    photo = photo_files.keep(b"\xff\xd8 the picture")
    document = handed(papers(world), world["hnu"], cast["university"])
    upload = UploadBatch.objects.get(pk=round_subjects.upload_batch(world["hnu-law-1201"], cast))
    stamp = photo_files._path(photo).stat().st_mtime
    settings.FIELD_KEYS = [NEW, *settings.FIELD_KEYS]
    assert "上传的表格 1 份，文件 2 个" in rotated()
    assert "数据 0 项，上传的表格 0 份，文件 0 个" in rotated()
    settings.FIELD_KEYS = [NEW]
    assert photo_files.read(photo) == b"\xff\xd8 the picture"
    assert photo_files._path(photo).stat().st_mtime == stamp
    assert hand_in_files.read(document) == pdf()
    upload.refresh_from_db()
    assert batches._content(upload) == b"x"
    assert User.objects.get(pk=cast["university"].pk).mobile == PEOPLE["university"][1]


def test_a_missing_key_is_said_and_nothing_is_lost(settings):
    photo = photo_files.keep(b"x")
    known, settings.FIELD_KEYS = settings.FIELD_KEYS, [NEW]
    with pytest.raises(CommandError, match="旧密钥"):
        rotated()
    settings.FIELD_KEYS = known
    assert photo_files.read(photo) == b"x"
