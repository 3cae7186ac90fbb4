"""Ten weeks of registry: accounts opened, counted again, renamed, closed; administrators replaced; groups."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from accounts.choices import GroupKind
from accounts.models import Account, Group
from accounts.operations.registry import (
    PersonalData,
    appoint_administrator,
    change_account,
    close_account,
    open_account,
    open_group,
    replace_administrator,
)
from config.demo_data.chance import People, chance
from config.demo_data.tree import INVITED_UNIT, members_of
from orgs.choices import Kind

if TYPE_CHECKING:
    from orgs.models import OrgUnit

WEEKS = 10
BRANCHES = (Kind.CLASS_BRANCH, Kind.VILLAGE, Kind.AFFILIATED_UNIT)
COMMITTEES = (Kind.PREFECTURE, Kind.COUNTY, Kind.UNIVERSITY)
BELOW = (Kind.COLLEGE, Kind.TOWNSHIP)
RURAL_PIONEERS = {"340802", "340811", "340828"}  # counties of Anqing in which villages have begun


@dataclass(slots=True)
class Story:
    """What happens to whom in which week (0 = ten weeks ago), decided once."""

    units: dict[str, OrgUnit]
    people: People
    opening: dict[int, list[OrgUnit]] = field(default_factory=dict)
    growing: dict[int, list[OrgUnit]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for code, unit in self.units.items():
            week = self._opening_week(code, unit)
            if week is None:
                continue
            self.opening.setdefault(week, []).append(unit)
            for later in range(week + 1, WEEKS):
                if unit.kind_id in BRANCHES and chance("grow", code, later).random() < 0.15:
                    self.growing.setdefault(later, []).append(unit)

    def _opening_week(self, code: str, unit: OrgUnit) -> int | None:
        if code == INVITED_UNIT:
            return None  # its secretary is invited today and begins with an empty form
        dice = chance("open", code)
        if unit.kind_id in COMMITTEES:
            return 0
        if unit.kind_id in BELOW:
            return dice.choice((0, 0, 0, 1, 2, 3)) if dice.random() < 0.92 else None
        if unit.kind_id not in BRANCHES:
            return None
        leader = chance("eager", code[:6])
        eagerness = (
            leader.uniform(0.6, 0.8) if leader.random() < 0.2 else leader.uniform(0.94, 1.0)
        )  # some lag behind
        if unit.kind_id == Kind.VILLAGE and code[:6] not in RURAL_PIONEERS:
            return None
        weeks = (0, 0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9)
        return dice.choice(weeks) if dice.random() < eagerness else None

    def happen(self, week: int) -> int:
        """Everything of one week, at the moment the clock shows; returns how many units something happened to."""
        opening, growing = self.opening.get(week, []), self.growing.get(week, [])
        for unit in opening:
            self._open(unit)
        for account in (
            Account.objects.active().filter(unit__in=growing).select_related("unit").order_by("pk")
        ):
            self._grow(account, week)
        if week in {4, 7, 9}:
            self._upheaval(week)
        return len(opening) + len(growing)

    def _open(self, unit: OrgUnit) -> None:
        code, kind = unit.code, unit.kind_id
        dice = chance("account", code)
        is_branch = kind in BRANCHES
        members = members_of(code)
        account = open_account(
            unit,
            platform="wechat_subscription" if kind in COMMITTEES else "wechat_personal",
            identifier=f"demo_{code.replace('-', '_').lower()}",
            nickname=f"{unit.name}微信群" if is_branch else f"{unit.name}微信",
            contacts=int(members * dice.uniform(0.72, 1.0)) if is_branch else dice.randint(60, 900),
            declared_groups=1,
            by=None,
        )
        name, mobile = self.people.next()
        person = PersonalData(name=name, wechat_id=f"wx_{mobile[-6:]}", mobile=mobile)
        appoint_administrator(unit, account=account, person=person, by=None)
        if kind in COMMITTEES or kind in BELOW:
            group_kind = GroupKind.LINK if unit.line in {"university", "school"} else GroupKind.RURAL_YOUTH
            open_group(unit, kind=group_kind, name=f"{unit.name}工作群", members=dice.randint(8, 60), by=None)
        elif kind == Kind.VILLAGE and dice.random() < 0.5:
            open_group(
                unit,
                kind=GroupKind.YOUTH_LINK,
                name=f"{unit.name}团青群",
                members=members,
                youth=dice.randint(15, 60),
                by=None,
            )

    def _grow(self, account: Account, week: int) -> None:
        limit = members_of(account.unit.code)
        more = chance("more", account.unit.code, week).randint(2, 9)
        ceiling = limit + (9 if chance("over", account.unit.code).random() < 0.03 else 0)
        contacts = min(ceiling, (account.contacts or 0) + more)
        if contacts != account.contacts:
            change_account(account, contacts=contacts, reason="人数更新", by=None)

    def _upheaval(self, week: int) -> None:
        """A few accounts are closed without a word, some administrators replaced, some nicknames put right."""
        branches = Account.objects.active().filter(unit__kind__in=BRANCHES).order_by("pk")
        for account in branches.select_related("unit")[week * 7 :: 211]:
            close_account(account, reason="" if week == 7 else "合并建群", by=None)
        for account in branches.select_related("unit")[week::173]:
            change_account(
                account, nickname=f"{account.unit.name}微信群（讨论组）", reason="规范名称", by=None
            )
        for account in branches.prefetch_related("administratorships")[week * 3 :: 157]:
            term = next((each for each in account.administratorships.all() if each.ended_at is None), None)
            if term is not None:
                name, mobile = self.people.next()
                person = PersonalData(name=name, wechat_id=f"wx_{mobile[-6:]}", mobile=mobile)
                replace_administrator(term, person, reason="换届", by=None)


def channels_of(unit: OrgUnit) -> tuple[Account | None, Group | None]:
    """The first open account and group of a unit, for records and checks."""
    return (
        Account.objects.active().filter(unit=unit).order_by("pk").first(),
        Group.objects.active().filter(unit=unit).order_by("pk").first(),
    )
