"""What has really happened to units: renamed, moved between prefectures, raised a level, merged.

Each time the closed week stays as it was, to the hash, and can be opened; the next one shows the new place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Account, FieldList, Submission
from accounts.operations.registry import open_account
from accounts.operations.rounds import launch_round
from orgs.choices import Kind, Role
from orgs.exceptions import InvalidUnit
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import Appointment, OrgUnit, User
from orgs.operations import tree
from orgs.operations.tree_check import check_tree
from reporting.models import ClosedWeek
from tests.orgs.forest import wrong_descendant_sets
from tests.reporting import closed_weeks
from tests.reporting.oracle import Oracle
from tests.reporting.test_close_repeated import close_anew
from tests.world import BUILT_AT, TODAY

pytestmark = pytest.mark.django_db
OLD, NEW = Week(2026, 46), Week(2026, 47)


def create(world, parent: str, kind: str, name: str, code: str) -> OrgUnit:
    with clock.frozen(BUILT_AT + timedelta(hours=1)):
        world.ids[code] = tree.create_unit(world[parent], kind=kind, name=name, code=code, by=None).pk
    return world[code]


def appoint(unit: OrgUnit, key: str) -> User:
    person = User.objects.create_user(key, None, name="任职人")
    Appointment.objects.create(user=person, unit=unit, role=Role.COMMITTEE, starts_on=BUILT_AT.date())
    return person


def waiting_form(world, cast, code: str) -> Submission:
    """A form of the unit on the desk of its superior."""
    collection = launch_round(
        world["ah"],
        title="微信及管理员信息收集",
        field_list=FieldList.objects.get(code="UNI-A"),
        kinds=[Kind.COUNTY],
        opens_at=clock.now(),
        deadline_at=clock.day_end(clock.today()),
        by=cast["national"],
    )
    unit = world[code]
    facts = {"status": "submitted", "desk": unit.parent, "version": 2, "submitted_at": clock.now()}
    return Submission.objects.create(round=collection, unit=unit, **facts)


@dataclass(slots=True)
class Past:
    """The week before, closed, and how it is looked at afterwards."""

    week: ClosedWeek
    content: str

    @classmethod
    def of(cls, world, code: str) -> Past:
        """An account stands in the unit since that week; the week is closed."""
        closed_weeks.report(world, code, 40, week=OLD)
        week = closed_weeks.close(OLD)
        return cls(week, week.content_hash)

    def is_unchanged(self) -> bool:
        """Neither the rows nor what a computation from the versions gives today."""
        self.week.refresh_from_db()
        return self.week.content_hash == self.content == close_anew(OLD).content_hash


def page_of(client, week: Week, unit_id: int) -> str:
    answer = client.get(reverse("reporting:show-unit-week", args=[str(week), unit_id]))
    assert answer.status_code == 200
    return answer.content.decode()


def row_of(week: Week, unit_id: int):
    """The row of the new week, which agrees with the oracle."""
    closed = closed_weeks.close(week)
    row, expected = closed.units.get(unit_id=unit_id), Oracle(week).rows()[unit_id]
    assert (row.name, row.parent_id, row.kind_id) == (
        expected["name"],
        expected["parent_id"],
        expected["kind_id"],
    )
    return row


def is_sound() -> bool:
    return check_tree().is_sound and wrong_descendant_sets() == []


def test_qiongzhou_university_becomes_hainan_tropical_ocean_university(world, cast, sign_in):
    past = Past.of(world, "qzu-sci-1201")
    tree.rename_unit(
        world["qzu"], name="海南热带海洋学院团委", short_name="海大", reason="学校更名", by=cast["province"]
    )
    assert past.is_unchanged()
    client = sign_in("province")
    for text in ("琼州学院", "热带海洋"):
        found = client.get(reverse("orgs:list-units"), {"q": text}).content.decode()
        assert "海南热带海洋学院团委" in found
    assert "琼州学院团委" in page_of(client, OLD, world.ids["qzu"])
    assert row_of(NEW, world.ids["qzu"]).name == "海南热带海洋学院团委"
    assert "海南热带海洋学院团委" in page_of(client, NEW, world.ids["qzu"])


def test_zongyang_moves_from_anqing_to_tongling_with_accounts_forms_and_scope(world, cast, sign_in, client):
    create(world, "ah", Kind.PREFECTURE, "共青团铜陵市委", "tl")
    create(world, "aq-zy", Kind.TOWNSHIP, "枞阳镇团委", "aq-zy-zy")
    anqing, tongling = appoint(world["aq"], "anqing"), appoint(world["tl"], "tongling")
    form = waiting_form(world, cast, "aq-zy")
    past = Past.of(world, "aq-zy-zy")
    tree.move_unit(world["aq-zy"], world["tl"], reason="行政区划调整", by=cast["national"])
    assert past.is_unchanged()
    account = Account.objects.get(unit=world["aq-zy-zy"])
    form.refresh_from_db()
    assert form.desk == world["tl"]
    for person, status in ((anqing, 404), (tongling, 200)):
        client.force_login(person)
        assert client.get(reverse("orgs:show-unit", args=[world.ids["aq-zy"]])).status_code == status
        assert client.get(reverse("accounts:show-account", args=[account.pk])).status_code == status
    province = sign_in("national")
    assert "枞阳县" in page_of(province, OLD, world.ids["aq"])
    assert row_of(NEW, world.ids["aq-zy"]).parent_id == world.ids["tl"]
    assert "枞阳县" in page_of(province, NEW, world.ids["tl"])
    assert "划归其他上级：共青团枞阳县委" in page_of(province, NEW, world.ids["aq"])
    assert is_sound()


def test_danzhou_becomes_a_prefecture_and_a_level_is_inserted(world, cast, sign_in):
    create(world, "hi", Kind.COUNTY, "共青团儋州市委", "dz")
    for code, name in (("dz-nd", "那大镇团委"), ("dz-ys", "洋浦镇团委")):
        create(world, "dz", Kind.TOWNSHIP, name, code)
    create(world, "dz-ys", Kind.VILLAGE, "公堂村团支部", "dz-ys-gt")
    past = Past.of(world, "dz-ys-gt")
    tree.amend_unit(world["dz"], {"kind_id": Kind.PREFECTURE}, reason="升格为地级市", by=cast["province"])
    area = tree.create_unit(
        world["dz"], kind=Kind.COUNTY, name="共青团洋浦区委", code="dz-yp", by=cast["province"]
    )
    tree.move_unit(world["dz-ys"], area, reason="设立县级区", by=cast["province"])
    assert past.is_unchanged()
    client = sign_in("province")
    new = row_of(NEW, world.ids["dz-ys-gt"])
    assert new.depth == OrgUnit.objects.get(pk=area.pk).depth + 2 == 4
    rows = {row.unit_id: row for row in ClosedWeek.objects.get(year=2026, number=47).units.all()}
    assert rows[world.ids["dz"]].kind_id == Kind.PREFECTURE
    assert rows[area.pk].sub_accounts_personal == rows[world.ids["dz"]].sub_accounts_personal == 1
    assert "洋浦镇团委" in page_of(client, OLD, world.ids["dz"])
    assert "洋浦镇团委" in page_of(client, NEW, area.pk)
    assert is_sound()


def test_a_county_with_villages_of_its_own_cannot_become_a_prefecture_before_they_are_hung_elsewhere(world):
    create(world, "hi", Kind.COUNTY, "共青团儋州市委", "dz")
    create(world, "dz", Kind.VILLAGE, "南岸村团支部", "dz-na")
    with pytest.raises(Exception, match="先调整下级"):
        tree.amend_unit(world["dz"], {"kind_id": Kind.PREFECTURE}, by=None)


def test_two_universities_merge(world, cast, sign_in):
    past = Past.of(world, "qzu-sci-1201")
    with clock.frozen(TODAY - timedelta(days=1)):
        open_account(world["qzu"], platform="wechat_personal", identifier="qzu", contacts=9, by=None)
    tree.merge_units(world["qzu"], world["hnu"], reason="两校合并", by=cast["province"])
    assert past.is_unchanged()
    client = sign_in("province")
    assert Account.objects.get(identifier="qzu").unit == world["hnu"]
    found = client.get(reverse("orgs:list-units"), {"q": "数学2012级"}).content.decode()
    assert "海南大学团委" in found
    assert "理工学院团委" in page_of(client, OLD, world.ids["qzu"])
    assert row_of(NEW, world.ids["qzu-sci"]).parent_id == world.ids["hnu"]
    assert "理工学院团委" in page_of(client, NEW, world.ids["hnu"])
    assert is_sound()


def test_a_merger_is_refused_while_both_have_a_unit_of_the_same_name(world):
    create(world, "qzu", Kind.COLLEGE, "法学院团委", "qzu-law")
    with pytest.raises(InvalidUnit, match="法学院团委"):
        tree.merge_units(world["qzu"], world["hnu"], reason="合并", by=None)


@pytest.mark.parametrize("how", ["move", "merge", "kind"])
def test_units_without_a_line_of_their_own_follow_their_new_superior(world, how):
    """A class branch has the line of what it stands below: school below a middle school, university below a college."""
    create(world, "hi", Kind.MIDDLE_SCHOOL, "海南中学团委", "ms")
    with clock.frozen(BUILT_AT + timedelta(hours=1)):
        branch = tree.create_unit(
            world["ms"], kind=Kind.CLASS_BRANCH, name="高一1班团支部", code="ms-1", intake_year=2013, by=None
        )
    assert branch.line == "school"
    if how == "move":
        tree.move_unit(branch, world["hnu-law"], reason="调整", by=None)
    elif how == "merge":
        tree.merge_units(world["ms"], world["hnu-law"], reason="合并", by=None)
    else:
        tree.amend_unit(world["ms"], {"kind_id": Kind.UNIVERSITY}, by=None)
    branch.refresh_from_db()
    assert branch.line == "university"
    assert branch.versions.current().get().line == "university"
    assert check_tree().is_sound
