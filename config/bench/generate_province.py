"""A made-up province of universities, colleges and class branches, and the table of all their forms; always the same.

For load tests and for the chain by management commands: `province()` before the round is launched, then the table.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from orgs.choices import Kind, Measure, Role
from orgs.excel.tree_import import UnitRow
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations.appointing import NewPerson, appoint_many
from orgs.operations.base_load import NewBase, record_bases
from orgs.operations.bulk_load import load_tree
from orgs.operations.reference import load_reference

CODE = "p"
INTAKE = 2013
COLUMNS = (
    "组织路径", "官方微信-微信号", "官方微信-微信昵称", "官方微信-微信群个数", "官方微信-联系人数",
    "管理员-姓名", "管理员-微信号", "管理员-微信昵称", "管理员-QQ号", "管理员-手机",
)  # fmt: skip
OFFICES = {Kind.PROVINCE: Role.PROVINCE, Kind.UNIVERSITY: Role.COMMITTEE, Kind.COLLEGE: Role.REVIEWER}


def members_of(unit_pk: int) -> int:
    """How many members a branch has; among fifty neighbours no two have as many."""
    return 40 + unit_pk % 50


def covered_of(unit_pk: int) -> int:
    """How many of them its form declares: all but a few, and never three neighbours the same, which would be doubted."""
    return members_of(unit_pk) - unit_pk // 50 % 7


@transaction.atomic
def province(universities: int, colleges: int, classes: int) -> int:
    """Units, one person in charge of each committee, and the bases; returns how many branches."""
    load_reference()
    load_tree(list(_rows(universities, colleges, classes)))
    units = list(OrgUnit.objects.filter(code__startswith=CODE).order_by("lft"))
    offices = [
        NewPerson(
            unit.pk,
            OFFICES[unit.kind_id],
            f"工作人员{unit.code}",
            f"137{n:08d}",
            username=unit.code,
            is_principal=True,
        )
        for n, unit in enumerate(units)
        if unit.kind_id in OFFICES
    ]
    appoint_many(offices)
    branches = [unit for unit in units if unit.kind_id == Kind.CLASS_BRANCH]
    year = clock.today().year
    bases = [NewBase(unit.pk, Measure.MEMBERS, members_of(unit.pk), year, "团支部名册") for unit in branches]
    for unit in units:
        if unit.kind_id == Kind.UNIVERSITY:
            below = sum(
                members_of(branch.pk)
                for branch in branches
                if unit.lft < branch.lft and branch.rght < unit.rght
            )
            bases.append(NewBase(unit.pk, Measure.MEMBERS_2012, below, 2012, "共青团基层组织系统2012年底"))
    record_bases(bases, by=None)
    return len(branches)


def _rows(universities: int, colleges: int, classes: int) -> Iterator[UnitRow]:
    yield UnitRow(CODE, "", "共青团某省委", Kind.PROVINCE)
    for university in range(1, universities + 1):
        top = f"{CODE}{university:02}"
        yield UnitRow(top, CODE, f"第{university}大学团委", Kind.UNIVERSITY, position=university)
        for college in range(1, colleges + 1):
            middle = f"{top}-{college:02}"
            yield UnitRow(middle, top, f"第{college}学院团委", Kind.COLLEGE)
            for number in range(1, classes + 1):
                name = f"专业{INTAKE}级{number}班团支部"
                yield UnitRow(f"{middle}-{number:02}", middle, name, Kind.CLASS_BRANCH, intake_year=INTAKE)


def collection_table() -> Iterator[list[str]]:
    """The flat collection form of the whole province, head first: one row for each branch, with nothing to verify.

    As a reviewer gets it from colleges that keep such a table: `import_collection FILE --unit p` hands all of it in.
    """
    yield list(COLUMNS)
    branches = OrgUnit.objects.filter(kind=Kind.CLASS_BRANCH, code__startswith=CODE)
    for unit in branches.select_related("parent__parent").order_by("lft"):
        university = unit.parent.parent.name
        path = "/".join((university, unit.parent.name, unit.name))
        nickname = f"{university.removesuffix('团委')}{unit.name}微信群"
        account = [f"branch_{unit.pk}", nickname, "1", str(covered_of(unit.pk))]
        holder = [f"管理员{unit.pk}", f"admin_{unit.pk}", "小管", str(100_000 + unit.pk), f"138{unit.pk:08d}"]
        yield [path, *account, *holder]
