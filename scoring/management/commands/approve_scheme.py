"""`approve_scheme sup-a [--version 1] --as USERNAME`: the provincial committee confirms an edition of a scheme."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError, CommandParser

from orgs.exceptions import NotAllowed, OrgsError
from orgs.management.command import PortalCommand
from orgs.models import User
from scoring.operations.schemes import approve_scheme, find_scheme


class Command(PortalCommand):
    help = "核定考评方案（含“原附件缺失，拟定内容”的评分点）。核定后，按该版本建立的考评表才能定稿。"

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # --version is the scheme's here, not Django's.
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="方案代码，例如 sup-a")
        parser.add_argument("--version", type=int, help="版本号；不写则为最新版")
        parser.add_argument("--as", dest="username", required=True, help="核定人（团省委）的用户名")

    def handle(self, *args: object, **options: Any) -> None:
        by = User.objects.filter(username=options["username"], is_active=True).first()
        if by is None:
            raise CommandError(f"没有用户名为 {options['username']} 的人，请检查。")
        try:
            scheme = approve_scheme(find_scheme(options["code"], options["version"]), by=by)
        except NotAllowed as error:
            raise CommandError("只有团省委的人员可以核定考评方案，请换用其用户名。") from error
        except OrgsError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"已核定：{scheme.code} 第{scheme.version}版")
