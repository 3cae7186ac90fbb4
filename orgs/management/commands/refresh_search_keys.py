"""`manage.py refresh_search_keys`: brings the search keys of all units to this version; safe to repeat."""

from __future__ import annotations

from orgs.management.command import PortalCommand
from orgs.operations import search_keys

EVERY = 100_000


class Command(PortalCommand):
    """Called by `prepare`. Reads every unit, writes only keys that differ; half a minute to two minutes for a national tree."""

    help = "更新团组织检索词（全称、简称、曾用名、代码、拼音）。可以重复运行。"

    def handle(self, **options: object) -> None:
        written = search_keys.refresh_all(self._tell)
        if written:
            self.stdout.write(f"检索词已更新：{written} 个团组织。")

    def _tell(self, looked_at: int, written: int) -> None:
        if written and looked_at % EVERY < search_keys.BATCH:
            self.stdout.write(f"检索词：已检查 {looked_at} 个团组织，更新 {written} 个……")
