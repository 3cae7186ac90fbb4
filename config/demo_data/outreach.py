"""A topic that the province opened, who has answered it, and a few activities of other kinds."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from config.demo_data.activity import direct_units
from config.demo_data.chance import chance
from config.demo_data.groups import COLLEGE
from config.demo_data.tree import HAINAN
from orgs.kernel import clock
from reporting.choices import OutreachKind
from reporting.operations.outreach import Facts, register

if TYPE_CHECKING:
    from orgs.models import OrgUnit, User
    from reporting.models import Outreach

OPENED_DAYS_AGO = 12
TOPIC = "我的中国梦"
ANSWERED_BY = "46-U01"
NOT_YET = "469002"  # the county whose login is printed still has it on its home page
# unit, kind, name, days ago, participants, result
HELD: tuple[tuple[str, OutreachKind, str, int, int | None, str], ...] = (
    ("46-U01", OutreachKind.SURVEY, "新生适应情况微调查", 9, 812, "住宿和选课问得最多，已转有关部门"),
    ("46-U01", OutreachKind.INTERVIEW, "对话优秀毕业生", 6, 340, ""),
    (COLLEGE, OutreachKind.EVENT, "秋季健步走", 4, 96, "分三条路线，全部安全返回"),
    ("469002", OutreachKind.POLL, "最想参加的志愿服务", 3, None, ""),
)


def live_through(units: dict[str, OrgUnit], *, by: User) -> None:
    """About half of the direct units have answered; the others are on the list of those that have not."""
    now = clock.now()
    with clock.frozen(now - timedelta(days=OPENED_DAYS_AGO)):
        facts = Facts(OutreachKind.TOPIC, TOPIC, clock.today(), is_expected_below=True)
        topic = register(units[HAINAN], facts, by=by)
    for unit in direct_units(units):
        dice = chance("topic", unit.code)
        if unit.code != NOT_YET and (unit.code == ANSWERED_BY or dice.random() < 0.5):
            with clock.frozen(now - timedelta(days=dice.randint(2, OPENED_DAYS_AGO - 1))):
                _answer(topic, unit, dice.randint(20, 900), by)
    for code, kind, title, days, participants, result in HELD:
        with clock.frozen(now - timedelta(days=days)):
            facts = Facts(kind, title, clock.today(), participants=participants, result=result)
            register(units[code], facts, by=by)


def _answer(topic: Outreach, unit: OrgUnit, participants: int, by: User) -> None:
    title = f"{TOPIC}·{unit.short_name or unit.name}"
    facts = Facts(OutreachKind.TOPIC, title, clock.today(), participants=participants)
    register(unit, facts, answers=topic.pk, by=by)
