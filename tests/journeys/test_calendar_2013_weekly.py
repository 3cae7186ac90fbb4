"""October 2013 to New Year's Day under the supervision plan (SUP-2, SUP-4): reports every week, records every day, papers by year's end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from accounts.models import Account
from accounts.operations.registry import PersonalData, appoint_administrator, open_account
from orgs.choices import JobState
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import Job, Notification
from reporting import punctuality
from reporting.operations import report_reminders
from reporting.operations.activity import record_day
from reporting.operations.reports import Said, confirm
from reporting.packs import parse
from tests.journeys import walking
from tests.journeys.walking import MET, OPEN, OVERDUE

pytestmark = pytest.mark.django_db

SUP, PROVINCE = "sup-2013", "46"
QIONGHAI, LINGAO, HNU, QT, OFFICES = "469002", "469024", "46-U01", "46-U06", "46-D1"
FIRST, LAST = Week(2013, 41), Week(2013, 52)


@pytest.fixture
def walk(seasons, settings):
    settings.WEEKLY_REPORTS_FROM = str(FIRST)
    below = ("469002111*", "469024100*", "46-U01-09*", "46-B1")
    return walking.begin("2013-10-01", PROVINCE, QIONGHAI, LINGAO, HNU, QT, OFFICES, *below)


def test_the_supervision_plan_until_new_year(walk):
    the_plan_comes_out(walk)
    weekly_reports(walk)
    one_person_and_daily_records(walk)
    a_new_version_sets_a_deadline(walk)
    papers_by_the_end_of_the_year(walk)
    found = punctuality.of_year(2013, [walk[code].pk for code in (QIONGHAI, HNU, LINGAO, OFFICES)])
    assert found == {
        walk[QIONGHAI].pk: punctuality.Punctuality(on_time=12),
        walk[HNU].pk: punctuality.Punctuality(on_time=2, late=1, missing=9),
        walk[LINGAO].pk: punctuality.Punctuality(missing=12),
    }
    assert not Job.objects.exclude(state=JobState.DONE).exists()
    walk.assert_weeks_stand()


def the_plan_comes_out(walk):
    with walk.at("10-10 15:00"):
        walk.launch(SUP, PROVINCE)
        for n, code in enumerate((QIONGHAI, HNU)):
            open_account(
                walk[code], platform="wechat_subscription", identifier=f"league_unit_{n}", by=walk.person(code)
            )  # fmt: skip
    with walk.at("10-10 15:05"):
        assert walk.board(SUP)[PROVINCE, "one-person"] == (OPEN, 0, 5, 0)
        assert walk.stands(SUP, QIONGHAI, "weekly-report") is None, "no week has ended yet"


def weekly_reports(walk):
    """SUP-4.1a: until Sunday 24:00; a late one is a report, and the week was not met."""
    with walk.at("10-11 16:00"):
        for code in (QIONGHAI, HNU):
            say(walk, code)
    with walk.at("10-14 09:00"):
        assert reports(walk) == {QIONGHAI: MET, HNU: MET, LINGAO: OPEN, QT: OPEN, OFFICES: None}
    with walk.at("10-17 18:00"):
        week, leader = Week.current(), walk.person(PROVINCE)
        sent = [report_reminders.remind(week, walk[PROVINCE], by=leader) for _ in range(2)]
        assert [(each.sent, each.already) for each in sent] == [(4, 0), (0, 4)]
    with walk.at("10-20 23:59:59"):
        n_told = Notification.objects.filter(kind=report_reminders.REMINDED).count()
        assert n_told == 4, "the days since have reminded nobody"
        say(walk, QIONGHAI)
    with walk.at("10-20 24:00"):
        say(walk, HNU, Week(2013, 42))
    with walk.at("10-21 09:00"):
        assert reports(walk) == {QIONGHAI: MET, HNU: OPEN, LINGAO: OPEN, QT: OPEN, OFFICES: None}
        assert walk.board(SUP, Week(2013, 42))[PROVINCE, "weekly-report"][1:3] == (1, 4)


def one_person_and_daily_records(walk):
    """SUP-2.2.2, SUP-2.1.3: a day is judged when it is over, by what was recorded about it."""
    account = Account.objects.get(unit=walk[QIONGHAI])
    with walk.at("10-22 21:00"):
        person = PersonalData("王某乙", "wang_mouyi", "", "", "13800000924")
        appoint_administrator(walk[QIONGHAI], person=person, by=walk.person(QIONGHAI))
        record_day(account, clock.today(), 1, by=walk.person(QIONGHAI))
        assert walk.stands(SUP, QIONGHAI, "public-daily") == OPEN
    with walk.at("10-23 09:00"):
        assert walk.stands(SUP, QIONGHAI, "one-person") == MET
        assert walk.stands(SUP, QIONGHAI, "public-daily") == MET
        assert walk.stands(SUP, LINGAO, "public-daily") is None, "it has no public account"
    with walk.at("10-24 09:00"):
        assert walk.stands(SUP, QIONGHAI, "public-daily") == OPEN
        assert walk.stands(SUP, HNU, "weekly-report") == OPEN, "until the next Sunday"
        record_day(account, clock.today() - timedelta(days=1), 3, by=walk.person(QIONGHAI))
    walk.judge("10-24 20:35")
    with walk.at("10-24 20:40"):
        assert walk.stands(SUP, QIONGHAI, "public-daily") == MET


def a_new_version_sets_a_deadline(walk):
    """What was judged under the first version stays; from now on there is a date."""
    with walk.at("10-25 10:00"):
        for code in (QIONGHAI, HNU):
            say(walk, code)
        text = (walking.PACKS / f"{SUP}.yaml").read_text(encoding="utf-8")
        rule = "rule: {metric: admins, threshold: 1}"
        assert rule in text
        walk.load(parse(text.replace(rule, f"{rule}\n    deadline: 2013-10-31")), PROVINCE, by=PROVINCE)
    with walk.at("10-26 09:00"):
        assert reports(walk) == {QIONGHAI: MET, HNU: OPEN, LINGAO: OPEN, QT: OPEN, OFFICES: None}, (
            "of last Sunday"
        )
    with walk.at("10-31 23:59:59"):
        assert [walk.stands(SUP, code, "one-person") for code in (QIONGHAI, LINGAO)] == [MET, OPEN]
    with walk.at("10-31 24:00"):
        assert [walk.stands(SUP, code, "one-person") for code in (QIONGHAI, LINGAO)] == [MET, OVERDUE]
        assert reports(walk) == {QIONGHAI: MET, HNU: MET, LINGAO: OPEN, QT: OPEN, OFFICES: None}
        assert [walk.board(SUP, Week(2013, n))[LINGAO, "one-person"][0] for n in (42, 43)] == [OPEN, OPEN]
        say(walk, QIONGHAI)


def papers_by_the_end_of_the_year(walk):
    """SUP-4.2, SUP-2.2.3: 31 December is a Tuesday, and of the first week of 2014."""
    week = Week(2013, 45)
    while week <= LAST:
        with walk.at(f"{week.ends_on - timedelta(days=2):%m-%d} 16:00"):
            say(walk, QIONGHAI)
        week = week.next()
    paper = "self-assessment"
    with walk.at("12-30 10:00"):
        for code in ("own-assessment", paper):
            walk.hand_in(SUP, QIONGHAI, code)
    with walk.at("12-31 23:59:59"):
        assert [walk.stands(SUP, code, paper) for code in (QIONGHAI, LINGAO, HNU)] == [MET, OPEN, None]
    with walk.at("12-31 24:00"):
        assert [walk.stands(SUP, code, paper) for code in (QIONGHAI, LINGAO)] == [MET, OVERDUE]
        assert walk.board(SUP)[PROVINCE, paper] == (OVERDUE, 1, 2, 0)
        walk.hand_in(SUP, LINGAO, paper)
    with walk.at("2014-01-06 09:00"):
        assert walk.stands(SUP, LINGAO, paper) == MET
        assert walk.stands(SUP, LINGAO, "own-assessment") == OVERDUE
        board = walk.board(SUP, Week(2014, 1))
        overdue = [code for (unit, code), cell in board.items() if unit == LINGAO and cell[0] == OVERDUE]
        # What is below a unit counts with it; of these it is asked itself, and all are of the year's end but one.
        assert walk.figure(Week(2014, 1), LINGAO, "own_requirements_overdue") == len(overdue)
        assert clock.today() == date(2014, 1, 6)


# --- what units do ------------------------------------------------------------------------------------
def say(walk, code, week=None):
    confirm(walk[code], week or Week.current(), Said(), version=0, by=walk.person(code))


def reports(walk):
    return {
        code: walk.stands(SUP, code, "weekly-report") for code in (QIONGHAI, HNU, LINGAO, QT, OFFICES)
    }  # fmt: skip
