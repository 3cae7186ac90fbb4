"""launch_round: send a collection form to every unit below, as the unit's staff would."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import FieldList
from accounts.operations import rounds
from accounts.operations.acting import acting_user, unit_of
from orgs.choices import Kind
from orgs.exceptions import OrgsError
from orgs.kernel import clock
from orgs.permissions import LAUNCH_ROUND


class Command(BaseCommand):
    help = "发起填报任务：launch_round --unit CODE --form UNI-A --deadline 2026-12-31T18:00"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--unit", required=True, help="发起单位的代码")
        parser.add_argument("--form", default="UNI-A", help="收集表代码")
        parser.add_argument("--deadline", required=True, help="截止时间，如 2026-12-31T18:00（北京时间）")
        parser.add_argument("--title", default="", help="任务名称，默认为收集表名称")
        parser.add_argument("--kind", action="append", default=[], help="填报类型，可重复，默认为全部")
        parser.add_argument("--intake", action="append", type=int, default=[], help="年级，可重复")
        parser.add_argument("--as", dest="username", default="", help="以该用户的名义")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            collection = _launch(options)
        except (OrgsError, ValueError) as error:
            raise CommandError(getattr(error, "message", str(error))) from error
        except FieldList.DoesNotExist as error:
            raise CommandError(f"没有代码为 {options['form']} 的收集表。") from error
        n_expected = collection.expected.count()
        self.stdout.write(f"填报任务 {collection.pk}：{collection.title}，应填 {n_expected} 个团组织。")


def _launch(options: dict[str, Any]) -> Any:
    unit = unit_of(options["unit"])
    field_list = FieldList.objects.filter(code=options["form"]).latest("version")
    deadline = datetime.fromisoformat(options["deadline"])
    return rounds.launch_round(
        unit,
        title=options["title"] or field_list.title,
        field_list=field_list,
        kinds=options["kind"] or [kind for kind in Kind.values if kind not in (Kind.NATIONAL, Kind.PROVINCE)],
        intake_years=options["intake"],
        opens_at=clock.now(),
        deadline_at=deadline if deadline.tzinfo else deadline.replace(tzinfo=clock.SHANGHAI),
        by=acting_user(unit, LAUNCH_ROUND, username=options["username"]),
    )
