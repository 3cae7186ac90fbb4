"""A province of many class branches, and the annex file that fills all their forms; for tests with several processes."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from openpyxl import Workbook

from orgs.choices import Kind, Role
from orgs.models import Appointment, OrgUnit, User
from orgs.operations.reference import load_reference
from tests.accounts.test_upload_rows import FLAT

COLLEGES = 4


def build(n_branches: int, path: str) -> None:
    """One university with four colleges, each with a reviewer, and the branches evenly below them."""
    load_reference()
    province = _unit("p", None, Kind.PROVINCE, "共青团某省委")
    university = _unit("u", province, Kind.UNIVERSITY, "某大学团委")
    for unit, role in ((province, Role.PROVINCE), (university, Role.COMMITTEE)):
        _person(unit, role)
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("收集表")
    sheet.append(["组织代码", *FLAT[1:]])
    for at in range(COLLEGES):
        college = _unit(f"c{at}", university, Kind.COLLEGE, f"第{at}学院团委")
        _person(college, Role.REVIEWER)
        for n in range(at, n_branches, COLLEGES):
            _unit(f"b{n}", college, Kind.CLASS_BRANCH, f"专业{n}班团支部")
            sheet.append(_line(n))
    workbook.save(Path(path))


def _line(n: int) -> list[str]:
    contacts = str(10 + n)
    people = [f"管理员{n}", f"admin_{n:05d}", "小管", str(100_000 + n), f"138{n:08d}"]
    return [f"b{n}", f"branch_{n:05d}", f"某大学专业{n}班团支部微信群", "1", contacts, *people]


def _unit(code: str, parent: OrgUnit | None, kind: str, name: str) -> OrgUnit:
    above = OrgUnit.objects.get(pk=parent.pk) if parent else None
    return OrgUnit.objects.create(code=code, parent=above, kind_id=kind, name=name, line="university")


def _person(unit: OrgUnit, role: str) -> None:
    user = User.objects.create_user(unit.code, None, name=f"工作人员{unit.code}")
    Appointment.objects.create(user=user, unit=unit, role=role, starts_on=date(2020, 1, 1))


if __name__ == "__main__":
    build(int(sys.argv[1]), sys.argv[2])
