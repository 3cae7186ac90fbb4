"""`manage.py write_docs`: write the documents that follow from the code."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation

from config.reference_docs import DOCUMENTS
from orgs.management.command import PortalCommand


class Command(PortalCommand):
    help = "根据代码更新 docs/ 中的权限表、数据字典和部署文件的说明。"

    def handle(self, **options: object) -> None:
        with translation.override("zh-hans"):
            for name, write in DOCUMENTS.items():
                (settings.BASE_DIR / "docs" / name).write_text(write(), encoding="utf-8")
                self.stdout.write(f"docs/{name}")
