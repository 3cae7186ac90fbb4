"""Months lived through day by day: what beat and workers do, what units do at which minute, how the board stands then.

Nothing sleeps: the clock is frozen at each moment of the story, and the tasks of the schedule run in its order.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from celery import current_app
from django.conf import settings

from accounts.models import CollectionRound, Submission
from accounts.operations import review
from config.demo_data import tree
from orgs.choices import JobState, Kind, Measure, Role
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import Job, OrgUnit, User
from orgs.operations.appointing import NewPerson, appoint_many
from orgs.operations.appointing_rights import role_for
from orgs.operations.base_load import NewBase, record_bases
from orgs.operations.bulk_load import load_tree
from reporting import rollup
from reporting.choices import CampaignState, Standing
from reporting.models import Campaign, ClosedWeek, HandIn, WeekUnit
from reporting.operations import campaign_rounds, campaigns, hand_ins
from reporting.packs import Pack, Round, parse
from reporting.pages import campaign_board
from reporting.pages import campaigns as pages

PACKS = Path(settings.BASE_DIR, "fixtures", "packs")
NIGHT, MORNING = timedelta(minutes=35), timedelta(hours=8, minutes=5)
MINUTE = timedelta(minutes=1)
# Most of the schedule comes every hour or oftener; here all of it runs once a night, after the close, and wherever the
# story asks for it, and what the quiet hours have held back goes out in the morning.
IN_THE_MORNING = ("orgs.send_mails",)
EVERY_MINUTE = "reporting.judge_deadlines"
REQUEUE = "orgs.requeue_lost_jobs"
# Reads everything each night and changes nothing: tests/config/test_check_integrity.py.
LOOKS_ON = "config.check_integrity"
MEMBERS = 45
HOLDERS = (Kind.CLASS_BRANCH, Kind.VILLAGE)
MET, OPEN, BEHIND = Standing.MET, Standing.OPEN, Standing.BEHIND
OVERDUE, EXEMPT = Standing.OVERDUE, Standing.EXEMPT
Board = dict[tuple[str, str], tuple[str, int, int, int]]


def beat(*, is_morning: bool = False) -> None:
    """The tasks of the schedule in its order; workers do what they let wait before anybody finds that it is lost."""
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        if entry["task"] == LOOKS_ON or (is_morning and entry["task"] not in IN_THE_MORNING):
            continue
        if entry["task"] == REQUEUE:
            work()
        current_app.tasks[entry["task"]]()
    work()


def work() -> None:
    """Workers do what waits; within a test nobody rings for it, as nothing is committed."""
    for job in Job.objects.filter(state=JobState.QUEUED).order_by("pk"):
        current_app.tasks[job.task](job_id=job.pk)


@dataclass
class Walk:
    """Units of a tree like the demo's by code, the moment reached, the campaigns, and the boards of the weeks that ended."""

    now: datetime
    ids: dict[str, int]
    campaigns: dict[str, Campaign] = field(default_factory=dict)
    weeks: dict[tuple[str, Week], Board] = field(default_factory=dict)

    def __getitem__(self, code: str) -> OrgUnit:
        return OrgUnit.objects.get(pk=self.ids[code])

    def person(self, code: str) -> User:
        """Who holds the office of the unit."""
        return User.objects.get(username=f"walk-{code}")

    def moment(self, text: str) -> datetime:
        """`09-03 16:00`, `09-03 23:59:59`, `09-03 24:00`; `2015-01-01 00:00` in another year."""
        day_text, time_text = text.split()
        year = self.now.year if len(day_text) == 5 else int(day_text[:4])
        day = date(year, int(day_text[-5:-3]), int(day_text[-2:]))
        if time_text == "24:00":
            return clock.day_end(day)
        hour, minute, *second = map(int, time_text.split(":"))
        return clock.day_start(day) + timedelta(hours=hour, minutes=minute, seconds=sum(second))

    @contextmanager
    def at(self, text: str) -> Iterator[None]:
        """The days until then pass first; what is done in the block, workers take up a minute later."""
        moment = self.moment(text)
        assert moment >= self.now, f"{text} is over"
        for each, is_morning in self._beats(moment):
            with clock.frozen(each):
                beat(is_morning=is_morning)
                self._see(each)
        self.now = moment
        with clock.frozen(moment):
            current_app.tasks[EVERY_MINUTE]()
            work()
            yield
        with clock.frozen(moment + MINUTE):
            work()

    def judge(self, text: str) -> None:
        """The schedule's hourly judging, and everything else, at this minute of the day, too."""
        with self.at(text):
            beat()

    def _beats(self, until: datetime) -> Iterator[tuple[datetime, bool]]:
        day = clock.local(self.now).date()
        while clock.day_start(day) <= until:
            for after, is_morning in ((NIGHT, False), (MORNING, True)):
                at = clock.day_start(day) + after
                if self.now < at <= until:
                    yield at, is_morning
            day += timedelta(days=1)

    # --- campaigns -------------------------------------------------------------------------------------
    def launch(self, name: str, unit: str, *, by: str = "") -> Pack:
        """The pack as it is shipped, loaded and launched by who leads the unit."""
        pack = parse((PACKS / f"{name}.yaml").read_text(encoding="utf-8"))
        self.load(pack, unit, by=by or unit)
        return pack

    def load(self, pack: Pack, unit: str, *, by: str) -> None:
        loaded = campaigns.load_pack(pack, unit=self[unit], by=self.person(by), launch=True)
        self.campaigns[pack.code] = loaded.campaign

    def collect(self, name: str, told: Round, *, by: str) -> CollectionRound:
        """The round that the pack plans, launched."""
        campaign = self.campaign(name)
        return campaign_rounds.launch(campaign.pk, phase=told.phase, form=told.form, by=self.person(by))

    def campaign(self, name: str) -> Campaign:
        return Campaign.objects.select_related("unit").get(pk=self.campaigns[name].pk)

    # --- how it stands ---------------------------------------------------------------------------------
    def own(self, name: str, code: str) -> dict[str, pages.OwnLine]:
        """Requirement -> the line on the unit's own page."""
        found = pages.asked_of(self[code], [self.campaign(name)])
        return {line.requirement.code: line for _version, lines in found for line in lines}

    def stands(self, name: str, code: str, requirement: str) -> str | None:
        """The unit's own standing; None where it is not asked."""
        line = self.own(name, code).get(requirement)
        return str(line.standing) if line else None

    def at_minutes(self, before: str, after: str, name: str, code: str, requirement: str) -> tuple:
        """How the unit stands at two moments between which nothing happens."""
        found = []
        for text in (before, after):
            with self.at(text):
                found.append(self.stands(name, code, requirement))
        return tuple(found)

    def board(self, name: str, week: Week | None = None) -> Board:
        """(unit, requirement) -> the pill on the board with how many met and are asked, and are exempt."""
        chosen = campaign_board.choose(self.campaign(name), week)
        units = list(OrgUnit.objects.filter(pk__in=self.ids.values()))
        answers = campaign_board.Answers.of(chosen, chosen.requirements, units)
        cells = ((unit.code, answers.cell(unit, each)) for unit in units for each in chosen.requirements)
        return {
            (code, cell.requirement.code): (
                str(cell.standing), cell.count.met, cell.count.asked, cell.count.exempt
            )
            for code, cell in cells
            if cell.standing
        }  # fmt: skip

    def _see(self, at: datetime) -> None:
        """On Monday morning: the boards of the week that is closed, which nothing may change any more."""
        week = Week.containing(at).previous()
        if clock.local(at).weekday() or not ClosedWeek.objects.published().of_week(week).exists():
            return
        for name in self.campaigns:
            campaign = self.campaign(name)
            is_over = campaign.ended_at is not None and campaign.ended_at < week.ends_at
            if campaign.launched_at < week.ends_at and not is_over and (name, week) not in self.weeks:
                self.weeks[name, week] = self.board(name, week)

    def assert_weeks_stand(self) -> None:
        """Every board is what it was on its Monday, guidance was never overdue, and the weeks verify."""
        for (name, week), board in self.weeks.items():
            assert self.board(name, week) == board, (name, week)
            chosen = campaign_board.choose(self.campaign(name), week)
            guidance = {each.code for each in chosen.requirements if not each.is_hard}
            overdue = {code for (_unit, code), cell in board.items() if cell[0] == OVERDUE}
            assert not guidance & overdue, week
        for header in ClosedWeek.objects.published():
            assert rollup.content_hash(header) == header.content_hash, header.week

    def figure(self, week: Week, code: str, column: str) -> int | None:
        """A column of the unit's row in a closed week."""
        row = WeekUnit.objects.get(
            week__year=week.year, week__number=week.number, unit_id=self.ids[code], week__edition=1
        )
        return getattr(row, column)

    # --- what units do ---------------------------------------------------------------------------------
    def approve(self, code: str, by: str) -> Submission:
        """The form of the unit, approved at the desk on which it lies."""
        form = Submission.objects.get(unit=self.ids[code])
        return review.approve(form.pk, version=form.version, by=self.person(by))

    def add(self, unit: OrgUnit) -> OrgUnit:
        """A unit founded in the story is known by its code as well, with somebody in office."""
        self.ids[unit.code] = unit.pk
        _appoint([unit], first=len(self.ids))
        return unit

    def hand_in(self, name: str, code: str, requirement: str, *, period: str = "") -> HandIn:
        """A document for what the campaign asks of the unit, handed in by its own office."""
        paper, sender = b"%PDF-1.4\n% " + requirement.encode() + b"\n%%EOF\n", self.person(code)
        pks = self.campaign(name).pk, requirement, self.ids[code]
        return hand_ins.hand_in(*pks, paper, "报告.pdf", period=period, by=sender)

    def is_running(self, name: str) -> bool:
        return self.campaign(name).state == CampaignState.RUNNING


def begin(on: str, *kept: str) -> Walk:
    """The demo's own units under these codes (a trailing * takes what begins so), loaded and appointed on a day."""
    day = date.fromisoformat(on)
    rows = [row for row in tree.small() if _is_kept(row.code, kept)]
    at = clock.day_start(day) + timedelta(hours=9)
    with clock.frozen(at):
        load_tree(rows)
        units = list(OrgUnit.objects.filter(code__in=[row.code for row in rows]).order_by("position"))
        _appoint(units, first=1)
        holders = [unit.pk for unit in units if unit.kind_id in HOLDERS]
        record_bases(
            (NewBase(pk, Measure.MEMBERS, MEMBERS, day.year, "团支部名册") for pk in holders), by=None
        )
    return Walk(at, {unit.code: unit.pk for unit in units})


def _is_kept(code: str, kept: tuple[str, ...]) -> bool:
    return any(code.startswith(each[:-1]) if each.endswith("*") else code == each for each in kept)


def _appoint(units: list[OrgUnit], *, first: int) -> None:
    appoint_many(
        NewPerson(
            unit.pk, Role.PROVINCE if unit.is_national else role_for(unit), f"书记{n}", f"1370000{n:04}", username=f"walk-{unit.code}", is_principal=True
        )
        for n, unit in enumerate(units, first)
    )  # fmt: skip
