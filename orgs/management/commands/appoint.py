"""`appoint`: give a person an office from the command line, first of all an installation its first user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from orgs.choices import Department, Role
from orgs.exceptions import OrgsError
from orgs.management.command import PortalCommand
from orgs.models import OrgUnit
from orgs.operations.appointing import appoint

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(PortalCommand):
    """Whoever can run it has the database anyway, so no permission is asked; the ledger names nobody as the actor."""

    help = "任命人员并建立账户，显示一次初始密码；新装系统的第一位用户由此产生。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--unit", metavar="CODE", required=True, help="团组织代码")
        parser.add_argument("--role", choices=Role.values, required=True, help="角色")
        parser.add_argument("--name", required=True, help="姓名")
        parser.add_argument("--mobile", required=True, help="手机号，登录用")
        parser.add_argument("--title", default="", help="职务名称")
        parser.add_argument(
            "--department", choices=Department.values, default="", help="团省委部门，不填为全部战线"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        unit = OrgUnit.objects.filter(code=options["unit"]).first()
        if unit is None:
            raise CommandError(
                f"没有代码为 {options['unit']} 的团组织，请检查 --unit，或先用 import_orgs 导入组织架构。"
            )
        facts = {key: options[key] for key in ("role", "name", "mobile", "title", "department")}
        try:
            password = appoint(unit, **facts)
        except OrgsError as error:
            raise CommandError(error.message) from error
        if password is None:
            self.stdout.write("已任命。该手机号已有账户，请用原来的密码登录。")
        else:
            self.stdout.write(f"已任命。请用手机号登录，初始密码（只显示这一次，登录后须修改）：\n{password}")
