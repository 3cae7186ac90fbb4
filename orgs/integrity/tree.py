"""T1–T6 and T9: one walk over the numbers of the tree, shared by the checks of this module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.kernel.integrity import Check, Found, check
from orgs.operations.tree_check import check_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orgs.kernel.integrity import Run

REBUILD = gettext_lazy("先备份，再运行 manage.py rebuild_tree，然后重新检查。")


def _faults(run: Run, *rules: str) -> Iterator[Found]:
    report = run.once(check_tree)
    ringed = {fault.unit_id for fault in report.faults if fault.rule == "T5"}
    for fault in report.faults:
        # In a ring of superiors the numbers can agree with nobody: that is told once.
        if fault.rule in rules and (fault.rule == "T5" or fault.unit_id not in ringed):
            yield Found(_place(fault.unit_id, fault.tree_id), fault.text, fault.unit_id or fault.tree_id)


def _place(unit_id: int | None, tree_id: int | None) -> str:
    if unit_id is None:
        return _("树 %(id)s") % {"id": tree_id}
    return _("团组织 %(id)s") % {"id": unit_id}


@check("tree-numbers", "T1 T3 T6", gettext_lazy("左右值成对、唯一，与登记的上级一致"), remedy=REBUILD)
def numbers(run: Run) -> Iterator[Found]:
    """The subtree by numbers is the subtree by parents, for every unit."""
    return _faults(run, "T1", "T3", "T6")


@check("tree-depths", "T2", gettext_lazy("层级比上级多一"), remedy=REBUILD)
def depths(run: Run) -> Iterator[Found]:
    """Depth is the number of superiors."""
    return _faults(run, "T2")


@check("tree-roots", "T4", gettext_lazy("每棵树只有一个根"), remedy=REBUILD)
def roots(run: Run) -> Iterator[Found]:
    """One root a tree."""
    return _faults(run, "T4")


@check(
    "tree-rings",
    "T5",
    gettext_lazy("上级关系不成环"),
    remedy=gettext_lazy(
        "编号重建不能修复。请从备份中查出正确的上级，用“调整上级”改回，再运行 rebuild_tree。"
    ),
)
def rings(run: Run) -> Iterator[Found]:
    """Following the superiors ends at a root, whatever the numbers say."""
    return _faults(run, "T5")


@check(
    "unit-versions",
    "T9",
    gettext_lazy("每个团组织有一条与现状一致的版本"),
    remedy=gettext_lazy("周报按版本汇总。请核对该团组织的名称、上级、类型，用相应操作重新保存一次。"),
)
def versions(run: Run) -> Iterator[Found]:
    """The current version says what the unit says, and no version belongs to a unit that isn't there."""
    return _faults(run, "T9")


CHECKS: tuple[Check, ...] = (numbers, depths, roots, rings, versions)
