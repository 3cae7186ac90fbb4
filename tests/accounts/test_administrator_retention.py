"""Persons who left long ago are forgotten; terms, versions and figures stay (product.md)."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Administratorship, AdministratorshipVersion, RegistryEvent
from accounts.operations import registry
from accounts.operations.registry import PersonalData, retention
from accounts.tables import masked_name
from accounts.tasks import purge_administrators
from orgs.kernel import clock
from orgs.models import AuditEntry
from reporting.models import WeekUnit
from reporting.operations.weekly import close_week
from tests.world import TODAY

pytestmark = pytest.mark.django_db

PERSON = PersonalData("林某甲", "lin_moujia", "小林", "354120768", "13800000123")
A_YEAR_LATER = TODAY.replace(year=2027)


@pytest.fixture
def left(world):
    return leave(world, "hnu-law-1201")


def leave(world, code: str):
    unit = world[code]
    account = registry.open_account(unit, platform="wechat_personal", identifier=f"wx_{code}", by=None)
    term = registry.appoint_administrator(unit, account=account, person=PERSON, by=None)
    with clock.frozen(TODAY + timedelta(hours=1)):
        registry.end_administratorship(term, reason="毕业", by=None)
    return term


def purge_at(moment) -> int:
    with clock.frozen(moment):
        return retention.purge_left()


def test_after_twelve_months_nothing_personal_is_left_and_the_term_stands(left):
    assert purge_at(A_YEAR_LATER) == 0, "the day itself is not over"
    assert purge_at(A_YEAR_LATER + timedelta(days=1)) == 1
    assert purge_at(A_YEAR_LATER + timedelta(days=2)) == 0
    term = Administratorship.objects.get(pk=left.pk)
    assert (term.name, term.wechat_id, term.nickname, term.qq, term.mobile) == ("", "", "", "", "")
    assert (term.mobile_index, term.name_index, term.end_reason) == ("", "", "毕业")
    assert masked_name(term) == "已清除"


def test_those_in_office_and_those_who_left_lately_stay(world, left, cast):
    unit = world["hnu-law-1202"]
    registry.appoint_administrator(unit, person=PERSON, by=None)
    assert purge_at(A_YEAR_LATER + timedelta(days=1)) == 1
    assert Administratorship.objects.in_office().get().mobile == "13800000123"


def versions():
    return list(AdministratorshipVersion.objects.order_by("pk").values())


def test_versions_lose_the_person_alone_and_the_week_counts_as_before(left):
    week = clock.Week.containing(TODAY)
    before, events = versions(), list(RegistryEvent.objects.values())
    assert before[0]["person_key"] == left.mobile_index != ""
    purge_at(A_YEAR_LATER + timedelta(days=1))
    assert versions() == [each | {"person_key": ""} for each in before]
    assert list(RegistryEvent.objects.values()) == events
    with clock.frozen(A_YEAR_LATER + timedelta(days=1)):
        close_week(week)
    assert WeekUnit.objects.get(unit_id=left.unit_id).own_admin_changed == 1


def test_versions_under_a_mobile_that_was_corrected_are_emptied_too(world, left):
    unit = world["hnu-law-1202"]
    term = registry.appoint_administrator(unit, person=PERSON, by=None)
    other = PersonalData("林某甲", mobile="13800000124")
    with clock.frozen(TODAY + timedelta(minutes=1)):
        registry.correct_administrator(term, other, by=None)
    keys = {each["person_key"] for each in versions() if each["administratorship_id"] == term.pk}
    assert len(keys) == 2
    purge_at(A_YEAR_LATER + timedelta(days=1))
    assert {each["person_key"] for each in versions() if each["administratorship_id"] == term.pk} == keys
    with clock.frozen(TODAY + timedelta(hours=2)):
        registry.end_administratorship(term, reason="毕业", by=None)
    purge_at(A_YEAR_LATER + timedelta(days=2))
    assert {each["person_key"] for each in versions()} == {""}


def test_each_province_has_one_line_in_its_log_with_the_count(world, left, cast):
    leave(world, "hnu-law-1202")
    leave(world, "aq-zy")
    purge_at(A_YEAR_LATER + timedelta(days=1))
    lines = AuditEntry.objects.filter(verb="administratorship.purged").order_by("unit__code")
    assert [(line.unit.code, line.detail["n"]) for line in lines] == [("ah", 1), ("hi", 2)]
    assert lines.visible_to(cast["province"]).count() == 1


def test_the_number_of_statements_does_not_depend_on_the_number_of_persons(world, left):
    with clock.frozen(A_YEAR_LATER + timedelta(days=1)), CaptureQueriesContext(connection) as one:
        assert retention.purge_left() == 1
    for code in ("hnu-law-1202", "hnu-law-1301", "hnu-tour-1201", "qzu-sci-1201"):
        leave(world, code)
    with clock.frozen(A_YEAR_LATER + timedelta(days=1)), CaptureQueriesContext(connection) as four:
        assert retention.purge_left() == 4
    assert len(four) == len(one)


@pytest.mark.parametrize(("months", "n"), [(0, 0), (1, 1), (12, 0)])
def test_the_setting_says_after_how_many_months(settings, left, months, n):
    settings.ADMINISTRATOR_KEEP_MONTHS = months
    assert purge_at(TODAY + timedelta(days=40)) == n


def test_the_task_and_the_command_do_the_same(left):
    said = StringIO()
    with clock.frozen(A_YEAR_LATER + timedelta(days=1)):
        call_command("purge_administrators", "--dry-run", stdout=said)
        assert Administratorship.objects.get(pk=left.pk).mobile
        call_command("purge_administrators", "--months", "12", stdout=said)
        purge_administrators()
    assert said.getvalue().split() == ["将清除", "1", "条任职、0", "行收集表的个人信息", "已清除", "1", "条任职、0", "行收集表的个人信息"]  # fmt: skip
    with pytest.raises(CommandError):
        call_command("purge_administrators", "--months", "0")
