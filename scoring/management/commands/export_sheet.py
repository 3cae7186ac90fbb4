"""Write assessment sheets as .xlsx files, exactly like the annex."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from scoring.exceptions import NoSuchSheet
from scoring.operations.exports import find_sheet, sheet_file, write_all


class Command(BaseCommand):
    help = "导出考评表：--unit 代码 -o 文件，或 --all -o 文件夹。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--year", type=int, required=True)
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--unit", help="单位代码")
        which.add_argument("--all", action="store_true", help="该年度全部考评表")
        parser.add_argument("-o", "--output", required=True, type=Path)

    def handle(self, *args: object, **options: Any) -> None:
        output: Path = options["output"]
        try:
            if options["all"]:
                paths = write_all(options["year"], output)
                if not paths:
                    raise CommandError(f"{options['year']} 年没有考评表，请先建立。")
            else:
                file = sheet_file(find_sheet(options["year"], options["unit"]))
                output.write_bytes(file.content)
                paths = [output]
        except NoSuchSheet as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(f"写不了文件 {output}：{error.strerror}。请检查路径和权限。") from error
        self.stdout.write(f"已导出 {len(paths)} 张考评表到 {output}")
