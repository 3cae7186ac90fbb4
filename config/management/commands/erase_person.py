"""`erase_person`: erase what is known of one person, or hand out a copy of it; the number is read from the standard input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError
from django.db import transaction

from config.erasure import copying, erasing
from orgs.exceptions import OrgsError
from orgs.management.command import PortalCommand
from orgs.models import User

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(PortalCommand):
    """SECURITY: neither the mobile nor the name stands in the arguments, which others on the machine can read."""

    help = "删除一个人的个人信息（从标准输入读手机号或用户名），或用 --copy 导出本人信息副本。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--by", metavar="用户名", help="办理人，须有删除个人信息的权限")
        parser.add_argument("--reason", default="", metavar="原因", help="记入操作记录")
        parser.add_argument(
            "--copy", type=Path, metavar="文件", help="只把本人信息写入这个文件（JSON），不删除"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        who = input("手机号或用户名：").strip()
        by = User.objects.filter(username=options["by"]).first()
        if by is None:
            raise CommandError("请用 --by 写明办理人的用户名。")
        try:
            if options["copy"]:
                told = copying.copy_of(who, reason=options["reason"], by=by)
                options["copy"].touch(mode=0o600)
                options["copy"].write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
                self.stdout.write("已写入本人信息副本，请当面交给本人后删除文件。")
                return
            # Whole or not at all: a request that failed would keep the number.
            with transaction.atomic():
                erasure = erasing.ask(who, reason=options["reason"], by=by, enqueued=False)
                result = erasing.carry_out(erasure.pk).result
        except OrgsError as error:
            raise CommandError(error.message) from error
        places = "，".join(f"{place} {n}" for place, n in result["changed"].items())
        self.stdout.write(f"已清除：{places or '没有'}；删除文件 {result['files']} 个。")
        if result["kept"]:
            self.stdout.write(
                f"不改动的：{'，'.join(f'{place} {n}' for place, n in result['kept'].items())}。"
            )
