"""report_package: a direct unit signs and sends its return of a round to the province."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.models import CollectionRound
from accounts.operations import packages
from accounts.operations.acting import acting_user, round_of, unit_of
from orgs.exceptions import OrgsError
from orgs.management.command import PortalCommand
from orgs.permissions import REPORT_PACKAGE


class Command(PortalCommand):
    help = "上报：report_package --unit CODE [--round ID]"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--unit", required=True, help="直属团组织的代码")
        parser.add_argument("--round", type=int, help="填报任务编号，只有一个进行中的任务时可省略")
        parser.add_argument("--as", dest="username", default="", help="以该用户的名义")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            unit = unit_of(options["unit"])
            round = round_of(options["round"], list(CollectionRound.objects.concerning(unit).running()))
            by = acting_user(unit, REPORT_PACKAGE, username=options["username"])
            package = packages.report_upward(round, unit, by=by)
        except OrgsError as error:
            raise CommandError(error.message) from error
        missing = len(package.missing_unit_ids)
        self.stdout.write(
            f"{unit.name}已上报：应填 {package.n_expected}，已通过 {package.n_approved}，未报 {missing}。"
        )
