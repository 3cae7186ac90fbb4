"""The home page: what is to do today, by role."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Account, AccountVersion, Group, Submission
from accounts.operations import incidents, registry
from orgs.kernel import clock
from orgs.models import Appointment, Job, Notification
from reporting.models import Bulletin
from reporting.operations import bulletins
from reporting.operations.weekly import close_week
from scoring.models import Scheme, Sheet
from tests.architecture import subjects

pytestmark = pytest.mark.django_db


def test_missing_forms_below_are_counted_for_who_reminds_and_the_own_one_is_to_fill(world, cast, sign_in):
    subjects.round(world["hnu"], cast)
    page = sign_in("university").get("/")
    assert [todo.label for todo in page.context["todos"]].count("所属团组织未填报") == 1
    own = sign_in("secretary").get("/").context["todos"]
    assert "所属团组织未填报" not in [todo.label for todo in own]
    assert [todo.status for todo in own] == ["待填报"]


def test_a_form_that_was_handed_in_stands_below_and_is_nothing_to_do(world, cast, sign_in):
    unit = cast["secretary"].appointments.get().unit
    subjects.submission(unit, cast)
    page = sign_in("secretary").get("/")
    assert page.context["todos"] == []
    assert [todo.status for todo in page.context["done"]] == ["待审核"]
    assert "今天没有要办的事" in page.content.decode()


def test_who_supervises_reads_the_week_in_a_sentence(world, cast, sign_in):
    subjects.week_unit(world["hnu"], cast)
    briefing = sign_in("university").get("/").context["briefing"]
    assert str(briefing.week) == "2026-W46"
    assert briefing.sentence
    assert sign_in("secretary").get("/").context["briefing"] is None


def lines(client) -> dict[str, object]:
    return {todo.label: todo for todo in client.get("/").context["todos"]}


@pytest.fixture
def stale(world):
    account = registry.open_account(
        world["hnu-law-1201"], platform="wechat_personal", identifier="law_1201", by=None
    )
    group = registry.open_group(world["hnu-law-1201"], kind="branch", name="一班微信群", by=None)
    day = clock.today() - timedelta(days=100)
    for each in (account, group):
        type(each).objects.filter(pk=each.pk).update(opened_on=day, counted_on=None, confirmed_on=None)
    return account, group


@pytest.mark.parametrize(
    ("key", "counts"), [("secretary", (1, 1)), ("college", (1, 1)), ("university", None), ("outsider", None)]
)
def test_what_is_to_be_confirmed_is_asked_of_the_unit_and_of_its_superior(stale, sign_in, key, counts):
    found = lines(sign_in(key))
    known = tuple(found[label].count for label in ("账号信息待确认", "群信息待确认") if label in found)
    assert known == (counts or ())


def test_what_was_confirmed_is_not_asked_again(stale, cast, sign_in):
    account, group = stale
    registry.confirm_account(account, by=cast["secretary"])
    assert "账号信息待确认" not in lines(sign_in("secretary"))
    url = lines(sign_in("secretary"))["群信息待确认"].url
    assert group.name in sign_in("secretary").get(url).content.decode()


@pytest.fixture
def stale_at_three_levels(stale, world):
    for code in ("hnu", "hnu-law", "hnu-law-1202"):
        registry.open_account(world[code], platform="wechat_personal", identifier=f"wx_{code}", by=None)
        registry.open_group(world[code], kind="branch", name=f"{code}微信群", by=None)
    day = clock.today() - timedelta(days=100)
    for each in (Account, Group):
        each.objects.update(opened_on=day, counted_on=None, confirmed_on=None)


@pytest.mark.parametrize(("key", "n"), [("secretary", 1), ("college", 3), ("university", 2), ("province", 1)])
def test_as_many_rows_stand_behind_the_number_as_it_says(stale_at_three_levels, sign_in, key, n):
    client = sign_in(key)
    found = lines(client)
    for label in ("账号信息待确认", "群信息待确认"):
        shown = client.get(found[label].url).context["listing"].totals["n"]
        assert (found[label].count, shown) == (n, n)


@pytest.mark.parametrize(("code", "n"), [("hnu", 2), ("hnu-law", 3), ("hnu-law-1202", 1), ("hi", 1)])
def test_the_numbers_of_the_page_of_a_unit_are_those_of_their_lists(
    stale_at_three_levels, world, sign_in, code, n
):
    client = sign_in("province")
    panel = panel_of(client, world[code])
    for words, count, url in panel[:2]:
        assert (count, client.get(url).context["listing"].totals["n"]) == (n, n), words


def panel_of(client, unit) -> list[tuple[str, int, str]]:
    panels = client.get(unit.get_absolute_url()).context["panels"]
    return next(each.context["lines"] for each in chain(*panels.values()) if "lines" in each.context)


def test_who_below_a_unit_is_to_be_confirmed_is_listed_as_counted(world, cast, sign_in, settings):
    settings.CONFIRMATION_STARTS = f"{clock.today():%m-%d}"
    Appointment.objects.update(starts_on=clock.today() - timedelta(days=400))
    client = sign_in("province")
    [line] = panel_of(client, world["hnu-law"])
    assert line[:2] == (
        "下级人员是否仍在任",
        Appointment.objects.filter(unit__parent=world["hnu-law"]).count(),
    )
    page = client.get(line[2])
    assert page.context["page"].paginator.count == line[1]
    assert "的直接下级" in page.content.decode()
    pk = page.context["page"][0].pk
    assert client.post(line[2], {"pk": [pk]}).url == line[2]
    assert client.get(line[2]).context["page"].paginator.count == line[1] - 1
    assert sign_in("outsider").get(line[2]).status_code in {403, 404}


def recorded(unit, cast, *, hours: int):
    found_at = clock.now() - timedelta(hours=hours)
    return incidents.record_incident(unit, category="fraud", found_at=found_at, by=cast["university"])


def test_open_incidents_are_counted_and_overdue_ones_said_first(world, cast, sign_in):
    recorded(world["hnu-law-1201"], cast, hours=2)
    assert lines(sign_in("college"))["不良信息未办结"].status == "待办结"
    late = recorded(world["hnu-law-1202"], cast, hours=30)
    line = lines(sign_in("college"))["不良信息未办结"]
    assert (line.count, line.status, line.tone) == (2, "已超时", "bad")
    assert line.detail == "其中1条发现后超过24小时没有处置"
    assert sign_in("college").get("/").context["todos"][0].label == "不良信息未办结"
    incidents.handle_incident(late.pk, outcome="deleted", handled_at=clock.now(), by=cast["university"])
    assert lines(sign_in("college"))["不良信息未办结"].status == "待办结"
    for key in ("secretary", "outsider", "auditor"):
        assert "不良信息未办结" not in lines(sign_in(key))


def test_the_page_of_a_unit_shows_what_is_to_be_confirmed_and_the_most_urgent_incident_first(
    stale, world, cast, sign_in
):
    recorded(world["hnu-law-1201"], cast, hours=2)
    recorded(world["hnu-law-1202"], cast, hours=30)
    page = sign_in("college").get(world["hnu-law"].get_absolute_url()).content.decode()
    panel = page.partition('id="confirm-head"')[2]
    assert f"{reverse('accounts:list-groups')}?unit={world['hnu-law'].pk}&amp;stale=on" in panel
    assert "其中1条发现后超过24小时没有处置" in panel
    assert panel.index("法学2012级2班团支部") < panel.index("法学2012级1班团支部")


def test_a_unit_with_nothing_to_see_to_has_no_such_panel(world, sign_in):
    page = sign_in("college").get(world["hnu-law-1201"].get_absolute_url()).content.decode()
    assert "confirm-head" not in page
    assert "incidents-head" not in page


@pytest.mark.parametrize("key", ["province", "schools", "university", "college", "secretary", "auditor"])
def test_the_home_page_with_everything_to_do_takes_few_statements(stale, world, cast, sign_in, key):
    unit = cast["secretary"].appointments.get().unit
    subjects.submission(unit, cast)
    subjects.package(world["hnu"], cast)
    subjects.week_unit(world["hnu"], cast)
    subjects.demand(world["hnu-law"], cast)
    recorded(world["hnu-law-1201"], cast, hours=30)
    client = sign_in(key)
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/").status_code == 200
    assert len(captured) <= 15


def test_the_province_is_told_that_the_bulletin_of_the_last_week_is_not_out(world, cast, sign_in):
    closed = close_week(clock.Week.current().previous())
    assert "上周通报未发布" in lines(sign_in("province"))
    assert "上周通报未发布" not in lines(sign_in("university"))
    draft = bulletins.draft(world["hi"], closed, by=cast["province"])
    facts = {"state": "published", "year": 2026, "number": 1, "published_at": clock.now()}
    Bulletin.objects.filter(pk=draft.pk).update(**facts)
    assert "上周通报未发布" not in lines(sign_in("province"))


def test_schemes_in_use_with_items_to_approve_are_counted_for_who_manages_them(world, cast, sign_in):
    sheet = Sheet.objects.get(pk=subjects.sheet(world["hnu"], cast))
    assert lines(sign_in("province"))["考评方案有未核定的内容"].count == 1
    assert "考评方案有未核定的内容" not in lines(sign_in("university"))
    Scheme.objects.filter(pk=sheet.scheme_id).update(state="approved")
    assert "考评方案有未核定的内容" not in lines(sign_in("province"))


def test_who_looks_after_the_installation_is_told_of_failed_jobs_and_weeks_that_are_stuck(world, sign_in):
    assert not {"后台任务失败", "后台任务久未执行", "应结未结的周"} & set(lines(sign_in("sysadmin")))
    registry.open_account(world["hnu"], platform="wechat_personal", identifier="hnu", by=None)
    AccountVersion.objects.update(valid_from=clock.now() - timedelta(weeks=2))
    now = clock.now() - timedelta(hours=1)
    Job.objects.create(task="reporting.close_week", key="a", state="failed", created_at=now)
    for key, error in (("b", ""), ("c", "等待上一周")):
        Job.objects.create(task="reporting.close_week", key=key, error=error, created_at=now)
    found = lines(sign_in("sysadmin"))
    told = {label: (found[label].count, found[label].url) for label in list(found)[:3]}
    assert told == {
        "后台任务失败": (1, "/status/"),
        "应结未结的周": (2, "/status/"),
        "后台任务久未执行": (1, "/status/"),
    }
    assert "第45周" in found["应结未结的周"].detail
    for key in ("province", "university", "nobody"):
        assert "后台任务失败" not in lines(sign_in(key))


@pytest.fixture
def three_branches(world, cast):
    """法学院 with one branch that has handed in and two that have not begun."""
    subjects.submission(world["hnu-law-1201"], cast)
    return Submission.objects.get()


def branches_of(client) -> list[tuple[str, dict[str, int], list[tuple[str, str]]]]:
    return [
        (
            each.unit_name,
            {word: n for _tone, word, n in each.counts},
            [(row.unit.code[-4:], row.word) for row in each.left],
        )
        for each in client.get("/").context["branches"]
    ]


def test_a_college_sees_its_branches_by_status_and_reminds_them_from_there(three_branches, world, sign_in):
    client = sign_in("college")
    untouched = [(code, "未开始") for code in ("1202", "1301")]
    assert branches_of(client) == [
        ("法学院团委", {"未开始": 2, "待审核": 1}, [*untouched, ("1201", "待审核")])
    ]
    answer = client.post(
        reverse("accounts:remind"), {"round": three_branches.round_id, "unit": world["hnu-law"].pk}
    )
    assert f"unit={world['hnu-law'].pk}" in answer.url
    assert Notification.objects.filter(kind="reminded", unit=world["hnu-law-1202"]).count() == 1


def test_approved_branches_are_counted_and_returned_ones_stand_first(three_branches, sign_in):
    Submission.objects.update(status="approved")
    [(_unit, counts, left)] = branches_of(sign_in("college"))
    assert (counts, len(left)) == ({"未开始": 2, "已通过": 1}, 2)
    Submission.objects.update(status="returned")
    [(_unit, _counts, left)] = branches_of(sign_in("college"))
    assert left[0] == ("1201", "已退回")


def test_others_have_no_such_list(three_branches, sign_in):
    for key in ("province", "university", "secretary", "auditor", "outsider", "nobody"):
        assert branches_of(sign_in(key)) == []


def test_more_branches_than_are_shown_are_one_click_away(three_branches, sign_in, monkeypatch):
    monkeypatch.setattr("accounts.pages.branches.MOST_SHOWN", 1)
    client = sign_in("college")
    page = client.get("/")
    assert "还有 2 个支部未完成" in page.text
    assert "未完成的团组织" in client.get(page.context["branches"][0].url).text
