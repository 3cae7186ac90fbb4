"""Write assessment sheets as .xlsx files, exactly like the annex."""

from __future__ import annotations

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from orgs.management.command import PortalCommand
from scoring.exceptions import NoSuchSheet
from scoring.operations.exports import find_sheet, sheet_file
from scoring.operations.year_files import Wanted, write_folder, zipped


class Command(PortalCommand):
    """One file, or with --all everything the page's zip holds: into a folder, or into a .zip."""

    help = "导出考评表：--unit 代码 -o 文件；--all -o 文件夹或 .zip，附汇总表。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--year", type=int, required=True)
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--unit", help="单位代码")
        which.add_argument("--all", action="store_true", help="该年度全部考评表和汇总表")
        parser.add_argument("--round", type=int, help="只导出这次年度考评工作（编号）的考评表")
        parser.add_argument("-o", "--output", required=True, type=Path)

    def handle(self, *args: object, **options: Any) -> None:
        output: Path = options["output"]
        try:
            if options["all"]:
                n_sheets = _write_all(Wanted(options["year"], options["round"]), output)
                if not n_sheets:
                    raise CommandError(f"{options['year']} 年没有考评表，请先建立。")
            else:
                file = sheet_file(find_sheet(options["year"], options["unit"]))
                output.write_bytes(file.content)
                n_sheets = 1
        except NoSuchSheet as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(f"写不了文件 {output}：{error.strerror}。请检查路径和权限。") from error
        self.stdout.write(f"已导出 {n_sheets} 张考评表到 {output}")


def _write_all(wanted: Wanted, output: Path) -> int:
    """Into a folder, or where the name ends in .zip into that file."""
    if output.suffix.lower() != ".zip":
        return write_folder(wanted, output)
    source, n_sheets = zipped(wanted)
    with source, output.open("wb") as target:
        shutil.copyfileobj(source, target)
    return n_sheets
