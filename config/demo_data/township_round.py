"""The demo's finished round: 琼海市 assessed its townships for last year; ranked, published, one objection upheld."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from config.demo_data.chance import chance
from orgs.choices import Role
from orgs.kernel import clock
from orgs.models import Appointment, OrgUnit, User
from scoring.choices import Audience
from scoring.models import AssessmentRound, Criterion, Score, Sheet
from scoring.operations import evidence, finalising, notices, objections, publishing, rounds, schemes
from scoring.operations.scores import Entry, enter_scores

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNTY = "469002"
SCHEME = Path(__file__).with_name("township_scheme.yaml")
WEEKS_AGO = 6
OBJECTED = "2.1.b"
D = Decimal


def run(year: int, *, by: User) -> None:
    """Live through the whole round, in the weeks before today; a second time changes nothing."""
    county = OrgUnit.objects.get(code=COUNTY)
    if AssessmentRound.objects.filter(unit=county).exists():
        return
    office = Appointment.objects.filter(unit=county, role=Role.COMMITTEE).select_related("user")[0].user
    with _day(0):
        round = _opened(county, year, office)
    sheets = list(round.sheets.select_related("unit", "scheme").order_by("unit__position", "unit__code"))
    staff = {each.unit_id: each.user for each in _staff(sheets)}
    with _day(2):
        for sheet in sheets:
            _self_assess(sheet, staff[sheet.unit_id])
    with _day(9):
        rounds.start_scoring(round, reason="", version=round.version, by=office)
        for rank, sheet in enumerate(sheets):
            _score(sheet, by=office, fails=rank == len(sheets) - 1)
    with _day(15):
        round.refresh_from_db()
        notices.notify_round(round, version=round.version, by=office)
    _object(sheets[0], by=staff[sheets[0].unit_id], office=office)
    with _day(24):
        for sheet in sheets:
            _finalise(sheet, by=office, second=by)
    with _day(25):
        round.refresh_from_db()
        publishing.publish(round, audience=Audience.RANKING, version=round.version, by=office)


@contextmanager
def _day(n: int) -> Iterator[None]:
    """The n-th day of the round, at ten."""
    begun = (clock.now() - timedelta(weeks=WEEKS_AGO)).replace(hour=2, minute=0, second=0, microsecond=0)
    with clock.frozen(begun + timedelta(days=n)):
        yield


def _opened(county: OrgUnit, year: int, office: User) -> AssessmentRound:
    schemes.load_scheme(SCHEME, unit=county, by=office)
    scheme = schemes.approve_scheme(schemes.find_scheme("qionghai-townships"), by=office)
    today = clock.today()
    plan = rounds.Plan(
        scheme,
        year,
        f"{year}年度乡镇微信工作考评",
        clock.day_end(today + timedelta(days=7)),
        clock.day_end(today + timedelta(days=14)),
    )
    return rounds.open_round(county, plan, by=office)


def _staff(sheets: list[Sheet]) -> Iterator[Appointment]:
    found = Appointment.objects.in_force().filter(
        unit__in=[each.unit_id for each in sheets], role=Role.REVIEWER
    )
    yield from found.select_related("user").order_by("pk")


def _self_assess(sheet: Sheet, by: User) -> None:
    entries = [Entry(each.code, each.max_points) for each in _criteria(sheet)]
    sheet = enter_scores(sheet, self_scores=entries, version=sheet.version, by=by)
    score = Score.objects.select_related("sheet__unit").get(sheet=sheet, criterion__code="1.1")
    evidence.add_named(score, "微信群管理制度", by=by)
    finalising.submit_self_assessment(sheet, version=sheet.version, by=by)


def _score(sheet: Sheet, *, by: User, fails: bool) -> None:
    """Full points or a few steps less; of the first a point the unit will object to, of the last hardly any."""
    sheet.refresh_from_db()
    entries = [Entry(each.code, _points(each, sheet, fails=fails)) for each in _criteria(sheet)]
    enter_scores(sheet, assessed=entries, version=sheet.version, by=by)


def _points(criterion: Criterion, sheet: Sheet, *, fails: bool) -> Decimal:
    if fails:
        return (criterion.max_points / 2).quantize(D("0.1"))
    if criterion.code == OBJECTED:
        return D("0.4")
    steps = chance("township", sheet.unit.code, criterion.code).choice((0, 0, 1, 2, 5))
    return max(criterion.max_points - D(steps) / 10, D(0))


def _object(sheet: Sheet, *, by: User, office: User) -> None:
    criterion = Criterion.objects.get(item__section__scheme=sheet.scheme_id, code=OBJECTED)
    with _day(17):
        text = "全镇各村微信群均已配备管理员，名单已补报。"
        raised = objections.raise_objection(sheet, text=text, criterion=criterion, by=by)
    with _day(18):
        objections.answer(raised, is_upheld=True, text="经核对名单，情况属实。", by=office)
        sheet.refresh_from_db()
        objections.revise(raised, OBJECTED, D("1.0"), version=sheet.version, by=office)


def _finalise(sheet: Sheet, *, by: User, second: User) -> None:
    sheet.refresh_from_db()
    sheet = finalising.propose(sheet, version=sheet.version, by=by)
    finalising.confirm(sheet, version=sheet.version, by=second)


def _criteria(sheet: Sheet) -> list[Criterion]:
    return list(Criterion.objects.filter(item__section__scheme=sheet.scheme_id).order_by("code"))
