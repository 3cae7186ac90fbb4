"""`open_round --unit CODE --scheme CODE --year N`: a year's assessment with the sheets of the units below."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import CommandError

from orgs.exceptions import OrgsError
from orgs.kernel import clock
from orgs.management.command import PortalCommand
from orgs.models import OrgUnit
from scoring.exceptions import NoSuchScheme
from scoring.models import Scheme
from scoring.operations import rounds


class Command(PortalCommand):
    """Opens the round in one transaction; with an error nothing is written and the exit code is 1."""

    help = "建立年度考评：为直接下级中方案适用的单位打开考评表，已有的考评表纳入。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--unit", required=True, metavar="CODE", help="组织考评的单位代码")
        parser.add_argument("--scheme", required=True, metavar="CODE", help="考评方案代码（用最新版本）")
        parser.add_argument("--year", type=int, default=None, help="年度，不写为今年")
        parser.add_argument("--title", default="", help="名称")
        parser.add_argument("--self-until", type=_day, metavar="DATE", help="自评截止日，不写为12月31日")
        parser.add_argument(
            "--scoring-until", type=_day, metavar="DATE", help="考评截止日，不写为次年1月31日"
        )
        parser.add_argument("--objection-days", type=int, default=7, help="异议期天数")

    def handle(self, *args: object, **options: Any) -> None:
        unit: OrgUnit | None = OrgUnit.objects.in_operation().filter(code=options["unit"]).first()
        if unit is None:
            raise CommandError(f"没有代码为 {options['unit']} 的团组织，请检查 --unit。")
        year = options["year"] or clock.today().year
        self_until, scoring_until = rounds.default_deadlines(year)
        try:
            plan = rounds.Plan(
                scheme=_scheme(unit, options["scheme"]),
                year=year,
                title=options["title"] or f"{year}年度微信工作考评",
                self_until=clock.day_end(options["self_until"] or self_until),
                scoring_until=clock.day_end(options["scoring_until"] or scoring_until),
                objection_days=options["objection_days"],
            )
            round = rounds.open_round(unit, plan, by=None)
        except OrgsError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"已建立：{round.title}，{round.sheets.count()} 个单位")


def _scheme(unit: OrgUnit, code: str) -> Scheme:
    found = next((each for each in rounds.usable_schemes(unit) if each.code == code), None)
    if found is None:
        raise NoSuchScheme
    return found


def _day(text: str) -> date:
    return date.fromisoformat(text)
