"""Named people. Their names are synthetic and say what they are; the password is the same for all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from orgs.choices import Department, Role
from orgs.models import Appointment, OrgUnit, User
from tests.world import World

PASSWORD = "correct-horse-2026"

# key: (name, mobile, [(unit code, role, department, ends_on)])
PEOPLE: dict[str, tuple[str, str, list[tuple[str, str, str, date | None]]]] = {
    "national": ("团中央孙", "13800000000", [("cn", Role.PROVINCE, "", None)]),
    "province": ("团省委李", "13800000001", [("hi", Role.PROVINCE, "", None)]),
    "schools": ("学校部钱", "13800000002", [("hi", Role.PROVINCE, Department.SCHOOL, None)]),
    "city": ("团市委王", "13800000003", [("qh", Role.COMMITTEE, "", None)]),
    "township": ("镇团委郑", "13800000004", [("qh-hs", Role.REVIEWER, "", None)]),
    "villager": ("村支书冯", "13800000005", [("qh-hs-jl", Role.SECRETARY, "", None)]),
    "university": ("校团委何", "13800000006", [("hnu", Role.COMMITTEE, "", None)]),
    "college": ("院团委陈", "13800000007", [("hnu-law", Role.REVIEWER, "", None)]),
    "secretary": ("支书张", "13800000008", [("hnu-law-1201", Role.SECRETARY, "", None)]),
    "outsider": ("邻区吴", "13800000009", [("qzu", Role.COMMITTEE, "", None)]),
    "outside_secretary": ("邻班孔", "13800000010", [("qzu-sci-1201", Role.SECRETARY, "", None)]),
    "auditor": (
        "考核小组赵",
        "13800000011",
        [("qh", Role.AUDITOR, "", None), ("hnu", Role.AUDITOR, "", None)],
    ),
    "departed": ("离任周", "13800000012", [("hnu-law", Role.REVIEWER, "", date(2026, 10, 31))]),
    "sysadmin": ("系统管理员施", "13800000013", [("hi", Role.SYSADMIN, "", None)]),
    "nobody": ("无职务卫", "13800000014", []),
}


@dataclass(slots=True)
class Cast:
    """People by key; `cast["college"]` reads the row afresh."""

    ids: dict[str, int] = field(default_factory=dict)

    def __getitem__(self, key: str) -> User:
        return User.objects.get(pk=self.ids[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self.ids)


def build(world: World) -> Cast:
    """Everybody with the appointments above; in a database that has them already, just their ids."""
    known = dict(User.objects.filter(username__in=PEOPLE).values_list("username", "pk"))
    return Cast(
        {
            key: known.get(key) or _person(key, name, mobile, posts, world).pk
            for key, (name, mobile, posts) in PEOPLE.items()
        }
    )


def _person(
    key: str, name: str, mobile: str, posts: list[tuple[str, str, str, date | None]], world: World
) -> User:
    user = User.objects.create_user(key, PASSWORD, name=name, mobile=mobile)
    for code, role, department, ends_on in posts:
        Appointment.objects.create(
            user=user,
            unit=OrgUnit.objects.get(pk=world.ids[code]),
            role=role,
            department=department,
            title="书记",
            is_principal=role in {Role.COMMITTEE, Role.SECRETARY},
            starts_on=date(2026, 10, 5),
            ends_on=ends_on,
        )
    return user
