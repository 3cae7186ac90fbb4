"""August to December 2014 in the countryside of Anqing (RUR-2, RUR-3): guidance falls behind, only the end of the year is overdue."""

from __future__ import annotations

import pytest

from accounts.exceptions import NotYetOpen
from accounts.operations import collection
from accounts.operations.registry import close_group, open_group
from orgs.choices import JobState
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import Job
from orgs.operations import tree
from orgs.operations.bases import record_base
from reporting.models import Requirement
from reporting.operations import campaign_reminders
from tests.journeys import walking
from tests.journeys.walking import BEHIND, MET, OPEN, OVERDUE

pytestmark = pytest.mark.django_db

RUR, CITY = "rur-2014", "3408"
ZONGYANG, YINGJIANG = "340722", "340802"
HENGBU, XIANGPU = "340722106", "340722107"
VILLAGES = [f"{HENGBU}{n}" for n in ("001", "002", "003", "200", "201", "202", "203", "205", "206")]
FAR = f"{XIANGPU}Z1"


@pytest.fixture
def walk(seasons):
    streets = ("340802001", "340802002")
    begun = walking.begin("2014-08-01", "34", CITY, ZONGYANG, YINGJIANG, HENGBU, XIANGPU, *VILLAGES, *streets)
    with clock.frozen(begun.now):
        facts = {"kind": "affiliated_unit", "name": "项铺镇青年创业团支部", "code": FAR}
        begun.add(tree.create_unit(begun[XIANGPU], by=None, **facts))
    return begun


def test_the_autumn_of_2014_in_anqing(walk):
    the_notice_comes_out(walk)
    phases_open(walk)
    the_groups_of_every_level(walk)
    nobody_is_told_twice(walk)
    nine_of_ten(walk)
    a_village_is_merged(walk)
    until_the_end_of_the_year(walk)
    assert not Job.objects.exclude(state=JobState.DONE).exists()
    walk.assert_weeks_stand()


def the_notice_comes_out(walk):
    """20 August the plan, which is hard; mapping until the end of August, which is guidance."""
    with walk.at("08-13 10:00"):
        walk.launch(RUR, CITY)
    with walk.at("08-19 10:00"):
        walk.hand_in(RUR, ZONGYANG, "work-plan")
        record_base(
            walk[ZONGYANG], measure="youth", count=81_000, year=2014, source="摸底", by=walk.person(ZONGYANG)
        )  # fmt: skip
    with walk.at("08-20 23:59:59"):
        assert [walk.stands(RUR, code, "work-plan") for code in (ZONGYANG, YINGJIANG)] == [MET, OPEN]
    with walk.at("08-20 24:00"):
        assert [walk.stands(RUR, code, "work-plan") for code in (ZONGYANG, YINGJIANG)] == [MET, OVERDUE]
    with walk.at("08-31 23:59:59"):
        assert [walk.stands(RUR, code, "mapping") for code in (ZONGYANG, YINGJIANG)] == [MET, OPEN]
        assert walk.stands(RUR, CITY, "rural-group-city") is None


def phases_open(walk):
    """建设 begins on 1 September at 0:00: forms before that are read only, and nobody is asked."""
    with walk.at("08-31 24:00"):
        assert walk.stands(RUR, YINGJIANG, "mapping") == BEHIND
        assert walk.stands(RUR, YINGJIANG, "mapping-final") == OPEN
    walk.judge("09-01 00:01")
    with walk.at("09-01 00:03"):
        asked = ("rural-group-city", "rural-group-city-final", "dedicated", "public-account")
        assert [walk.stands(RUR, CITY, code) for code in asked] == [OPEN] * 4
        assert walk.board(RUR)[CITY, "ledger"] == (OPEN, 0, 14, 0), "four towns and ten below them"


def the_groups_of_every_level(walk):
    """RUR-2.3b: one member of each committee below is enough; by the end of September, as guidance."""
    with walk.at("09-10 10:00"):
        link(walk, CITY, 2)
        link(walk, ZONGYANG, 1)
        link(walk, HENGBU, 9)
        for kind in ("leaders", "away"):
            open_group(
                walk[ZONGYANG], kind=kind, name=f"枞阳{kind}青年群", members=60, by=walk.person(ZONGYANG)
            )
    with walk.at("09-30 23:59:59"):
        assert walk.stands(RUR, CITY, "rural-group-city") == MET
        assert walk.stands(RUR, ZONGYANG, "rural-group-county") == OPEN
    with walk.at("09-30 24:00"):
        stood = [walk.stands(RUR, ZONGYANG, f"rural-group-county{end}") for end in ("", "-final")]
        assert stood == [BEHIND, OPEN]
        assert walk.board(RUR)[CITY, "rural-group-township"] == (BEHIND, 1, 2, 0)
    with walk.at("10-06 09:00"):
        # Of the hard requirements only the plan of one county is past its date.
        assert walk.figure(Week(2014, 40), CITY, "sub_requirements_overdue") == 1


def nobody_is_told_twice(walk):
    """Three of a week, one a day; days on which nobody presses the button remind nobody."""
    with walk.at("10-06 10:00"):
        assert remind(walk, "rural-group-county") == (2, 0, 0)
    for day in ("10-07", "10-08"):
        with walk.at(f"{day} 10:00"):
            assert remind(walk, "rural-group-county") == (2, 0, 0)
            assert remind(walk, "rural-group-county") == (0, 2, 0)
    with walk.at("10-09 10:00"):
        assert remind(walk, "rural-group-county") == (0, 0, 2)
    with walk.at("10-13 10:00"):
        assert remind(walk, "rural-group-county") == (2, 0, 0)


def nine_of_ten(walk):
    """RUR-3: nine of the ten that hold members; a QQ group counts in place of one on WeChat (RUR-1.2)."""
    with walk.at("10-20 10:00"):
        for n, code in enumerate(VILLAGES[:8]):
            platform = "qq_group" if n == 7 else "wechat_group"
            facts = {"members": 45, "youth": 30, "platform": platform}
            open_group(
                walk[code],
                kind="youth_link",
                name=f"{walk[code].name}团青群",
                by=walk.person(HENGBU),
                **facts,
            )
    with walk.at("10-21 09:00"):
        assert walk.stands(RUR, ZONGYANG, "youth-group") == OPEN, "eight"
        assert walk.stands(RUR, VILLAGES[0], "ledger") == MET
        group = open_group(
            walk[FAR], kind="youth_link", name="创业团青群", members=45, by=walk.person(XIANGPU)
        )
    with walk.at("10-22 09:00"):
        assert walk.stands(RUR, ZONGYANG, "youth-group") == MET, "nine"
        close_group(group, reason="试用", by=walk.person(XIANGPU))
    with walk.at("10-23 09:00"):
        assert walk.stands(RUR, ZONGYANG, "youth-group") == OPEN
    with walk.at("10-31 23:59:59"):
        assert walk.stands(RUR, ZONGYANG, "dedicated") == MET
        assert walk.stands(RUR, YINGJIANG, "public-account") == OPEN
    with walk.at("10-31 24:00"):
        stood = [walk.stands(RUR, ZONGYANG, f"youth-group{end}") for end in ("", "-final")]
        assert stood == [BEHIND, OPEN]
        assert walk.stands(RUR, YINGJIANG, "public-account") == BEHIND
        assert "public-account-final" not in walk.own(RUR, YINGJIANG), "where conditions allow: never overdue"


def a_village_is_merged(walk):
    """One without a group goes into one with: eight of nine are left, and after the branch of the town nine of nine."""
    with walk.at("11-05 10:00"):
        reason = {"reason": "村组合并", "by": walk.person(HENGBU)}
        tree.merge_units(walk[VILLAGES[8]], walk[VILLAGES[0]], **reason)
    with walk.at("11-06 09:00"):
        assert walk.own(RUR, VILLAGES[8]) == {}
        assert walk.stands(RUR, ZONGYANG, "youth-group") == BEHIND
        assert walk.stands(RUR, HENGBU, "rural-group-township") == MET, (
            "nine are in the group, eight are asked"
        )
        open_group(walk[FAR], kind="youth_link", name="创业青年群", members=45, by=walk.person(XIANGPU))
    with walk.at("11-07 09:00"):
        assert walk.stands(RUR, ZONGYANG, "youth-group") == MET
        assert walk.board(RUR, Week(2014, 44))[VILLAGES[8], "ledger"][0] == BEHIND, "as it was then"


def until_the_end_of_the_year(walk):
    """15 November the summary; all must be done by the end of 2014."""
    with walk.at("11-15 23:59:59"):
        assert walk.stands(RUR, YINGJIANG, "summary") == OPEN
    with walk.at("11-15 24:00"):
        assert walk.stands(RUR, YINGJIANG, "summary") == OVERDUE
    finals = [(ZONGYANG, "rural-group-county"), (ZONGYANG, "youth-group"), (YINGJIANG, "dedicated")]
    with walk.at("12-31 23:59:59"):
        assert [walk.stands(RUR, unit, f"{code}-final") for unit, code in finals] == [OPEN, MET, OPEN]
    with walk.at("12-31 24:00"):
        assert [walk.stands(RUR, unit, code) for unit, code in finals] == [BEHIND, MET, BEHIND]
        assert [walk.stands(RUR, unit, f"{code}-final") for unit, code in finals] == [OVERDUE, MET, OVERDUE]
    with walk.at("2015-01-05 09:00"):
        n_overdue = walk.figure(Week(2015, 1), ZONGYANG, "own_requirements_overdue")
        lines = walk.own(RUR, ZONGYANG).values()
        assert n_overdue == sum(line.standing == OVERDUE for line in lines) > 0


def test_a_form_opens_with_its_phase(walk):
    """The pack's round opens on 1 September and ends on 31 October at 24:00."""
    with walk.at("08-13 10:00"):
        (told,) = walk.launch(RUR, CITY).rounds
        begun = walk.collect(RUR, told, by="34")
    village, secretary = walk[VILLAGES[0]], walk.person(VILLAGES[0])
    with walk.at("08-31 23:59:59"), pytest.raises(NotYetOpen):
        collection.save_draft(begun, village, [], version=0, by=secretary)
    with walk.at("08-31 24:00"):
        assert collection.save_draft(begun, village, [], version=0, by=secretary).version == 1
        assert begun.deadline_at == walk.moment("10-31 24:00")


# --- what units do ------------------------------------------------------------------------------------
def link(walk, code, n_inside):
    """The 青农群 of the unit; so many of the committees below have somebody in it."""
    facts = {
        "kind": "rural_youth",
        "name": f"青农{walk[code].name}",
        "subordinates_in": n_inside,
        "members": 50,
    }
    open_group(walk[code], by=walk.person(code), **facts)


def remind(walk, code):
    requirement = Requirement.objects.get(version__campaign=walk.campaign(RUR), code=code)
    done = campaign_reminders.remind(requirement, walk[CITY], by=walk.person(CITY))
    return done.sent, done.already, done.capped
