"""`manage.py restore FILE`: a backup in the place of what is here; checked before, and checked after."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management import call_command, get_commands
from django.core.management.base import CommandError
from django.db import DatabaseError, connection

from config.backup import passphrase, restoring
from config.backup.container import Damaged, WrongPassphrase
from config.backup.restoring import Contents, FilesApart, Refused
from orgs.kernel import statistics
from orgs.management.command import PortalCommand

if TYPE_CHECKING:
    from argparse import ArgumentParser

WRONG_PASSPHRASE, DAMAGED, REFUSED, FILES_APART = 100, 101, 102, 103  # exit codes


class Command(PortalCommand):
    """docs/backup.md."""

    help = "从备份文件恢复。先核对整个文件，再替换；失败时原有数据不变。恢复后自动检查。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--passphrase-file", default="", metavar="文件", help="口令所在的文件")
        parser.add_argument("--force", action="store_true", help="替换现有数据")
        parser.add_argument("--without-keys", action="store_true", help="缺少密钥也恢复：个人信息打不开")
        parser.add_argument("--check", action="store_true", help="只核对备份文件，不恢复")

    def handle(self, *args: Any, **options: Any) -> None:
        path, secret = options["file"], passphrase.ask(options["passphrase_file"], is_new=False)
        contents = self._examine(path, secret)
        if options["check"]:
            return
        try:
            restoring.refuse_unfit(
                connection, contents, force=options["force"], without_keys=options["without_keys"]
            )
            restoring.restore(path, secret, connection, contents)
        except Refused as refused:
            raise CommandError(refused.message, returncode=REFUSED) from None
        except Damaged:
            raise CommandError("写入后与备份不符，已撤销，原有数据没有改变。", returncode=DAMAGED) from None
        except FilesApart as apart:
            text = (
                f"数据已经恢复，但文件没有换到位（{apart.reason}）。备份中的文件在 {apart.folder}："
                f"请用它换下 {apart.place}，再运行 manage.py prepare 和 manage.py check_integrity --files。"
            )
            raise CommandError(text, returncode=FILES_APART) from None
        except OSError as error:
            raise CommandError(f"{error.strerror}：已撤销，原有数据没有改变。", returncode=DAMAGED) from None
        except DatabaseError as error:
            raise CommandError(f"数据库拒绝写入（{type(error).__name__}），原有数据没有改变。") from error
        self.stdout.write(f"已恢复 {contents.rows} 行、{len(contents.files)} 个文件。")
        self._follow_up()

    def _examine(self, path: Path, secret: str) -> Contents:
        try:
            contents = restoring.examine(path, secret)
        except WrongPassphrase:
            raise CommandError("口令不对。原有数据没有改变。", returncode=WRONG_PASSPHRASE) from None
        except Damaged:
            text = "备份文件不完整或被改动，不能使用。原有数据没有改变。请换一份备份。"
            raise CommandError(text, returncode=DAMAGED) from None
        except OSError as error:
            raise CommandError(f"读不了 {path}：{error.strerror}。", returncode=DAMAGED) from None
        facts = contents.manifest
        self.stdout.write(
            f"备份完整：写于 {facts['written_at']}，{facts['engine']}，{len(contents.sums)} 张表、"
            f"{contents.rows} 行、{len(contents.files)} 个文件。"
        )
        return contents

    def _follow_up(self) -> None:
        """Bring an older schema to this version, then look whether everything holds."""
        call_command("prepare", stdout=self.stdout)
        statistics.refresh()
        for name in sorted(name for name in get_commands() if name.startswith("verify_")):
            self.stdout.write(f"{name}：")
            call_command(name, stdout=self.stdout)
        call_command("check_integrity", weeks=4, files=True, stdout=self.stdout)
