"""Groups of every kind, who looks after the WeChat work of direct units, and demands to replace one (RUR-1.2, SUP-2.2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from accounts.choices import GroupKind, LinkedCadres, Ties
from accounts.models import Administratorship, Group
from accounts.operations.registry import (
    PersonalData,
    appoint_administrator,
    change_group,
    open_group,
)
from accounts.operations.registry.groups import confirm_group
from config.demo_data.activity import direct_units
from config.demo_data.chance import chance
from config.demo_data.rounds import Desks
from config.demo_data.tree import members_of
from orgs.kernel import clock
from orgs.models import OrgUnit
from reporting.operations.duties import demand_replacement, meet_demand, withdraw_demand

if TYPE_CHECKING:
    from config.demo_data.chance import People
    from orgs.models import User

K = GroupKind
VACANT = ("46-U08", "469024", "469030")  # direct units that have named nobody yet
# unit, kind, name, platform, facts
DEDICATED = (
    ("3408", K.LEADERS, "安庆“领头雁”青年群", "wechat_group", {"members": 86, "ties": Ties.TRADE}),
    ("3408", K.AWAY, "在外安庆青年群", "qq_group", {"members": 412, "ties": Ties.PLACE}),
    ("340802", K.VILLAGE_OFFICIALS, "迎江区大学生村官群", "wechat_group", {"members": 37}),
    ("469002", K.AWAY, "琼海在外青年群", "wechat_group", {"members": 128, "ties": Ties.PLACE}),
    ("46-U01", K.PROJECT, "青年志愿者行动微信群", "wechat_group", {"members": 214, "ties": Ties.MATTER}),
    ("46-U01-09", K.PROJECT, "信息学院学生干部QQ群", "qq_group", {"members": 96, "ties": Ties.INTEREST}),
)
COLLEGE = "46-U01-09"
TOPIC = "每天一条团务知识"


@dataclass(frozen=True, slots=True)
class Order:
    """One demand; days from today on which it was made, is due, and was answered (None: it waits)."""

    unit: str
    by: str
    reason: str
    made: int
    due: int
    answered: int | None = None
    is_withdrawn: bool = False


ORDERS = (
    Order("469024", "46", "连续三次抽查为“差”，管理员没有按要求发布信息", -16, -4),
    Order("46-U08", "46", "账号长期没有更新，电话多次无人接听", -2, 5),
    Order(COLLEGE, "46-U01", "管理员已不在学院工作，交接没有办理", -3, 4),
    Order("46-U03", "46", "收集表中人数多次填错，没有及时更正", -12, -5, answered=-8),
    Order("469005", "46", "抽查日没有发布信息", -9, -2, answered=-7, is_withdrawn=True),
)


def live_through(units: dict[str, OrgUnit], people: People) -> None:
    """Everything of the last two weeks, each at its own moment."""
    holders = Desks.read().holders
    now = clock.now()
    with clock.frozen(now - timedelta(days=1, hours=2)):
        for code, kind, name, platform, facts in DEDICATED:
            keeper = holders[units[code].pk]
            group = open_group(units[code], kind=kind, name=name, platform=platform, by=keeper, **facts)
            appoint_administrator(group.unit, group=group, person=_person(people), by=keeper)
        _branches(units, holders, people)
        _links(units, holders)
        for unit in direct_units(units):
            if unit.code not in VACANT:
                appoint_administrator(unit, person=_person(people), by=holders[unit.pk])
    for order in ORDERS:
        _live(order, units[order.unit], holders[units[order.by].pk], holders[units[order.unit].pk], people)


def _person(people: People) -> PersonalData:
    name, mobile = people.next()
    return PersonalData(name=name, wechat_id=f"wx_{mobile[-6:]}", mobile=mobile)


def _branches(units: dict[str, OrgUnit], holders: dict[int, User], people: People) -> None:
    """Groups of the class branches of one college: some below 40, one on QQ, one without administrator."""
    keeper = holders[units[COLLEGE].pk]
    classes = [unit for code, unit in units.items() if code.startswith(f"{COLLEGE}-1")][:8]
    for n, unit in enumerate(classes):
        members = members_of(unit.code)
        outstanding = min(members, chance("outstanding", unit.code).randint(28, 46))
        group = open_group(
            unit,
            kind=K.BRANCH,
            name=f"{unit.name}{'QQ群' if n == 2 else '微信群'}",
            platform="qq_group" if n == 2 else "wechat_group",
            members=members,
            outstanding_members=outstanding,
            topic=TOPIC,
            by=keeper,
        )
        if n != 1:
            appoint_administrator(unit, group=group, person=_person(people), by=keeper)


def _links(units: dict[str, OrgUnit], holders: dict[int, User]) -> None:
    """The link groups of three units: one complete, one not, one confirmed as it is (UNI-2.2, UNI-2.3, RUR-2.3b)."""
    cadres = LinkedCadres.SUBORDINATE_SECRETARIES
    for code, missing in (("46-U01", 2), (COLLEGE, 0)):
        unit, keeper = units[code], holders[units[code].pk]
        group = Group.objects.active().filter(unit=unit, kind=K.LINK).order_by("pk").first()
        if group is None:
            continue
        n_below = OrgUnit.objects.children_of(unit).filter(kind__is_league_organisation=True).count()
        members = max(group.members or 0, n_below + 1)
        facts = {"linked_cadres": cadres, "subordinates_in": max(n_below - missing, 0), "members": members}
        change_group(group, reason="核对进群情况", by=keeper, **facts)
    rural = Group.objects.active().filter(unit=units["469002"]).order_by("pk").first()
    if rural is not None:
        confirm_group(rural, by=holders[rural.unit_id])


def _live(order: Order, unit: OrgUnit, superior: User, keeper: User, people: People) -> None:
    term = (
        Administratorship.objects.in_office().filter(unit=unit, account__isnull=False).order_by("pk").first()
    )
    now = clock.now()
    if term is None:
        return
    with clock.frozen(now + timedelta(days=order.made)):
        due_on = clock.local(now + timedelta(days=order.due)).date()
        demand = demand_replacement(term.pk, reason=order.reason, due_on=due_on, by=superior)
    if order.answered is None:
        return
    with clock.frozen(now + timedelta(days=order.answered)):
        if order.is_withdrawn:
            withdraw_demand(demand.pk, reason="该单位已恢复正常发布", by=superior)
        else:
            meet_demand(demand.pk, _person(people), reason="按要求更换", by=keeper)
