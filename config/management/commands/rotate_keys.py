"""`manage.py rotate_keys`: everything that is encrypted stands under the first of FIELD_KEYS afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import CommandError

from accounts.operations import upload_keys
from orgs.kernel import crypto, sealed
from orgs.management.command import PortalCommand


class Command(PortalCommand):
    """May be stopped and repeated while people work: what is written meanwhile is under the new key already."""

    help = "更换密钥后，用 FIELD_KEYS 中的第一个密钥重新加密全部数据和文件。可以中断，可以重复运行。"

    def handle(self, *args: object, **options: Any) -> None:
        try:
            n_values = sum(
                crypto.rotate(model) for model in apps.get_models() if crypto.encrypted_fields(model)
            )
            n_uploads = upload_keys.rotate()
            n_files = sum(sealed.rotate(path) for path in _files())
        except crypto.KeyMissing as error:
            raise CommandError("有数据打不开：FIELD_KEYS 中缺少旧密钥，请补上后重新运行。") from error
        self.stdout.write(f"已重新加密：数据 {n_values} 项，上传的表格 {n_uploads} 份，文件 {n_files} 个。")


def _files() -> list[Path]:
    """All that stands below MEDIA_ROOT is sealed: exports, documents, evidence, photos of checks."""
    return sorted(Path(settings.MEDIA_ROOT).glob("*/*.bin"))
