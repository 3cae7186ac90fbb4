"""launch_round: send a collection form to every unit below, as the unit's staff would."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.models import CollectionRound, FieldList
from accounts.operations import rounds, standing
from accounts.operations.acting import acting_user, unit_of
from accounts.operations.rounds import PhasePlan
from orgs.choices import Kind
from orgs.exceptions import OrgsError
from orgs.kernel import clock
from orgs.management.command import PortalCommand
from orgs.permissions import LAUNCH_ROUND


class Command(PortalCommand):
    help = "发起填报任务：launch_round --unit CODE --form UNI-A --deadline 2026-12-31T18:00"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--unit", required=True, help="发起单位的代码")
        parser.add_argument("--form", default="UNI-A", help="收集表代码")
        parser.add_argument("--deadline", default="", help="截止时间，如 2026-12-31T18:00（北京时间）")
        parser.add_argument(
            "--phase",
            action="append",
            default=[],
            help="阶段，可重复：名称;开始;截止;年级，如 第二阶段;2013-09-09T00:00;2013-09-21T00:00;2013，不含写作 -2013",
        )
        parser.add_argument("--standing", action="store_true", help="开通日常变更（长期开放，没有应填单位）")
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
        if collection.is_standing:
            self.stdout.write(f"日常变更 {collection.pk}：{collection.title}。")
            return
        n_expected = collection.expected.count()
        self.stdout.write(f"填报任务 {collection.pk}：{collection.title}，应填 {n_expected} 个团组织。")


def _launch(options: dict[str, Any]) -> CollectionRound:
    unit = unit_of(options["unit"])
    field_list = FieldList.objects.filter(code=options["form"]).latest("version")
    by = acting_user(unit, LAUNCH_ROUND, username=options["username"])
    if options["standing"]:
        return standing.open_standing(unit, field_list=field_list, by=by)
    phases = [_phase(text) for text in options["phase"]]
    return rounds.launch_round(
        unit,
        title=options["title"] or field_list.title,
        field_list=field_list,
        kinds=options["kind"] or [kind for kind in Kind.values if kind not in (Kind.NATIONAL, Kind.PROVINCE)],
        intake_years=options["intake"],
        opens_at=None if phases else clock.now(),
        deadline_at=_moment(options["deadline"]) if options["deadline"] else None,
        phases=phases,
        by=by,
    )


def _phase(text: str) -> PhasePlan:
    parts = [part.strip() for part in text.split(";")]
    if len(parts) not in (3, 4):
        raise ValueError("阶段应写作：名称;开始;截止;年级")
    years = [year.strip() for year in parts[3].split(",") if year.strip()] if len(parts) == 4 else []
    return PhasePlan(
        title=parts[0],
        opens_at=_moment(parts[1]),
        deadline_at=_moment(parts[2]),
        intake_years=[int(year) for year in years if not year.startswith("-")],
        excluded_intake_years=[int(year[1:]) for year in years if year.startswith("-")],
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.SHANGHAI)
