"""import_collection: hand in the forms of a file, as a reviewer of the unit would upload it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import CommandParser

from accounts.models import CollectionRound
from accounts.operations import upload
from accounts.operations.acting import acting_user, round_of, unit_of
from orgs.exceptions import OrgsError
from orgs.kernel.sheets import FileRejected
from orgs.management.command import PortalCommand
from orgs.models import OrgUnit
from orgs.permissions import FILL

ROWS_REFUSED, FILE_REFUSED = 1, 2
USUAL_FORM = "UNI-A"


class Command(PortalCommand):
    help = "导入收集表：import_collection FILE --unit CODE [--round ID] [--dry-run] [--json]；有错的行不导入"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help=".xlsx 或 .csv 文件")
        parser.add_argument("--unit", required=True, help="上传单位的代码")
        parser.add_argument("--round", type=int, help="填报任务编号，只有一个进行中的任务时可省略")
        parser.add_argument("--as", dest="username", default="", help="以该用户的名义")
        parser.add_argument("--all-or-nothing", action="store_true", help="有一行错就全部不导入")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不导入")
        parser.add_argument("--json", action="store_true", help="输出一行 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        try:
            unit = unit_of(options["unit"])
            round = _round_of(unit, options["round"])
            by = acting_user(unit, FILL, username=options["username"])
            found = upload.preview(path, path.name, round=round, unit=unit, by=by)
            if options["all_or_nothing"] and found.errors:
                upload.refuse_whole(found)
            elif not options["dry_run"]:
                upload.take_in(found, round=round, all_or_nothing=options["all_or_nothing"], by=by)
        except (FileRejected, OrgsError) as error:
            self._refuse(error.message, options)
        except OSError:
            self._refuse(f"打不开文件 {path.name}，请核对文件是否存在、是否可读。", options)
        self._say(upload.as_json(found), options)
        if found.errors:
            sys.exit(ROWS_REFUSED)

    def _refuse(self, message: str, options: dict[str, Any]) -> NoReturn:
        answer = {"outcome": "reject_file", "rows_total": 0, "accepted": 0, "message": message}
        self._say(answer | {"rejected": [], "rejected_rows": 0, "normalised": []}, options)
        sys.exit(FILE_REFUSED)

    def _say(self, answer: dict[str, Any], options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        for each in answer["rejected"]:
            self.stdout.write(each["text"])
        if answer["message"]:
            self.stdout.write(answer["message"])
        if answer["rows_total"]:
            done = "可导入" if options["dry_run"] else "导入"
            self.stdout.write(
                f"共 {answer['rows_total']} 行，{done} {answer['accepted']} 行，有错 {answer['rejected_rows']} 行。"
            )


def _round_of(unit: OrgUnit, pk: int | None) -> CollectionRound:
    """The round of that id, else the newest running one of the usual form, else of any form."""
    running = CollectionRound.objects.concerning(unit).running().select_related("field_list")
    if pk is not None:
        return round_of(pk, list(running))
    newest = running.order_by("-opens_at", "-pk")
    return round_of(pk, list(newest.filter(field_list__code=USUAL_FORM)[:1] or newest[:1]))
