"""Closed weeks for the page tests: accounts are opened through the registry's own door, then the week is closed."""

from __future__ import annotations

from datetime import timedelta

from accounts.models import Account
from accounts.operations.registry import accounts as registry
from orgs.choices import Kind, Line
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import OrgUnit, UnitBaseVersion, UnitVersion
from reporting.models import ClosedWeek
from reporting.operations import weekly
from tests.world import BUILT_AT

LAST = Week(2026, 46)


def report(world, code: str, contacts: int, *, week: Week = LAST, groups: int = 1) -> Account:
    """The unit's account stands in the registry since the Tuesday of that week."""
    with clock.frozen(week.starts_at + timedelta(days=1, hours=10)):
        return registry.open_account(
            world[code],
            platform="wechat_personal",
            identifier=f"wx_{code.replace('-', '_')}",
            nickname=f"{world[code].name}微信群",
            contacts=contacts,
            declared_groups=groups,
            by=None,
        )


def close(week: Week = LAST) -> ClosedWeek:
    """The week, closed on the Monday after it."""
    with clock.frozen(week.ends_at + timedelta(hours=1)):
        return weekly.close_week(week)


def add_universities(world, n: int) -> None:
    """n more universities, each with a class branch of 50 members, as placed since the beginning."""
    for number in range(n):
        university = _unit(world["hi"], f"u{number:03d}", Kind.UNIVERSITY, f"第{number:03d}学院团委")
        _unit(university, f"u{number:03d}-c", Kind.CLASS_BRANCH, f"第{number:03d}学院1班团支部", members=50)


def _unit(parent: OrgUnit, code: str, kind: str, name: str, members: int = 0) -> OrgUnit:
    unit = OrgUnit.objects.create(
        code=code, parent=OrgUnit.objects.get(pk=parent.pk), kind_id=kind, name=name, line=Line.UNIVERSITY,
        position=500, search_key=name, opened_on=BUILT_AT.date(),
    )  # fmt: skip
    facts = {fact: getattr(unit, fact) for fact in UnitVersion.FACTS}
    UnitVersion.objects.create(unit=unit, valid_from=BUILT_AT, **facts)
    if members:
        UnitBaseVersion.objects.create(
            unit=unit, measure="members", valid_from=BUILT_AT, count=members, year=2026, source="名册"
        )
    return unit
