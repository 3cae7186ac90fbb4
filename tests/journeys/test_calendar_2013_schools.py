"""May to August 2013 in the middle schools (MS-2.5, MS-3.2): accounts, checklists, registration and the report, day by day."""

from __future__ import annotations

import pytest

from accounts.models import Account
from accounts.operations.registry import open_account, record_checks
from orgs.choices import JobState, Kind
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import Job
from orgs.operations import tree
from tests.journeys import walking
from tests.journeys.walking import BEHIND, MET, OPEN, OVERDUE

pytestmark = pytest.mark.django_db

MS, CENTRE, HAINAN, ANHUI = "ms-2013", "00", "46", "34"
QIONGHAI, LINGAO, ANQING, ZONGYANG = "469002", "469024", "3408", "340722"
JIAJI, LINCHENG, NEW = "469002-S1", "469024-S1", "469024-S2"
ALL = ("password", "profile", "follow_superiors", "emblem", "slogan")


@pytest.fixture
def walk(seasons):
    begun = walking.begin("2013-05-13", CENTRE, HAINAN, ANHUI, QIONGHAI, LINGAO, ANQING, ZONGYANG)
    with clock.frozen(begun.now):
        for county, code, name in ((QIONGHAI, JIAJI, "嘉积中学团委"), (LINGAO, LINCHENG, "临城中学团委")):
            begun.add(tree.create_unit(begun[county], kind=Kind.MIDDLE_SCHOOL, name=name, code=code, by=None))
    return begun


def test_the_summer_of_2013_in_the_middle_schools(walk):
    provinces_have_accounts(walk)
    committees_are_built(walk)
    counties_answer_for_their_schools(walk)
    schools_are_built(walk)
    provinces_report(walk)
    assert not Job.objects.exclude(state=JobState.DONE).exists()
    walk.assert_weeks_stand()


def provinces_have_accounts(walk):
    """15 June, a Saturday, at 24:00."""
    with walk.at("05-22 10:00"):
        walk.launch(MS, CENTRE)
    with walk.at("06-14 16:00"):
        opened(walk, HAINAN)
    with walk.at("06-15 23:59:59"):
        assert stood(walk, "province-account", HAINAN, ANHUI) == [MET, OPEN]
    with walk.at("06-15 24:00"):
        assert stood(walk, "province-account", HAINAN, ANHUI) == [MET, OVERDUE]
        assert walk.board(MS)[CENTRE, "province-account"] == (OVERDUE, 1, 2, 0)
    with walk.at("06-16 10:00"):
        opened(walk, ANHUI)
    with walk.at("06-17 09:00"):
        assert stood(walk, "province-account", HAINAN, ANHUI) == [MET, MET], "late, and done"
        assert walk.board(MS, Week(2013, 24))[ANHUI, "province-account"][0] == MET, "before Sunday 24:00"


def committees_are_built(walk):
    """By the end of June province, prefecture and county; who has no account has nothing to check (MS-3.2)."""
    with walk.at("06-27 10:00"):
        for code in (QIONGHAI, ANQING):
            opened(walk, code)
        checked(walk, ANQING, ALL)
        checked(walk, QIONGHAI, ALL[:4])
    with walk.at("06-28 09:00"):
        assert stood(walk, "committee-checklist", ANQING, QIONGHAI, ZONGYANG) == [MET, OPEN, None]
    with walk.at("06-30 23:59:59"):
        assert stood(walk, "committee-weibo", QIONGHAI, ANQING, ZONGYANG) == [MET, MET, OPEN]
        opened(walk, LINGAO)
    with walk.at("06-30 24:00"):
        # What was done in the last second is judged with the deadline: nobody is overdue for half an hour.
        assert stood(walk, "committee-weibo", LINGAO, ZONGYANG) == [MET, OVERDUE]
        assert stood(walk, "committee-checklist", ANQING, QIONGHAI) == [MET, OVERDUE]
        checked(walk, QIONGHAI, ALL)
    with walk.at("07-01 09:00"):
        assert stood(walk, "committee-checklist", QIONGHAI) == [MET]
        assert walk.figure(Week(2013, 26), QIONGHAI, "own_requirements_overdue") == 1, "as it was on Sunday"


def counties_answer_for_their_schools(walk):
    """By 10 July the schools' registration, which the county hands in for them."""
    with walk.at("07-09 15:00"):
        walk.hand_in(MS, QIONGHAI, "school-registration")
        assert stood(walk, "school-registration", JIAJI) == [None], "nothing is asked of the school"
    with walk.at("07-10 23:59:59"):
        assert stood(walk, "school-registration", QIONGHAI, LINGAO, ZONGYANG) == [MET, OPEN, None]
    with walk.at("07-10 24:00"):
        assert stood(walk, "school-registration", QIONGHAI, LINGAO) == [MET, OVERDUE]
        assert walk.hand_in(MS, LINGAO, "school-registration").is_late
    with walk.at("07-11 09:00"):
        assert stood(walk, "school-registration", LINGAO) == [MET]


def schools_are_built(walk):
    """From 20 July, when accounts are handed out, a date that binds no unit, to the end of the month."""
    with walk.at("07-19 23:59:59"):
        assert stood(walk, "school-weibo", JIAJI, LINCHENG) == [None, None]
    walk.judge("07-20 00:35")
    with walk.at("07-25 10:00"):
        assert stood(walk, "school-weibo", JIAJI, LINCHENG) == [OPEN, OPEN]
        opened(walk, JIAJI)
        checked(walk, JIAJI, ALL)
        facts = {"kind": Kind.MIDDLE_SCHOOL, "name": "临高二中团委", "code": NEW}
        walk.add(tree.create_unit(walk[LINGAO], by=walk.person(LINGAO), **facts))
    with walk.at("07-31 23:59:59"):
        assert stood(walk, "school-weibo", JIAJI, LINCHENG, NEW) == [MET, OPEN, OPEN]
        assert walk.board(MS)[LINGAO, "school-weibo"] == (OPEN, 0, 2, 0)
    with walk.at("07-31 24:00"):
        assert stood(walk, "school-weibo", JIAJI, LINCHENG, NEW) == [MET, OVERDUE, OPEN]
        assert stood(walk, "school-checklist", JIAJI) == [MET]
        assert walk.board(MS)[LINGAO, "school-weibo"] == (OVERDUE, 0, 1, 0), "the new one has a fortnight"
        assert walk.board(MS)[CENTRE, "all-schools"][0] == OPEN, "71,000 in phases: no date"
    with walk.at("08-05 09:00"):
        overdue = [walk.figure(Week(2013, 31), code, "own_requirements_overdue") for code in (LINCHENG, NEW)]
        assert overdue == [1, 0], "by its own clock"
    with walk.at("08-07 23:59:59"):
        assert stood(walk, "school-weibo", NEW) == [OPEN]
    walk.judge("08-08 00:35")
    with walk.at("08-08 00:40"):
        assert stood(walk, "school-weibo", NEW) == [OVERDUE]
        assert walk.board(MS)[LINGAO, "school-weibo"] == (OVERDUE, 0, 2, 0)
        opened(walk, NEW)


def provinces_report(walk):
    """15 August, to the centre."""
    with walk.at("08-15 18:00"):
        assert stood(walk, "school-weibo", NEW) == [MET]
        walk.hand_in(MS, HAINAN, "province-report")
    with walk.at("08-15 24:00"):
        assert stood(walk, "province-report", HAINAN, ANHUI) == [MET, OVERDUE]
        assert walk.board(MS)[CENTRE, "province-report"] == (OVERDUE, 1, 2, 0)
        assert BEHIND not in {cell[0] for cell in walk.board(MS).values()}
    with walk.at("08-19 09:00"):
        assert walk.is_running(MS)


# --- what units do ------------------------------------------------------------------------------------
def stood(walk, requirement, *codes):
    return [walk.stands(MS, code, requirement) for code in codes]


def opened(walk, code):
    given = {"platform": "weibo_future", "identifier": f"zhongxue_{code.replace('-', '_')}"}
    return open_account(walk[code], by=walk.person(code), **given)


def checked(walk, code, met):
    record_checks(Account.objects.get(unit=walk[code]), met, by=walk.person(code))
