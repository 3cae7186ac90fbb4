"""September 2013 in the universities (UNI-2, UNI-3.3), day by day on the demo's units."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail

from accounts.models import Account, Expected, Group, Submission
from accounts.operations import packages, rounds
from accounts.operations.registry import change_group, open_account, open_group
from orgs.choices import JobState, Kind, NotificationKind
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import Job, Notification
from orgs.operations import people, tree
from reporting.models import CampaignRound, Exemption, Requirement
from reporting.operations import campaign_reminders, campaigns, exemptions
from reporting.operations.activity import record_day
from tests.accounts.forms import submitted
from tests.journeys import walking
from tests.journeys.walking import BEHIND, EXEMPT, MET, OPEN, OVERDUE

pytestmark = pytest.mark.django_db

UNI, PROVINCE = "uni-2013", "46"
HNU, IT, LAW = "46-U01", "46-U01-09", "46-U01-12"
QT, ECO = "46-U06", "46-U06-01"
UNIVERSITIES = [f"46-U{n:02}" for n in range(1, 18)]
FOUNDED, FOUNDED_LATE, EIGHTEENTH = f"{IT}-1303", f"{IT}-1304", "46-U18"


@pytest.fixture
def walk(db, settings):
    settings.MAIL_IS_ON = True
    begun = walking.begin("2013-08-26", PROVINCE, *UNIVERSITIES, f"{IT}*", f"{LAW}*", f"{ECO}*")
    people.set_mail_address(begun.person(LAW), email="law@example.org")
    return begun


def test_september_in_the_universities(walk):
    the_notice_comes_out(walk)
    secretaries_are_linked(walk)
    who_is_late_is_reminded(walk)
    forms_come_in_until_the_eighth(walk)
    superiors_are_slow(walk)
    the_tree_changes(walk)
    the_intake_of_2013_has_until_the_twentieth(walk)
    what_comes_afterwards(walk)
    assert not Job.objects.exclude(state=JobState.DONE).exists()
    told = Notification.objects.filter(kind=NotificationKind.CONFIRMATION, unit=walk[HNU])
    assert told.count() == 1, "the yearly confirmation, on 1 September"
    walk.assert_weeks_stand()


def the_notice_comes_out(walk):
    with walk.at("08-30 10:00"):
        pack = walk.launch(UNI, PROVINCE)
        assert [walk.collect(UNI, each, by=PROVINCE).deadline_at for each in pack.rounds] == [
            walk.moment("09-08 24:00"), walk.moment("09-20 24:00"),
        ]  # fmt: skip
    with walk.at("08-30 10:05"):
        assert walk.stands(UNI, HNU, "link-colleges") == OPEN
        assert walk.stands(UNI, "46-U02", "link-colleges") is None, "nobody stands below it"
        assert walk.stands(UNI, HNU, "daily") is None, "asked from 21 September on"
        for old, new in (("class-group", "class-group-2013"), ("form", "form-2013")):
            asked = [
                [walk.stands(UNI, f"{IT}-{n}", code) is not None for code in (old, new)] for n in (1201, 1301)
            ]
            assert asked == [[True, False], [False, True]]
        assert walk.board(UNI)[PROVINCE, "class-group"] == (OPEN, 0, 10, 0)


def secretaries_are_linked(walk):
    """UNI-2.2 until 3 September, UNI-2.3 until 5 September."""
    with walk.at("09-02 15:00"):
        link(walk, HNU, 2)
        link(walk, QT, 0)
    with walk.at("09-03 23:59:59"):
        assert [walk.stands(UNI, code, "link-colleges") for code in (HNU, QT)] == [MET, OPEN]
    with walk.at("09-03 24:00"):
        assert [walk.stands(UNI, code, "link-colleges") for code in (HNU, QT)] == [MET, OVERDUE]
        assert walk.board(UNI)[PROVINCE, "link-colleges"] == (OVERDUE, 1, 2, 0)
    with walk.at("09-04 16:00"):
        change_group(Group.objects.get(unit=walk[QT]), subordinates_in=1, by=walk.person(QT))
        for code, n_inside in ((IT, 6), (LAW, 5), (ECO, 3)):
            link(walk, code, n_inside)
    with walk.at("09-05 23:59:59"):
        assert walk.stands(UNI, QT, "link-colleges") == MET, "late, and done"
        assert [walk.stands(UNI, code, "link-classes") for code in (IT, LAW, ECO)] == [MET, OPEN, MET]
    with walk.at("09-05 24:00"):
        assert walk.stands(UNI, LAW, "link-classes") == OVERDUE
        assert walk.board(UNI)[HNU, "link-classes"] == (OVERDUE, 1, 2, 0)


def who_is_late_is_reminded(walk):
    """Once a day, three times a week whatever it is about, and no mail in the quiet hours."""
    with walk.at("09-06 10:00"):
        sent = remind(walk, "link-classes"), remind(walk, "link-classes")
        assert [(each.sent, each.already, each.mails) for each in sent] == [(1, 0, 1), (0, 1, 0)]
    with walk.at("09-06 10:05"):
        walking.beat(is_morning=True)
        walking.beat(is_morning=True)
        assert [message.to for message in mail.outbox] == [["law@example.org"]]
        hand_in(walk, f"{IT}-1201", f"{ECO}-1201")
    with walk.at("09-06 24:00"):
        assert remind(walk, "link-classes").sent == 1, "another day"
    with walk.at("09-07 07:59"):
        walking.beat(is_morning=True)
        assert len(mail.outbox) == 1, "quiet until eight"
    with walk.at("09-07 10:00"):
        assert len(mail.outbox) == 2, "the beat of the morning"
        walk.approve(f"{IT}-1201", IT)
        walk.approve(f"{ECO}-1201", ECO)
        hand_in(walk, QT, ECO)
    with walk.at("09-08 09:00"):
        assert remind(walk, "link-classes").sent == 1
        other = remind(walk, "administrator")
        assert (other.sent, other.capped) == (1, 1), "the law school has had its three of this week"


def forms_come_in_until_the_eighth(walk):
    """UNI-3.3: without intake 2013; the deadline is the end of a Sunday, and of its week."""
    with walk.at("09-08 20:00"):
        packages.report_upward(the_round(walk, HNU), walk[HNU], by=walk.person(HNU))
    with walk.at("09-08 23:59:59"):
        hand_in(walk, f"{IT}-1202")
        assert walk.stands(UNI, f"{IT}-1101", "form") == OPEN
    with walk.at("09-08 24:00"):
        hand_in(walk, f"{IT}-1102")
        assert [Submission.objects.get(unit=walk[f"{IT}-{n}"]).is_late for n in (1201, 1202, 1102)] == [
            False,
            False,
            True,
        ]
        assert walk.stands(UNI, f"{IT}-1101", "form") == OVERDUE
        assert walk.stands(UNI, f"{IT}-1301", "form-2013") == OPEN
    with walk.at("09-09 09:00"):
        week = Week(2013, 36)
        board = walk.board(UNI, week)
        assert [board[f"{IT}-{n}", "form"][0] for n in (1202, 1102)] == [MET, OVERDUE]
        assert [board[code, "report"][0] for code in (HNU, QT)] == [MET, OVERDUE]
        # Seven forms of the college: its own, four of older classes, two of intake 2013 that have time.
        figures = [walk.figure(week, IT, f"sub_{name}") for name in ("expected", "submitted", "overdue")]
        assert figures == [7, 2, 3]
        assert remind(walk, "link-classes").sent == 1, "a new week"


def superiors_are_slow(walk):
    """A unit meets its duty by when it submitted; the fact counts when it is approved (metrics.md, deadlines)."""
    with walk.at("09-09 10:00"):
        packages.report_upward(the_round(walk, QT), walk[QT], by=walk.person(QT))
        lines = {n: walk.own(UNI, f"{IT}-{n}") for n in (1201, 1102)}
        assert [line["form"].standing for line in lines.values()] == [MET, MET]
        assert [line["class-group"].standing for line in lines.values()] == [OVERDUE, OVERDUE]
        assert ["按时提交" in line["class-group"].lacking for line in lines.values()] == [True, False]
    with walk.at("09-09 16:00"):
        walk.approve(f"{IT}-1201", HNU)
    walk.judge("09-09 20:35")
    with walk.at("09-09 20:40"):
        assert walk.stands(UNI, f"{IT}-1201", "class-group") == MET
        assert walk.stands(UNI, QT, "report") == MET


def the_tree_changes(walk):
    """Exempt midway, founded, closed and moved: each asked from then on by where and what it is."""
    campaign, leader = walk.campaign(UNI), walk.person(PROVINCE)
    with walk.at("09-10 09:00"):
        gone = walk[f"{LAW}-1101"]
        exemptions.grant(campaign.pk, "class-group", gone.pk, reason="已毕业离校", by=leader)
    with walk.at("09-10 14:00"):
        assert walk.stands(UNI, f"{LAW}-1101", "class-group") == EXEMPT
        assert walk.board(UNI)[LAW, "class-group"] == (OVERDUE, 0, 3, 1)
        found(walk, FOUNDED, "信息科学技术2013级3班团支部")
        assert expect(walk, FOUNDED).deadline_at == walk.moment("09-20 24:00"), "the clock of its intake"
    with walk.at("09-11 09:00"):
        assert walk.stands(UNI, FOUNDED, "form-2013") == OPEN
        assert walk.stands(UNI, IT, "link-classes") == OVERDUE, "there is one more to link"
        tree.close_units([walk[f"{ECO}-1101"]], reason="班级合并", by=walk.person(QT))
    with walk.at("09-12 09:00"):
        assert walk.own(UNI, f"{ECO}-1101") == {}
        assert walk.board(UNI)[ECO, "class-group"][2] == 1
        tree.move_unit(walk[f"{LAW}-1201"], walk[IT], reason="专业调整", by=walk.person(HNU))
    with walk.at("09-13 09:00"):
        assert walk.stands(UNI, LAW, "link-classes") == MET, "its five are all that are left"
        assert walk.board(UNI)[LAW, "class-group"] == (OVERDUE, 0, 2, 1)
        change_group(Group.objects.get(unit=walk[IT]), subordinates_in=8, by=walk.person(IT))
    with walk.at("09-17 09:00"):
        assert walk.stands(UNI, IT, "link-classes") == MET
        exemptions.withdraw(Exemption.objects.get().pk, by=leader)
    with walk.at("09-17 09:05"):
        assert walk.stands(UNI, f"{LAW}-1101", "class-group") == OVERDUE


def the_intake_of_2013_has_until_the_twentieth(walk):
    """UNI-2.5, UNI-3.3, UNI-2.1."""
    with walk.at("09-17 10:00"):
        hand_in(walk, f"{IT}-1301", f"{ECO}-1301")
        walk.approve(f"{IT}-1301", IT)
        for n, code in enumerate(UNIVERSITIES):
            open_account(
                walk[code], platform="wechat_subscription", identifier=f"league_univ_{n:02}", by=walk.person(code)
            )  # fmt: skip
        facts = {"kind": Kind.UNIVERSITY, "name": "海南体育职业技术学院团委", "code": EIGHTEENTH}
        walk.add(tree.create_unit(walk[PROVINCE], by=walk.person(PROVINCE), **facts))
        open_group(
            walk[f"{IT}-1302"], kind="branch", name="信息2013级2班微信群", members=45,
            outstanding_members=39, by=walk.person(IT),
        )  # fmt: skip
    with walk.at("09-18 10:00"):
        walk.approve(f"{IT}-1301", HNU)
    asked = [
        (f"{IT}-1301", "class-group-2013"), (f"{IT}-1302", "form-2013"), (f"{IT}-1302", "forty-outstanding"),
        (FOUNDED, "class-group-2013"), (PROVINCE, "eighteen"), (HNU, "survey"), (HNU, "report-complete"),
        (QT, "report-complete"),
    ]  # fmt: skip
    with walk.at("09-20 23:59:59"):
        stood = [walk.stands(UNI, *each) for each in asked]
        assert stood == [MET, OPEN, OPEN, OPEN, OPEN, OPEN, OPEN, MET]
    with walk.at("09-20 24:00"):
        stood = [walk.stands(UNI, *each) for each in asked]
        assert stood == [MET, OVERDUE, OVERDUE, OPEN, OVERDUE, BEHIND, OVERDUE, MET]
    with walk.at("09-21 09:00"):
        open_account(
            walk[EIGHTEENTH], platform="wechat_subscription", identifier="league_univ_18", by=walk.person(EIGHTEENTH)
        )  # fmt: skip
        group = Group.objects.get(unit=walk[f"{IT}-1302"])
        change_group(group, outstanding_members=40, by=walk.person(IT))
    walk.judge("09-21 20:35")
    with walk.at("09-21 20:40"):
        assert [walk.stands(UNI, *each) for each in asked[2:5]] == [MET, OPEN, MET]


def what_comes_afterwards(walk):
    """Daily records, a class founded when all is over, the rounds closed, the campaign ended."""
    with walk.at("09-23 20:00"):
        account = Account.objects.get(unit=walk[HNU])
        record_day(account, clock.today(), 2, by=walk.person(HNU))
    with walk.at("09-24 09:00"):
        assert walk.stands(UNI, HNU, "daily") == MET
        assert walk.stands(UNI, FOUNDED, "class-group-2013") == OVERDUE, (
            "founded on the 10th: a fortnight of its own"
        )
    with walk.at("09-25 09:00"):
        assert walk.stands(UNI, HNU, "daily") is None, "what nobody has recorded is missing, not zero"
        found(walk, FOUNDED_LATE, "信息科学技术2013级4班团支部")
        until = clock.day_end(clock.today() + timedelta(days=13))
        assert expect(walk, FOUNDED_LATE, until).deadline_at == walk.moment("10-08 24:00")
    with walk.at("10-09 09:00"):
        overdue = [walk.figure(Week(2013, 40), code, "own_overdue") for code in (FOUNDED, FOUNDED_LATE)]
        assert overdue == [1, 0], "by its own clock"
        for code in (HNU, FOUNDED):
            rounds.close_round(the_round(walk, code), by=walk.person(PROVINCE))
    with walk.at("10-10 09:00"):
        assert walk.stands(UNI, QT, "report-complete") == MET, "what was complete stays so"
        assert walk.stands(UNI, f"{IT}-1201", "form") == MET
    with walk.at("10-12 18:00"):
        campaigns.end_campaign(walk.campaign(UNI).pk, by=walk.person(PROVINCE))
    with walk.at("10-15 09:00"):
        assert (UNI, Week(2013, 40)) in walk.weeks
        assert (UNI, Week(2013, 41)) not in walk.weeks, "it had ended by then"
        assert walk.campaign(UNI).judged_until == walk.moment("10-12 18:00")
        assert walk.own(UNI, HNU) == {}


# --- what units do ------------------------------------------------------------------------------------
def link(walk, code, n_inside):
    """The group of the unit with the secretaries below it; so many are in it."""
    facts = {"kind": "link", "name": f"{walk[code].name}微信群", "subordinates_in": n_inside, "members": 60}
    open_group(walk[code], by=walk.person(code), **facts)


def remind(walk, code):
    requirement = Requirement.objects.get(version__campaign=walk.campaign(UNI), code=code)
    return campaign_reminders.remind(requirement, walk[HNU], by=walk.person(HNU))


def the_round(walk, code):
    """Intake 2013 has a round of its own."""
    phase = "september-20" if walk[code].intake_year == 2013 else "september-8"
    return CampaignRound.objects.get(campaign=walk.campaign(UNI), phase_code=phase).round


def hand_in(walk, *codes):
    for code in codes:
        submitted(the_round(walk, code), walk[code], by=walk.person(code))


def found(walk, code, name):
    facts = {"kind": Kind.CLASS_BRANCH, "name": name, "intake_year": 2013}
    walk.add(tree.create_unit(walk[IT], code=code, by=walk.person(HNU), **facts))


def expect(walk, code, until=None) -> Expected:
    return rounds.expect(the_round(walk, code), walk[code], by=walk.person(PROVINCE), deadline_at=until)
