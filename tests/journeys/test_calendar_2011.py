"""November 2011 in Hunan's manner (WB-4): a deadline at noon, another at the end of a day, and a date that binds no unit."""

from __future__ import annotations

import pytest

from accounts.field_lists import RowInput
from accounts.models import Submission
from accounts.operations import collection
from accounts.operations.registry import open_account
from orgs.choices import JobState
from orgs.models import Job
from tests.journeys import walking
from tests.journeys.walking import MET, OPEN, OVERDUE

pytestmark = pytest.mark.django_db

WB, PROVINCE, EARLY, PUNCTUAL, LATE, NEVER = "wb-2011", "46", "46-U01", "46-U02", "46-U03", "46-U04"
FORM = "person-responsible"


@pytest.fixture
def walk(db):
    return walking.begin("2011-11-01", PROVINCE, EARLY, PUNCTUAL, LATE, NEVER, f"{EARLY}-09*")


def test_the_weibo_of_the_universities(walk):
    with walk.at("11-22 09:00"):
        (told,) = walk.launch(WB, PROVINCE).rounds
        collected = walk.collect(WB, told, by=PROVINCE)
    with walk.at("11-24 10:00"):
        hand_in(walk, collected, EARLY)
        assert walk.stands(WB, EARLY, "weibo") is None, "building begins when accounts are handed out"
    with walk.at("11-25 11:59:59"):
        assert [walk.stands(WB, code, FORM) for code in (EARLY, LATE)] == [MET, OPEN]
        hand_in(walk, collected, PUNCTUAL)
    with walk.at("11-25 12:00"):
        assert walk.stands(WB, LATE, FORM) == OVERDUE
        assert walk.stands(WB, LATE, "account-details") == OPEN, "until 30 November"
        hand_in(walk, collected, LATE)
    walk.judge("11-25 12:35")
    with walk.at("11-25 13:00"):
        stood = [walk.stands(WB, code, FORM) for code in (EARLY, PUNCTUAL, LATE, NEVER)]
        assert stood == [MET, MET, MET, OVERDUE]
        late = [Submission.objects.get(unit=walk[code]).is_late for code in (EARLY, PUNCTUAL, LATE)]
        assert late == [False, False, True]
    with walk.at("11-30 23:59:59"):
        assert walk.stands(WB, LATE, "account-details") == OPEN
    with walk.at("11-30 24:00"):
        assert walk.stands(WB, LATE, "account-details") == OVERDUE
    with walk.at("12-03 09:00"):
        assert walk.stands(WB, EARLY, "weibo") == OPEN, (
            "the day on which accounts are handed out asks nothing of it"
        )
        # Nobody types one today: the platform is gone. What stood then is loaded.
        open_account(walk[EARLY], platform="weibo_tencent", identifier="hainan_univ", by=None)
    with walk.at("12-10 23:59:59"):
        assert [walk.stands(WB, code, "weibo") for code in (EARLY, LATE)] == [MET, OPEN]
    with walk.at("12-10 24:00"):
        assert [walk.stands(WB, code, "weibo") for code in (EARLY, LATE)] == [MET, OVERDUE]
        assert walk.board(WB)[PROVINCE, "weibo"] == (OVERDUE, 1, 4, 0)
        assert walk.stands(WB, "46-U01-09-1201", "class-weibo") == OPEN, "no date is named"
    with walk.at("12-12 09:00"):
        walk.assert_weeks_stand()
    assert not Job.objects.exclude(state=JobState.DONE).exists()


def hand_in(walk, collected, code):
    values = {
        "university": walk[code].name, "post": "团委副书记", "weibo_platform": "weibo_tencent", "weibo_name": "校团委",
    }  # fmt: skip
    personal = {"name": "符某乙", "mobile": "13800000777", "qq": "55501234", "email": "fu@example.com"}
    given = {"version": 0, "idempotency_key": code, "by": walk.person(code)}
    collection.submit(collected, walk[code], [RowInput(values, personal)], **given)
