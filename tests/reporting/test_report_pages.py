"""Pages of the weekly report: the committee's own, the superiors' list of all, reminders, lines on the home page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.choices import EventKind
from accounts.models import RegistryEvent
from accounts.operations import registry
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import AuditEntry, MailDelivery, Notification, User
from orgs.operations import tree
from reporting.models import WeekExplanation, WeeklyReport
from reporting.operations.reports import Said, confirm
from tests.reporting.closed_weeks import LAST, add_universities, close, report

pytestmark = pytest.mark.django_db
THIS = Week(2026, 47)
LIST, REMIND = reverse("reporting:list-reports"), reverse("reporting:remind-reports")


def url(world, code="hnu", week=THIS, name="show-report"):
    return reverse(f"reporting:{name}", args=[world[code].pk, week])


@pytest.fixture
def lost(world):
    """A class account that was closed without a word on Tuesday of the running week."""
    account = report(world, "hnu-law-1201", 20)
    with clock.frozen(THIS.starts_at + timedelta(days=1, hours=10)):
        registry.close_account(account, reason="", by=None)
    return RegistryEvent.objects.get(account=account, kind=EventKind.CLOSED).pk


def test_from_the_home_page_to_a_confirmed_week_in_two_clicks(sign_in, world):
    client = sign_in("university")
    line = next(todo for todo in client.get("/").context["todos"] if todo.label == "本周周报待确认")
    assert (line.due, line.detail) == ("11月22日24:00", THIS.label)
    page = client.get(line.url, follow=True)
    assert page.redirect_chain[-1][0] == url(world)
    assert "本周没有开通、变更和注销，可以直接确认" in page.text
    answer = client.post(url(world, name="confirm-report"), {"version": "0"}, follow=True)
    assert "已确认" in answer.text
    labels = [todo.label for todo in client.get("/").context["todos"]]
    assert "本周周报待确认" not in labels
    assert "上周周报未报" in labels


def test_a_double_tap_leaves_one_report(sign_in, world):
    client = sign_in("university")
    for _n in range(2):
        assert (
            client.post(url(world, name="confirm-report"), {"version": "0", "remark": "照常"}).status_code
            == 302
        )
    assert WeeklyReport.objects.get().version == 1


def test_two_people_at_once_the_second_is_told(sign_in, world):
    client, confirming = sign_in("university"), url(world, name="confirm-report")
    client.post(confirming, {"version": "0", "remark": "甲"})
    answer = client.post(confirming, {"version": "0", "remark": "乙"})
    assert answer.status_code == 422
    assert "内容已被他人更新" in answer.text
    assert "乙" in answer.text  # nothing typed is lost
    assert WeeklyReport.objects.get().remark == "甲"


def test_a_closing_asks_for_its_reason_at_its_field(sign_in, world, lost):
    client = sign_in("university")
    page = client.get(url(world)).text
    assert f'name="closing_{lost}"' in page
    assert "未说明原因" in page
    refused = client.post(url(world, name="confirm-report"), {"version": "0"})
    assert refused.status_code == 422
    assert f'href="#id_closing_{lost}"' in refused.text
    assert "<title>错误：" in refused.text
    sent = {"version": "0", f"closing_{lost}": "合并建群"}
    assert client.post(url(world, name="confirm-report"), sent).status_code == 302
    assert WeekExplanation.objects.get().event_id == lost


def test_one_reason_serves_for_all_closings_left_empty(sign_in, world, lost):
    account = report(world, "hnu-law-1202", 20)
    with clock.frozen(THIS.starts_at + timedelta(days=1)):
        registry.close_account(account, reason="", by=None)
    sent = {"version": "0", f"closing_{lost}": "合并建群", "same_reason": "毕业班停用"}
    assert sign_in("university").post(url(world, name="confirm-report"), sent).status_code == 302
    assert sorted(WeekExplanation.objects.values_list("text", flat=True)) == ["合并建群", "毕业班停用"]


def test_superiors_read_the_report_and_have_no_button(sign_in, world, lost):
    page = sign_in("province").get(url(world)).text
    assert "注销未说明原因" in page
    assert "confirm/" not in page
    assert sign_in("province").post(url(world, name="confirm-report"), {"version": "0"}).status_code == 403
    assert sign_in("outsider").get(url(world)).status_code == 404
    assert sign_in("outsider").post(url(world, name="confirm-report"), {}).status_code == 404


@pytest.mark.parametrize("week", ["2026-W48", "1999-W01", "0001-W01"])
def test_weeks_that_nobody_reports_do_not_exist(sign_in, world, week):
    client = sign_in("university")
    assert client.get(f"/weekly/{world['hnu'].pk}/{week}/").status_code == 404
    assert client.get(LIST, {"w": week}).status_code == 404


@pytest.mark.parametrize("code", ["hnu-law", "vol", "hi"])
def test_no_report_is_asked_of_a_college_an_affiliated_body_or_the_province(sign_in, world, code):
    assert sign_in("province").get(url(world, code)).status_code == 404


def test_the_list_shows_all_direct_units_with_state_and_who_is_responsible(sign_in, world, cast):
    confirm(world["hnu"], LAST, Said("已督促"), version=0, by=cast["university"])  # on Wednesday: late
    with clock.frozen(LAST.ends_at - timedelta(hours=1)):
        confirm(world["qh"], LAST, Said(), version=0, by=cast["city"])
    answer = sign_in("province").get(LIST)
    found = {line.unit.code: line for line in answer.context["list"].lines}
    assert {code: line.state.label for code, line in found.items()} == {
        "qh": "已确认",
        "wn": "未报",
        "hnu": "迟报",
        "qzu": "未报",
    }
    assert "应报 4 个直属单位，已确认 2 个，其中迟报 1 个" in answer.text
    assert "已督促" in answer.text
    assert [contact.name for contact in found["qzu"].contacts] == ["邻区吴"]
    only = sign_in("province").get(LIST, {"state": "silent"}).context["list"].lines
    assert [line.unit.code for line in only] == ["wn", "qzu"]
    assert [line.unit.code for line in sign_in("schools").get(LIST).context["list"].lines] == ["hnu", "qzu"]
    assert [line.unit.code for line in sign_in("university").get(LIST).context["list"].lines] == ["hnu"]
    assert "团支部和院系、乡镇不用报" in sign_in("college").get(LIST).text
    assert sign_in("nobody").get(LIST).status_code == 403


def test_reminding_tells_the_silent_ones_once_a_day_by_message_and_mail(sign_in, world, cast):
    User.objects.filter(username="outsider").update(email="wu@example.org")
    confirm(world["hnu"], LAST, Said(), version=0, by=cast["university"])
    client = sign_in("province")
    answer = client.post(REMIND, {"w": "2026-W46"}, follow=True)
    assert "已提醒 3 个团组织" in answer.text
    told = {message.unit.code: message for message in Notification.objects.select_related("unit")}
    assert sorted(told) == ["qh", "qzu", "wn"]
    assert "已过11月15日24:00" in told["qh"].text
    assert MailDelivery.objects.get().user == cast["outsider"]
    assert "另有 3 个今天已提醒过" in client.post(REMIND, {"w": "2026-W46"}, follow=True).text
    assert Notification.objects.count() == 3
    line = next(each for each in answer.context["list"].lines if each.unit.code == "qh")
    assert line.reminded_at is not None
    assert sign_in("city").get(told["qh"].link, follow=True).redirect_chain[-1][0] == url(world, "qh", LAST)
    assert AuditEntry.objects.filter(verb="weekly_report.reminded").count() == 2


def test_reminding_one_unit_leaves_the_others_alone_and_is_capped(sign_in, world, settings):
    settings.REMINDERS_PER_WEEK = 1
    client = sign_in("province")
    client.post(REMIND, {"w": "2026-W46", "only": world["qzu"].pk})
    assert [each.unit.code for each in Notification.objects.select_related("unit")] == ["qzu"]
    with clock.frozen(clock.now() + timedelta(days=1)):
        answer = client.post(REMIND, {"w": "2026-W46", "only": world["qzu"].pk}, follow=True)
    assert "1 个本周已提醒 1 次" in answer.text
    assert client.post(REMIND, {}).status_code == 404
    assert sign_in("secretary").post(REMIND, {"w": "2026-W46"}).status_code == 403
    assert sign_in("outsider").post(REMIND, {"w": "2026-W46", "unit": world["hnu"].pk}).status_code == 404
    sign_in("outsider").post(REMIND, {"w": "2026-W46"})  # nobody reminds a unit of their own
    assert Notification.objects.count() == 1


def test_the_text_for_the_group_chat_names_the_silent_ones(sign_in, world, cast):
    confirm(world["hnu"], LAST, Said(), version=0, by=cast["university"])
    page = sign_in("province").get(LIST).text
    text = page.split('id="chat-text"', 1)[1].split("</textarea>", 1)[0]
    assert "尚未确认：共青团琼海市委、共青团万宁市委、琼州学院团委" in text
    assert "/weekly/own/?w=2026-W46" in text
    assert 'class="qr"' in page
    assert 'id="chat-text"' not in sign_in("university").get(LIST).text


@pytest.mark.parametrize("query", [{"state": "confirmed"}, {"state": "late"}, {"page": "2"}])
def test_whom_to_remind_depends_neither_on_the_filter_nor_on_the_page(sign_in, world, cast, query):
    confirm(world["hnu"], LAST, Said(), version=0, by=cast["university"])
    add_universities(world, 52)
    client = sign_in("province")
    whole, shown = (client.get(LIST, asked).context["list"] for asked in ({}, query))
    assert whole.names == shown.names
    assert len(shown.names) == shown.n_waiting == 55
    assert shown.may_remind
    assert not sign_in("university").get(LIST, query).context["list"].may_remind


def test_the_superior_is_told_at_home_how_many_are_missing(sign_in, world, cast):
    for code, key in (("hnu", "university"), ("qzu", "outsider"), ("qh", "city")):
        confirm(world[code], LAST, Said(), version=0, by=cast[key])
    line = next(todo for todo in sign_in("province").get("/").context["todos"] if "未报周报" in todo.label)
    assert line.label == "1个单位未报周报"
    assert [each.unit.code for each in sign_in("province").get(line.url).context["list"].lines] == ["wn"]
    assert not [todo for todo in sign_in("college").get("/").context["todos"] if "周报" in todo.label]


def test_the_year_of_each_unit_stands_on_a_page(sign_in, world, cast):
    close(LAST.previous())
    close()
    with clock.frozen(LAST.ends_at - timedelta(hours=1)):
        confirm(world["hnu"], LAST, Said(), version=0, by=cast["university"])
    answer = sign_in("province").get(reverse("reporting:list-report-years"))
    found = {unit.code: counted for unit, counted in answer.context["list"].lines}
    assert (found["hnu"].on_time, found["hnu"].missing, found["qh"].missing) == (1, 1, 2)
    assert "50.0%" in answer.text
    assert sign_in("province").get(reverse("reporting:list-report-years"), {"year": "1"}).status_code == 404


def test_a_closed_week_links_its_figures_to_their_rows(sign_in, world):
    report(world, "hnu-law-1201", 20)
    close()
    page = sign_in("university").get(url(world, week=LAST)).text
    assert reverse("reporting:show-rows", args=[LAST, world["hnu"].pk, "opened"]) in page
    assert "补报" in page


@pytest.mark.parametrize("path", [LIST, reverse("reporting:list-report-years")])
def test_the_lists_take_as_many_statements_with_four_and_forty_units(sign_in, world, cast, path):
    client = sign_in("province")
    confirm(world["hnu"], LAST, Said("已督促"), version=0, by=cast["university"])
    report(world, "hnu-law-1201", 20)
    close()

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    few = statements()
    add_universities(world, 36)
    assert statements() == few <= 15


def test_the_own_page_takes_few_statements_with_everything_on_it(sign_in, world, cast, lost):
    close()
    words = Said("已督促", drop="正在重新登记", closings={lost: "合并建群"})
    confirm(world["hnu"], THIS, words, version=0, by=cast["university"])
    client = sign_in("university")
    for week in (THIS, LAST):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url(world, week=week)).status_code == 200
        assert len(captured) <= 15, [q["sql"][:150] + q["sql"][-60:] for q in captured]


def test_what_happened_to_units_stands_among_the_changes(sign_in, world, lost):
    tree.rename_unit(world["hnu-tour"], name="旅游管理学院团委", reason="学院更名", by=None)
    page = sign_in("university").get(url(world)).text
    changes = page.split("本周变动", 1)[1]
    assert "团组织改名" in changes
    assert "旅游管理学院团委" in changes
    assert changes.index("团组织改名") < changes.index("注销")
