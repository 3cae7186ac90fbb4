"""`replay_draw NUMBER`: draw again from the stored frame and seed, and say whether the same comes out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from django.core.management.base import CommandError

from orgs.management.command import PortalCommand
from reporting.models import Draw
from reporting.operations import replaying

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(PortalCommand):
    help = "重放抽样：用保存的抽样框和抽样编号重新抽取，核对是否一致。不写入任何内容。一致时退出码为0，不一致为1。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", help="编号，例如：抽2026-0001")

    def handle(self, *args: object, **options: str) -> None:
        draw = Draw.objects.filter(number=options["number"]).first()
        if draw is None:
            raise CommandError(f"没有编号为{options['number']}的抽样。")
        differences = replaying.differences(draw)
        for each in differences:
            self.stdout.write(each)
        self.stdout.write(f"{draw.number}  {'不一致' if differences else '一致'}  {draw.frame_hash}")
        if differences:
            sys.exit(1)
