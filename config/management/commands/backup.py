"""`manage.py backup FILE`: the whole installation as one encrypted file, while people work."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError
from django.db import DatabaseError, connection

from config import condition
from config.backup import passphrase, schema, writing
from orgs.management.command import PortalCommand
from orgs.operations import ledger

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(PortalCommand):
    """docs/backup.md."""

    help = (
        "备份整个系统（数据库和文件）到一个加密的文件。口令来自 BACKUP_PASSPHRASE、--passphrase-file 或键盘。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="写到哪里；文件不能已经存在")
        parser.add_argument("--passphrase-file", default="", metavar="文件", help="口令所在的文件")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["file"]
        secret = passphrase.ask(options["passphrase_file"], is_new=True)
        if schema.waiting(connection):
            raise CommandError("有迁移未执行，请先运行 manage.py prepare。")
        try:
            done = writing.write(path, secret, connection)
        except FileExistsError:
            raise CommandError(f"{path} 已经存在，请换一个文件名。") from None
        except OSError as error:
            raise CommandError(f"写不了 {path}：{error.strerror}。没有留下文件。") from None
        except DatabaseError:
            raise CommandError("读不了数据库，没有留下文件。请先运行 manage.py doctor。") from None
        ledger.note_done(condition.BACKUP, asdict(done))
        self.stdout.write(
            f"已备份到 {path}：{done.tables} 张表、{done.rows} 行、{done.files} 个文件，{done.size / 2**20:.1f} MB。"
            "密钥（.env 中的 FIELD_KEYS、BLIND_INDEX_KEY）不在其中，请分开保存。"
        )
