"""Open the sheets of a year for every direct unit a scheme is for, to be watched before its round takes them in."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from orgs.management.command import PortalCommand
from orgs.models import OrgUnit
from scoring.exceptions import ScoringError
from scoring.operations.sheets import open_year


class Command(PortalCommand):
    help = (
        "为某年度全部直属单位建立考评表，供平时计算和查看；已有的不变。以后建立年度考评时纳入，按其日程办理。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--year", type=int, required=True)
        parser.add_argument("--province", help="只为该省级团委（代码）的直属单位建立")

    def handle(self, *args: object, **options: Any) -> None:
        try:
            province = None
            if options["province"]:
                province = OrgUnit.objects.provinces().filter(code=options["province"]).first()
                if province is None:
                    raise CommandError(f"没有代码为 {options['province']} 的省级团委，请检查代码。")
            sheets = open_year(options["year"], province=province)
        except ScoringError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{options['year']} 年考评表共 {len(sheets)} 张")
