"""`rebuild_tree`: number trees anew from the parents, one pass per tree under the lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orgs.management.command import PortalCommand
from orgs.operations import tree_check

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(PortalCommand):
    """Repairs lft, rght, depth and tree_id; a ring of parents stays, and check_tree names it."""

    help = "按上级关系重新编号，修复 check_tree 发现的编号问题；上级成环的须先人工改正。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tree", type=int, metavar="ID", help="只重建这一棵树（tree_id）")

    def handle(self, *args: Any, **options: Any) -> None:
        tree_ids = None if options["tree"] is None else [options["tree"]]
        n_changed = tree_check.rebuild_tree(tree_ids)
        self.stdout.write(f"改正了 {n_changed} 个团组织的编号。")
