"""Who holds which office in the demo, and the logins that are printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from orgs.choices import Department, Kind, Role
from orgs.operations.appointing import NewPerson, appoint_many

if TYPE_CHECKING:
    from config.demo_data.chance import People
    from orgs.models import OrgUnit

PASSWORD = "Demo-league-2013"  # noqa: S105  printed on the screen: the demo listens on this machine only


@dataclass(frozen=True, slots=True)
class Login:
    """One printed login: user name, code of the unit, role, what it is called on the screen."""

    username: str
    unit_code: str
    role: str
    label: str
    name: str
    department: str = ""


LOGINS = (
    Login("shengwei", "46", Role.PROVINCE, "团省委", "李明远"),
    Login("xuexiaobu", "46", Role.PROVINCE, "团省委学校部", "钱若水", Department.SCHOOL),
    Login("qionghai", "469002", Role.COMMITTEE, "市县团委", "王海生"),
    Login("haida", "46-U01", Role.COMMITTEE, "高校团委", "何雨晴"),
    Login("xinxi", "46-U01-09", Role.REVIEWER, "院（系）审核人", "陈立新"),
    Login("zhishu", "46-U01-09-1202", Role.SECRETARY, "团支部书记", "林晓晨"),
    Login("kaohe", "469002", Role.AUDITOR, "考核小组", "赵公平"),
    Login("anqing", "3408", Role.COMMITTEE, "团市委（安徽安庆）", "汪长江"),
    Login("guanli", "46", Role.SYSADMIN, "系统管理员", "施维护"),
    # Two provinces stand side by side in the demo: what is about all of them is for the office above.
    Login("zhongyang", "00", Role.PROVINCE, "团中央", "孙致远"),
    Login("kaohe2", "469002", Role.AUDITOR, "考核小组（第二人）", "吴细致"),
)
TITLES: dict[str, str] = {
    Role.COMMITTEE: "书记",
    Role.REVIEWER: "团委书记",
    Role.SECRETARY: "团支部书记",
    Role.PROVINCE: "干部",
}
ROLE_OF = {
    Kind.PREFECTURE: Role.COMMITTEE,
    Kind.COUNTY: Role.COMMITTEE,
    Kind.UNIVERSITY: Role.COMMITTEE,
    Kind.TOWNSHIP: Role.REVIEWER,
    Kind.COLLEGE: Role.REVIEWER,
    Kind.CLASS_BRANCH: Role.SECRETARY,
}
VACANT = {"46-U03-04"}  # a college without a reviewer: its forms go straight to the university


def appoint(units: dict[str, OrgUnit], people: People, *, without: str) -> None:
    """Everybody: the printed logins, then a made-up person wherever none of them stands; `without` is still to be invited."""
    taken = {(login.unit_code, login.role) for login in LOGINS}
    offices = [
        NewPerson(
            units[login.unit_code].pk,
            login.role,
            login.name,
            f"138000001{serial:02}",
            title=TITLES.get(login.role, "成员"),
            username=login.username,
            is_principal=login.role in ROLE_OF.values(),
            department=login.department,
        )
        for serial, login in enumerate(LOGINS, 1)
    ]
    for code, unit in units.items():
        role = ROLE_OF.get(unit.kind_id)
        if role and (code, role) not in taken and code not in VACANT and code != without:
            name, mobile = people.next()
            offices.append(NewPerson(unit.pk, role, name, mobile, title=TITLES[role], is_principal=True))
    appoint_many(offices, password=PASSWORD)
