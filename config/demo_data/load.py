"""Load the demo once; the second call only makes the invitation of the day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse

from config.demo_data import (
    activity,
    assessment,
    bases,
    bulletins,
    campaigns,
    disputes,
    earlier_round,
    groups,
    hand_outs,
    incidents,
    offices,
    outreach,
    registry,
    reports,
    rounds,
    tree,
)
from config.demo_data.chance import People
from orgs.choices import JobState
from orgs.kernel import clock
from orgs.models import Invitation, Job, OrgUnit, User
from orgs.operations import audit_chain, invitations
from orgs.operations.bulk_load import load_tree
from orgs.operations.reference import load_reference
from orgs.operations.tree_import import add_rows
from reporting.operations.weekly import close_week
from scoring.models import Sheet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Progress = Callable[[str], None]

SMALL, LARGE = "small", "large"
INVITED = ("林新生", "13800000198")


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """One line of the printed logins."""

    role: str
    username: str
    password: str
    unit: str


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What the demo command prints."""

    logins: list[DemoLogin]
    year: int
    invitation_path: str
    tips: list[str] = field(default_factory=list)


def load_demo(scale: str = SMALL, progress: Progress = lambda text: None) -> DemoSummary:
    """Load what is missing and say how to get in. `scale` large adds the other provinces down to the villages."""
    marker = _marker(SMALL)
    if marker.state != JobState.DONE:
        _load_small(progress)
        _finish(marker)
    if scale == LARGE and _marker(LARGE).state != JobState.DONE:
        progress("载入全国组织架构（约66万个团组织，需要几分钟）")
        with transaction.atomic():
            load_nation(tree.NATION)
            _finish(_marker(LARGE))
    return _summary()


def load_nation(divisions: Path) -> None:
    """Every division of the file that is not there yet, by code: whole provinces, and what the demo's two have not."""
    present = set(OrgUnit.objects.values_list("code", flat=True))
    add_rows(list(tree.large(present, divisions)), by=None)


def _marker(scale: str) -> Job:
    """The row that says a part of the demo is loaded; a demo that was interrupted goes on where it stopped."""
    return Job.objects.get_or_create(
        key=f"demo-data-{scale}", defaults={"task": "config.demo_data", "created_at": clock.now()}
    )[0]


def _finish(marker: Job) -> None:
    Job.objects.filter(pk=marker.pk).update(state=JobState.DONE, finished_at=clock.now())


def _load_small(progress: Progress) -> None:
    today = clock.now()
    first = clock.Week.containing(today).previous(registry.WEEKS)
    progress("载入参考数据")
    load_reference()
    if not OrgUnit.objects.filter(code=tree.HAINAN).exists():
        with transaction.atomic():
            _load_history(first, progress)
    for n in range(registry.WEEKS):
        week = first.next(n)
        progress(f"结周 {week.label}")
        close_week(week)
        with transaction.atomic():
            reports.confirm_week(week)
    progress("发布周通报")
    with transaction.atomic():
        province = OrgUnit.objects.get(code=tree.HAINAN)
        bulletins.publish(province, by=_user("shengwei"), signers=[_user("haida")])
    progress("计算年度考评表")
    with transaction.atomic():
        assessment.assess(today.year, by=_user("shengwei"))
    audit_chain.seal()


def _load_history(first: clock.Week, progress: Progress) -> None:
    with clock.frozen(first.previous().starts_at + timedelta(hours=9)):
        progress("载入组织架构：海南、安庆")
        load_tree(tree.small())
        units = {unit.code: unit for unit in OrgUnit.objects.select_related("kind").order_by("position")}
        crowd = People()
        progress("任命人员")
        offices.appoint(units, crowd, without=tree.INVITED_UNIT)
        bases.record(units, clock.today().year)
    story = registry.Story(units, crowd)
    for n in range(registry.WEEKS):
        _live_through(story, first.next(n), n, progress)
    progress("启动工作部署")
    campaigns.live_through(units, by=_user("shengwei"))
    _run_round(units, progress)
    groups.live_through(units, crowd)
    hand_outs.live_through(units, by=_user("shengwei"))
    outreach.live_through(units, by=_user("shengwei"))
    disputes.begin(units)


def _live_through(story: registry.Story, week: clock.Week, n: int, progress: Progress) -> None:
    leader = _user("shengwei")
    with clock.frozen(week.starts_at + timedelta(days=1, hours=10)):
        happened = story.happen(n)
        progress(f"{week.label}：{happened} 个团组织有变动")
    with clock.frozen(week.starts_at + timedelta(days=2, hours=11)):
        earlier_round.live_through(story.units, n, by=leader)
    if n >= 1:
        with clock.frozen(week.starts_at + timedelta(days=3, hours=15)):
            activity.check(story.units, n, by=leader)
    with clock.frozen(week.starts_at + timedelta(days=5, hours=17)):
        activity.record_week(story.units, by=leader)
    incidents.happen(story.units, week, n, by=leader)


def _run_round(units: dict[str, OrgUnit], progress: Progress) -> None:
    now = clock.now()
    leader = _user("shengwei")
    with clock.frozen(now - timedelta(days=5)):
        round = rounds.launch(units[tree.HAINAN], by=leader)
        campaigns.attach_round(round, by=leader)
        rounds.open_changes(units[tree.HAINAN], by=leader)
    busy = [unit for code, unit in units.items() if code[:6] in rounds.BUSY and unit.kind_id in round.kinds]
    progress("填报进行中的收集表")
    with clock.frozen(now - timedelta(days=2)):
        rounds.fill(round, busy, skip=tree.INVITED_UNIT)
    with clock.frozen(now - timedelta(days=1)):
        rounds.decide(round)
        rounds.report(round, units)


def _user(username: str) -> User:
    return User.objects.get(username=username)


def _summary() -> DemoSummary:
    units = {
        unit.code: unit.name
        for unit in OrgUnit.objects.filter(code__in=[each.unit_code for each in offices.LOGINS])
    }
    logins = [
        DemoLogin(each.label, each.username, offices.PASSWORD, units[each.unit_code])
        for each in offices.LOGINS
    ]
    year = Sheet.objects.order_by("-year").values_list("year", flat=True).first() or clock.today().year
    tips = [
        "手机上打开邀请链接：手机号后四位 0198，设一个密码，直接进入收集表。",
        "xinxi 审核本院支部的收集表，haida 再审并上报，shengwei 看周报与督导。",
        f"考评表：shengwei 或 kaohe 打开“年度考评”；导出：python3 manage.py export_sheet --year {year} --unit 469002 -o 琼海.xlsx",
    ]
    return DemoSummary(logins, year, _invitation_path(), tips)


def _invitation_path() -> str:
    """A fresh one-time link for the secretary still to be invited; once used, none."""
    unit = OrgUnit.objects.get(code=tree.INVITED_UNIT)
    reviewer = _user("xinxi")
    if unit.appointments.in_force().exists():
        return ""
    for earlier in Invitation.objects.usable().filter(unit=unit):
        invitations.revoke_invitation(earlier, by=reviewer)
    invited = invitations.invite(unit, name=INVITED[0], mobile=INVITED[1], by=reviewer, title="团支部书记")
    return reverse("orgs:accept-invitation", args=[invited.code])
