"""`campaign list | launch CODE | end CODE [--json]`: which campaigns there are, one launched, one ended."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError
from django.db.models import Max

from orgs.exceptions import OrgsError
from orgs.management.command import PortalCommand
from reporting.choices import CampaignState
from reporting.models import Campaign
from reporting.operations import campaigns

if TYPE_CHECKING:
    from argparse import ArgumentParser

ACTIONS = {"launch": campaigns.launch_campaign, "end": campaigns.end_campaign}


class Command(PortalCommand):
    help = "工作部署：campaign list、campaign launch 代码、campaign end 代码"

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="全部工作部署")
        for action, words in (("launch", "启动，开始评判"), ("end", "结束，不再评判，已有的结果不变")):
            actions.add_parser(action, help=words).add_argument("code", help="工作部署的代码")
        for sub in actions.choices.values():
            sub.add_argument("--json", action="store_true", help="以 JSON 输出结果")

    def handle(self, *args: object, action: str, **options: Any) -> None:
        found = Campaign.objects.all()
        if action != "list":
            found = found.filter(pk=_act(action, options["code"]).pk)
        rows = list(
            found.annotate(version=Max("versions__number")).values(
                "code", "unit__code", "unit__name", "state", "version"
            )
        )
        if options["json"]:
            self.stdout.write(json.dumps({"campaigns": rows}, ensure_ascii=False))
            return
        for row in rows:
            state = CampaignState(row["state"]).label
            self.stdout.write(f"{row['code']}（{row['unit__name']}）第{row['version']}版：{state}")


def _act(action: str, code: str) -> Campaign:
    campaign = Campaign.objects.filter(code=code).first()
    if campaign is None:
        raise CommandError(f"没有代码为 {code} 的工作部署，请用 campaign list 查看。")
    try:
        return ACTIONS[action](campaign.pk)
    except OrgsError as error:
        raise CommandError(error.message) from error
