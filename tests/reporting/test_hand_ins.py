"""报送材料: handed in once, accepted or returned with a reason, late against the deadline, never written over."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from orgs.exceptions import FileDamaged, IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.kernel.sheets import FileRejected
from orgs.models import AuditEntry, Notification, OrgUnit
from reporting.exceptions import ReportingError
from reporting.models import Campaign, HandIn
from reporting.operations import campaigns, hand_in_files, hand_ins
from tests.reporting.campaign_rows import add_version, judge, standings
from tests.reporting.paper_scene import DUE, MONTHLY, REPORT, handed, papers, pdf

TICK = timedelta(microseconds=1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def campaign(world):
    return papers(world)


@pytest.fixture
def given(campaign, world, cast):
    return handed(campaign, world["hnu"], cast["university"])


def stored():
    return sorted(path.name for path in Path(settings.MEDIA_ROOT, "hand_ins").glob("*"))


def test_a_unit_hands_in_and_the_file_stands_encrypted_under_a_name_of_ours(given, cast):
    assert (given.state, given.is_late, given.original_name, given.copy) == ("handed", False, "总结.pdf", 1)
    path = Path(settings.MEDIA_ROOT, "hand_ins", given.stored_name)
    assert "总结".encode() not in path.read_bytes()
    assert "hnu" not in given.stored_name
    assert path.stat().st_mode & 0o077 == 0
    data, kind = hand_ins.content(given, by=cast["province"])
    assert (data, kind.mime) == (pdf(), "application/pdf")
    assert AuditEntry.objects.filter(verb="hand_in.read", unit_id=given.unit_id).exists()


def test_the_same_file_once_more_is_the_same_document(given, campaign, world, cast):
    before = stored()
    assert handed(campaign, world["hnu"], cast["university"]) == given
    assert stored() == before
    assert HandIn.objects.count() == 1


def test_nothing_is_written_once_the_campaign_has_ended_while_the_file_was_looked_at(campaign, world, cast):
    requirement = hand_ins.demand_of(campaign, REPORT, "document")
    document = hand_ins.documents.checked(pdf(), "总结.pdf")
    campaigns.end_campaign(campaign.pk, reason="总结已经收齐", by=cast["province"])
    with pytest.raises(IllegalMove, match="不在进行中"):
        hand_ins._written(requirement, world["hnu"], "", document, "x", cast["university"])
    assert not HandIn.objects.exists()


def test_another_file_comes_only_after_a_return(given, campaign, world, cast):
    before = stored()
    with pytest.raises(IllegalMove, match="正等待接收"):
        handed(campaign, world["hnu"], cast["university"], text="新的")
    assert stored() == before
    hand_ins.send_back(given.pk, reason="没有数据", by=cast["province"])
    newer = handed(campaign, world["hnu"], cast["university"], text="新的")
    assert (newer.state, HandIn.objects.count()) == ("handed", 2)
    hand_ins.accept(newer.pk, by=cast["province"])
    with pytest.raises(IllegalMove, match="不能再换"):
        handed(campaign, world["hnu"], cast["university"], text="更新的")


def test_a_return_tells_the_unit_why(given, cast):
    hand_ins.send_back(given.pk, reason="没有写明 时间", by=cast["province"])
    message = Notification.objects.get(unit=given.unit)
    assert message.kind == "hand_in_returned"
    assert "没有写明 时间" in message.text
    assert message.link == hand_ins.link_to(given)


@pytest.mark.parametrize("reason", ["", "  ", "请打13800138000", "长" * 201])
def test_a_return_says_why_and_no_number_of_a_person(given, cast, reason):
    with pytest.raises(ReportingError):
        hand_ins.send_back(given.pk, reason=reason, by=cast["province"])
    given.refresh_from_db()
    assert given.state == "handed"


def test_accepted_twice_is_accepted_once_and_never_returned(given, cast):
    first = hand_ins.accept(given.pk, by=cast["province"])
    again = hand_ins.accept(given.pk, by=cast["province"])
    assert again.decided_at == first.decided_at
    with pytest.raises(IllegalMove, match="已经接收"):
        hand_ins.send_back(given.pk, reason="晚了", by=cast["province"])
    assert AuditEntry.objects.filter(verb="hand_in.accepted").count() == 1


def test_a_returned_one_is_not_accepted_afterwards(given, cast):
    hand_ins.send_back(given.pk, reason="重做", by=cast["province"])
    with pytest.raises(IllegalMove, match="已经退回"):
        hand_ins.accept(given.pk, by=cast["province"])


@pytest.mark.parametrize(("moment", "is_late"), [(DUE - TICK, False), (DUE, True)])
def test_late_is_what_comes_at_the_deadline_or_after(campaign, world, cast, moment, is_late):
    with clock.frozen(moment):
        assert handed(campaign, world["hnu"], cast["university"]).is_late is is_late


@pytest.mark.parametrize(
    ("month", "is_late"), [("2026-10-01", None), ("2026-11-01", False), ("2026-12-01", None)]
)
def test_a_monthly_document_is_of_a_month_that_is_asked(campaign, world, cast, month, is_late):
    def act():
        return handed(campaign, world["hnu"], cast["university"], code=MONTHLY, period=month)

    if is_late is None:
        with pytest.raises(IllegalMove, match="没有这一期"):
            act()
    else:
        assert act().is_late is is_late


def test_a_document_of_last_month_is_late(campaign, world, cast):
    december = clock.day_start(DUE.date().replace(month=12, day=1))
    with clock.frozen(december):
        found = handed(campaign, world["hnu"], cast["university"], code=MONTHLY, period="2026-11-01")
    assert (found.is_late, found.period) == (True, "2026-11-01")


def test_of_two_copies_two_stand(world, cast):
    campaign = papers(world, copies=2)
    for text in ("甲", "乙"):
        handed(campaign, world["hnu"], cast["university"], text=text)
    assert sorted(HandIn.objects.values_list("copy", flat=True)) == [1, 2]
    with pytest.raises(IllegalMove):
        handed(campaign, world["hnu"], cast["university"], text="丙")


def test_it_meets_the_requirement_until_it_is_returned(given, campaign, world, cast):
    judge(campaign)
    assert (
        standings(campaign, world)["hnu"][0] == "0"
    )  # handed in at the very moment: it counts from the next one on
    judge(campaign, clock.now() + TICK)
    assert standings(campaign, world)["hnu"][0] == "1"


@pytest.mark.parametrize(("key", "code"), [("auditor", "hnu"), ("outsider", "hnu"), ("secretary", "hnu")])
def test_others_hand_in_nothing(campaign, world, cast, key, code):
    with pytest.raises((NotAllowed, OrgUnit.DoesNotExist)):
        handed(campaign, world[code], cast[key])
    assert stored() == []


def test_who_is_not_asked_hands_in_nothing(campaign, world, cast):
    with pytest.raises(IllegalMove, match="不对这个单位提出"):
        handed(campaign, world["hnu-law"], cast["college"])


def test_after_the_end_nothing_comes_in(campaign, world, cast):
    Campaign.objects.update(state="ended")
    with pytest.raises(IllegalMove, match="不在进行中"):
        handed(campaign, world["hnu"], cast["university"])


def test_what_a_newer_version_asks_no_more_is_not_taken(campaign, world, cast):
    add_version(campaign, {"code": "other", "kind": "document"}, loaded_at=clock.now())
    with pytest.raises(IllegalMove, match="现行部署中没有"):
        handed(campaign, world["hnu"], cast["university"])


def test_a_wrong_file_leaves_nothing_behind(campaign, world, cast):
    with pytest.raises(FileRejected):
        hand_ins.hand_in(campaign.pk, REPORT, world["hnu"].pk, b"MZ", "总结.pdf", by=cast["university"])
    assert stored() == []


@pytest.mark.parametrize("key", ["university", "city", "auditor", "outsider"])
def test_only_who_runs_the_campaign_decides(given, cast, key):
    for act in (
        lambda: hand_ins.accept(given.pk, by=cast[key]),
        lambda: hand_ins.send_back(given.pk, reason="重做", by=cast[key]),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_department_decides_about_its_lines(given, cast):
    assert hand_ins.accept(given.pk, by=cast["schools"]).state == "accepted"


def test_nobody_accepts_what_they_handed_in_themselves(campaign, world, cast):
    own = handed(campaign, world["hnu"], cast["province"])
    with pytest.raises(NotAllowed, match="其他人员"):
        hand_ins.accept(own.pk, by=cast["province"])


def test_a_file_that_is_not_what_was_handed_in_is_not_sent(given, cast):
    other = hand_in_files.STORE.keep(b"something else")
    folder = Path(settings.MEDIA_ROOT, "hand_ins")
    (folder / given.stored_name).write_bytes((folder / other).read_bytes())
    with pytest.raises(FileDamaged):
        hand_ins.content(given, by=cast["province"])
    (folder / given.stored_name).unlink()
    with pytest.raises(FileDamaged):
        hand_ins.content(given, by=cast["province"])


def test_what_was_handed_in_is_never_purged(given):
    orphan = hand_in_files.STORE.keep(b"left behind")
    assert hand_in_files.purge() == 0
    with clock.frozen(clock.now() + timedelta(days=4000)):
        assert hand_in_files.purge() == 1
    assert stored() == [given.stored_name]
    assert orphan not in stored()


@pytest.mark.parametrize(("name", "shown"), [
    ("../../etc/passwd.pdf", "passwd.pdf"), ("C:\\文件\\总结.PDF", "总结.pdf"), ('a"b\r\nc.pdf', "abc.pdf"), (".pdf", "document.pdf"),
    ("字" * 300 + ".pdf", "字" * 116 + ".pdf"), ("总\u202e结.pdf", "总结.pdf"),
])  # fmt: skip
def test_the_name_shown_is_a_plain_name(campaign, world, cast, name, shown):
    assert handed(campaign, world["hnu"], cast["university"], name=name).original_name == shown
