"""待说明: a report confirmed early in the week is not complete while a later closing or fall is unexplained (SUP-4.1a)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.choices import EventKind
from accounts.models import RegistryEvent
from accounts.operations import registry
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import Notification
from reporting import punctuality, unexplained
from reporting.exceptions import ReportIncomplete
from reporting.operations.reports import Said, confirm
from tests.reporting.closed_weeks import LAST, close, report

pytestmark = pytest.mark.django_db
THIS = Week(2026, 47)
LIST, REMIND = reverse("reporting:list-reports"), reverse("reporting:remind-reports")


@pytest.fixture
def early(world, cast):
    """early(week) confirms the week of Hainan University on its Tuesday."""

    def _early(week: Week, **more):
        with clock.frozen(week.starts_at + timedelta(days=1, hours=12)):
            return confirm(world["hnu"], week, Said(**more), version=0, by=cast["university"])

    return _early


@pytest.fixture
def fallen(world, early):
    """The university confirmed the last week on Tuesday; on Thursday a college lost its 45 contacts; then it was closed."""
    account = report(world, "hnu-law-1202", 45, week=LAST.previous())
    close(LAST.previous())
    early(LAST)
    with clock.frozen(LAST.starts_at + timedelta(days=3)):
        registry.change_account(account, contacts=0, reason="核减", by=None)
    close()


@pytest.fixture
def lost(world, early):
    """lost(week): confirmed on Tuesday, an account closed without a word on Thursday; returns the event."""

    def _lost(week: Week) -> int:
        account = report(world, "hnu-law-1201", 20, week=week)
        early(week)
        with clock.frozen(week.starts_at + timedelta(days=3)):
            registry.close_account(account, reason="", by=None)
        return RegistryEvent.objects.get(account=account, kind=EventKind.CLOSED).pk

    return _lost


def states(client, week=LAST, **asked):
    found = client.get(LIST, {"w": str(week)} | asked).context["list"]
    return {line.unit.code: line.state.label for line in found.lines}, found.counts


def test_a_fall_after_the_confirmation_makes_the_report_incomplete_but_not_late(sign_in, world, cast, fallen):
    listed, counts = states(sign_in("province"))
    assert listed["hnu"] == "待说明"
    assert (counts["confirmed"], counts["unexplained"]) == (0, 1)
    assert list(states(sign_in("province"), state="unexplained")[0]) == ["hnu"]
    assert "待说明 1 个" in sign_in("province").get(LIST, {"w": str(LAST)}).text
    assert punctuality.of_year(2026, [world["hnu"].pk])[world["hnu"].pk].on_time == 1
    line = next(
        todo for todo in sign_in("university").get("/").context["todos"] if "周报待说明" in todo.label
    )
    page = sign_in("university").get(line.url, follow=True)
    assert page.context["page"].state.label == "待说明"
    confirm(world["hnu"], LAST, Said(drop="核减重复联系人"), version=1, by=cast["university"])
    listed, counts = states(sign_in("province"))
    assert (listed["hnu"], counts["confirmed"], counts["unexplained"]) == ("已确认", 1, 0)
    assert "上周周报待说明" not in [todo.label for todo in sign_in("university").get("/").context["todos"]]


@pytest.mark.parametrize("is_closed", [True, False])
def test_a_closing_after_the_confirmation_waits_for_its_reason(sign_in, world, cast, lost, is_closed):
    event = lost(LAST)
    if is_closed:
        close()
    assert unexplained.of_week(LAST, [world["hnu"].pk, world["qzu"].pk]) == {world["hnu"].pk}
    assert states(sign_in("province"))[0]["hnu"] == "待说明"
    with pytest.raises(ReportIncomplete):  # the same tap again says nothing
        confirm(world["hnu"], LAST, Said(), version=1, by=cast["university"])
    confirm(world["hnu"], LAST, Said(closings={event: "合并建群"}), version=1, by=cast["university"])
    assert unexplained.of_week(LAST, [world["hnu"].pk]) == set()


def test_in_the_running_week_the_unit_is_told_at_home_and_a_second_tap_does_not_do(sign_in, world, lost):
    event = lost(THIS)
    client = sign_in("university")
    with clock.frozen(THIS.starts_at + timedelta(days=4)):
        client = sign_in("university")
        labels = [todo.label for todo in client.get("/").context["todos"]]
        assert "本周周报待说明" in labels
        assert "本周周报待确认" not in labels
        confirming = reverse("reporting:confirm-report", args=[world["hnu"].pk, THIS])
        assert client.post(confirming, {"version": "1"}).status_code == 422
        assert client.post(confirming, {"version": "1", f"closing_{event}": "合并建群"}).status_code == 302
        assert "本周周报待说明" not in [todo.label for todo in client.get("/").context["todos"]]


def test_a_late_one_says_both(sign_in, world, cast, lost):
    account = report(world, "hnu-law-1202", 20)
    confirm(world["hnu"], LAST, Said(), version=0, by=cast["university"])
    with clock.frozen(LAST.ends_at - timedelta(hours=1)):
        registry.close_account(account, reason="", by=None)
    assert states(sign_in("province"))[0]["hnu"] == "迟报，待说明"


def test_reminding_includes_who_has_not_explained(sign_in, world, lost):
    lost(LAST)
    close()
    client = sign_in("province")
    before = client.get(LIST, {"w": str(LAST)})
    assert f"还要说明注销或覆盖率下降原因：{world['hnu'].name}。" in before.context["text"]
    assert next(line for line in before.context["list"].lines if line.unit.code == "hnu").may_remind
    client.post(REMIND, {"w": str(LAST), "only": world["hnu"].pk})
    told = Notification.objects.get(kind="reminded")
    assert (told.unit_id, "请补充说明" in told.text) == (world["hnu"].pk, True)
    answer = client.post(REMIND, {"w": str(LAST)}, follow=True)
    assert "已提醒 3 个团组织" in answer.text
