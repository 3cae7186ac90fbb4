"""A round whose deadline has passed: most came in time, some late, some never; it still runs and can be chased."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from accounts.choices import SubmissionStatus
from accounts.field_lists import RowInput
from accounts.models import Account, Administratorship, CollectionRound, Expected, FieldList, Submission
from accounts.operations import packages, review
from accounts.operations.collection import save_draft, submit
from accounts.operations.rounds import launch_round
from config.demo_data.chance import chance
from config.demo_data.rounds import Desks
from config.demo_data.tree import HAINAN
from orgs.choices import Kind
from orgs.kernel import clock

if TYPE_CHECKING:
    from orgs.models import OrgUnit, User

TITLE = "市县、院（系）团组织官方账号核对"
IN_TIME, LATE, NEVER = "in_time", "late", "never"
FATES = (*[IN_TIME] * 8, LATE, NEVER)
# Seen by the printed logins: who came late, who never, who came in time.
FIXED = {
    "469002": LATE,
    "46-U01-02": NEVER,
    "46-U01-05": LATE,
    "46-U01-09": IN_TIME,
    "46-U03-02": NEVER,
    "469024": NEVER,
}
REPORTED = ("46-U01", "46-U03", "46-U06", "469002")
WAITING = "469002"  # its package waits for the province
# What happens in which week of the history (0 = ten weeks ago).
LAUNCHED, IN_TIME_WEEK, LATE_WEEK, REPORTED_WEEK = 6, 7, 8, 9


def live_through(units: dict[str, OrgUnit], week: int, *, by: User) -> None:
    """What the round brings in this week, at the moment the clock shows; `by` is of the provincial office."""
    if week == LAUNCHED:
        _launch(units[HAINAN], by=by)
    if week in {IN_TIME_WEEK, LATE_WEEK}:
        round = CollectionRound.objects.get(title=TITLE)
        _fill(round, IN_TIME if week == IN_TIME_WEEK else LATE)
        _approve(round)
    if week == REPORTED_WEEK:
        _report(CollectionRound.objects.get(title=TITLE), units, by=by)


def fate_of(code: str) -> str:
    """Whether a unit hands in in time, late or never."""
    return FIXED.get(code) or FATES[chance("earlier", code).randrange(len(FATES))]


def _launch(province: OrgUnit, *, by: User) -> None:
    """Until Sunday of the week after."""
    last_day = clock.Week.containing(clock.now()).next().ends_at - timedelta(days=1)
    launch_round(
        province,
        title=TITLE,
        field_list=FieldList.objects.get(code="UNI-A", version=1),
        kinds=[Kind.PREFECTURE, Kind.COUNTY, Kind.COLLEGE],
        opens_at=clock.now(),
        deadline_at=clock.day_end(clock.local(last_day).date()),
        by=by,
        clause="SUP-2.2.2",
    )


def _fill(round: CollectionRound, fate: str) -> None:
    """Nothing but what the registry holds is confirmed, so that a check changes no figure."""
    desks = Desks.read()
    units = [each.unit for each in Expected.objects.filter(round=round).select_related("unit").order_by("pk")]
    accounts = {each.unit_id: each for each in Account.objects.active().filter(unit__in=units)}
    terms = {each.unit_id: each for each in Administratorship.objects.in_office().filter(unit__in=units)}
    for unit in units:
        person, account, term = desks.holders.get(unit.pk), accounts.get(unit.pk), terms.get(unit.pk)
        if fate_of(unit.code) != fate or person is None or account is None or term is None:
            continue
        draft = save_draft(round, unit, [_row(account, term)], version=0, by=person)
        submit(round, unit, None, version=draft.version, idempotency_key=f"earlier-{unit.code}", by=person)


def _approve(round: CollectionRound) -> None:
    """Every desk works off what lies on it, the lower level first."""
    desks = Desks.read()
    for _level in range(2):
        waiting = Submission.objects.filter(round=round, status=SubmissionStatus.SUBMITTED)
        for form in waiting.order_by("pk"):
            reviewer = desks.holders.get(form.desk_id or 0)
            if reviewer is not None and reviewer.pk != form.filled_by_id:
                review.approve(form.pk, version=form.version, by=reviewer)


def _report(round: CollectionRound, units: dict[str, OrgUnit], *, by: User) -> None:
    holders = Desks.read().holders
    for code in REPORTED:
        unit = units[code]
        package = packages.report_upward(round, unit, by=holders[unit.pk])
        if code != WAITING:
            packages.accept_package(package.pk, by=by)


def _row(account: Account, term: Administratorship) -> RowInput:
    values = {
        "account_id": account.identifier,
        "account_nickname": account.nickname,
        "groups": account.declared_groups or 1,
        "contacts": account.contacts or 0,
    }
    personal = {
        "admin_name": term.name,
        "admin_wechat": term.wechat_id,
        "admin_nickname": term.nickname,
        "admin_mobile": term.mobile,
    }
    return RowInput(values, personal, account_id=account.pk)
