"""The demo's round for cities and counties: a group of two, one sheet agreed, one scored by one of them, one by nobody."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from config.demo_data.chance import chance
from config.demo_data.tree import HAINAN
from orgs.choices import Role
from orgs.kernel import clock
from orgs.models import Appointment, OrgUnit, User
from orgs.operations.appointing import appoint
from scoring.models import AssessmentRound, BlindScore, Criterion, Sheet
from scoring.operations import agreeing, blind_scores, finalising, groups, rounds
from scoring.operations.schemes import find_scheme
from scoring.operations.scores import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable

ASSESSORS = ("kaohe", "kaohe2")  # the first leads
AGREED, HALF_SCORED, UNSCORED = "469005", "469024", "469006"


def run(year: int, *, by: User) -> None:
    """Open the round and live through its first weeks; a second time changes nothing."""
    province = OrgUnit.objects.get(code=HAINAN)
    if AssessmentRound.objects.filter(unit=province).exists():
        return
    self_until, scoring_until = (clock.day_end(day) for day in rounds.default_deadlines(year))
    title = f"{year}年度市县微信工作考评"
    plan = rounds.Plan(find_scheme("sup-a"), year, title, self_until, scoring_until)
    round = rounds.open_round(province, plan, by=by)
    units = OrgUnit.objects.filter(code__in=[AGREED, HALF_SCORED, UNSCORED])
    people = [_appointed(name, units) for name in ASSESSORS]
    sheets = {sheet.unit.code: sheet for sheet in round.sheets.filter(unit__in=units).select_related("unit")}
    group = groups.name_group(round, "", [each.pk for each in people], people[0].pk, by=by)
    groups.assign(round, [each.pk for each in sheets.values()], group, by=by)
    for code, sheet in sheets.items():
        _end_self_assessment(sheet, by=by)
        scored_by = {AGREED: people, HALF_SCORED: people[1:]}.get(code, [])
        for person in scored_by:
            _hands_in(sheet, person)
    if AGREED in sheets:
        _agree(sheets[AGREED], by=people[0])


def _end_self_assessment(sheet: Sheet, *, by: User) -> None:
    """Handed in by the unit where it has scored itself, else put down as missing."""
    sheet.refresh_from_db()
    leader = Appointment.objects.in_force().filter(unit=sheet.unit, role=Role.COMMITTEE).first()
    if leader is not None and not sheet.scores.filter(self_points__isnull=True).exists():
        finalising.submit_self_assessment(sheet, version=sheet.version, by=leader.user)
        return
    reason = "换届期间，经同意不交自评"
    finalising.waive_self_assessment(sheet, reason=reason, version=sheet.version, by=by)


def _appointed(username: str, units: Iterable[OrgUnit]) -> User:
    """The assessor, appointed for these units."""
    person = User.objects.get(username=username)
    for unit in units:
        appoint(unit, role=Role.AUDITOR, name=person.name, mobile=person.mobile, title="成员")
    return User.objects.get(pk=person.pk)


def _hands_in(sheet: Sheet, person: User) -> None:
    entries = [
        blind_scores.BlindEntry(each.code, _points(each, f"{sheet.unit.code}{person.username}"))
        for each in Criterion.objects.filter(item__section__scheme=sheet.scheme_id).order_by("code")
    ]
    blind_scores.keep(sheet, entries, version=0, by=person, hand_in=True)


def _agree(sheet: Sheet, *, by: User) -> None:
    """Where the two differ, they agreed on the lower one; what is computed stands as it is."""
    sheet.refresh_from_db()
    found: dict[str, list[Decimal]] = {}
    for score in BlindScore.objects.filter(blind_sheet__sheet=sheet).select_related("criterion"):
        found.setdefault(score.criterion.code, []).append(score.points)
    open_codes = sheet.scores.filter(computed_points__isnull=True).values_list("criterion__code", flat=True)
    entries = [Entry(code, min(found[code])) for code in open_codes]
    overall = "工作机制健全，群覆盖面较广，发布频率有待提高。"
    agreeing.agree(sheet, entries, overall=overall, version=sheet.version, by=by)


def _points(criterion: Criterion, key: str) -> Decimal:
    """Full points, or one or two steps of 0.1 less."""
    steps = chance("blind", key, criterion.code).choice((0, 0, 0, 0, 1, 2))
    return max(criterion.max_points - Decimal(steps) / 10, Decimal(0))
