"""微话题: opened by a level, expected directly below and deeper where a superior asks; which units have not (SUP-2.1.3)."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.urls import reverse

from orgs.exceptions import IllegalMove, NotAllowed
from reporting.exceptions import ReportingError
from reporting.models import Outreach
from reporting.operations import outreach
from reporting.operations.daily_duty import set_duty
from reporting.operations.outreach import Facts

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 16)
WAITING = "上级微话题待开展"


@pytest.fixture
def topic(world, cast):
    facts = Facts("topic", "我的中国梦", DAY, is_expected_below=True)
    return outreach.register(world["hnu"], facts, by=cast["university"])


def page(client, topic):
    return client.get(reverse("reporting:show-outreach", args=[topic.pk]))


def todos(client) -> dict[str, int | None]:
    return {todo.label: todo.count for todo in client.get(reverse("home")).context["todos"]}


def answered(client, topic, **changes):
    data = {
        "kind": "topic",
        "title": "法学院的中国梦",
        "starts_on": "2026-11-17",
        "answers": topic.pk,
    } | changes
    return client.post("/outreach/new/", data, follow=True)


def units(client, topic, **params) -> list[str]:
    url = reverse("reporting:list-outreach-units", args=[topic.pk])
    return [each.code for each in client.get(url, params).context["list"].page]


def test_those_directly_below_see_it_and_nobody_deeper_or_beside(sign_in, topic):
    assert page(sign_in("college"), topic).status_code == 200
    assert todos(sign_in("college"))[WAITING] == 1
    for key in ("secretary", "outsider", "city"):
        assert page(sign_in(key), topic).status_code == 404
        assert WAITING not in todos(sign_in(key))


def test_deeper_where_a_superior_asks(world, cast, sign_in, topic):
    set_duty(world.ids["hnu"], asks_below=True, by=cast["university"])
    assert page(sign_in("secretary"), topic).status_code == 200
    assert todos(sign_in("secretary"))[WAITING] == 1
    assert page(sign_in("outside_secretary"), topic).status_code == 404


def test_an_answer_is_an_activity_of_the_own_unit_and_the_line_goes(world, sign_in, topic):
    client = sign_in("college")
    assert "登记开展情况" in page(client, topic).text
    assert "已登记。" in answered(client, topic, participants="31").text
    made = Outreach.objects.get(answers=topic)
    assert (made.unit.code, made.participants) == ("hnu-law", 31)
    assert WAITING not in todos(client)
    assert "登记开展情况" not in page(client, topic).text


def test_which_units_have_not(sign_in, topic):
    answered(sign_in("college"), topic, participants="31")
    client = sign_in("university")
    assert "1 / 2 个单位已开展" in page(client, topic).text
    assert units(client, topic) == ["hnu-law", "hnu-tour"]
    assert units(client, topic, state="missing") == ["hnu-tour"]
    assert units(client, topic, state="done") == ["hnu-law"]
    url = reverse("reporting:list-outreach-units", args=[topic.pk])
    text = client.get(url, {"export": "csv", "state": "done"}).getvalue().decode("utf-8-sig")
    *_head, row = csv.reader(io.StringIO(text))
    assert row == ["法学院团委", "海南大学团委", "已开展", "2026-11-17", "31"]
    assert sign_in("college").get(url).status_code == 404  # of the others it learns nothing


def test_a_department_counts_units_of_its_lines_only(world, cast, sign_in):
    facts = Facts("topic", "我的中国梦", DAY, is_expected_below=True)
    opened = outreach.register(world["hi"], facts, by=cast["province"])
    assert units(sign_in("schools"), opened) == ["hnu", "qzu"]
    assert len(units(sign_in("province"), opened)) == 5


def test_the_list_counts_the_answers_the_reader_may_see(world, cast, sign_in, topic):
    facts = Facts("topic", "法学院的中国梦", DAY)
    outreach.register(world["hnu-law"], facts, by=cast["college"], answers=topic.pk)
    asked = Facts("topic", "全省话题", DAY, is_expected_below=True)
    of_all = outreach.register(world["hi"], asked, by=cast["province"])
    for code in ("hnu", "qh"):
        outreach.register(world[code], Facts("topic", "开展", DAY), by=cast["province"], answers=of_all.pk)

    def counted(key: str) -> dict[str, int | None]:
        rows = sign_in(key).get(reverse("reporting:list-outreach")).context["page"]
        return {each.title: each.n_answers for each in rows if each.is_expected_below}

    assert counted("province") == {"我的中国梦": 1, "全省话题": 2}
    assert counted("schools") == {"我的中国梦": 1, "全省话题": 1}  # the city is of another line
    assert counted("university") == {"我的中国梦": 1, "全省话题": None}  # of those beside it learns nothing
    assert "全省话题" in sign_in("university").get(reverse("reporting:list-outreach")).text


def test_a_department_demands_nothing_of_other_lines(world, cast, sign_in):
    asked = Facts("topic", "全省话题", DAY, is_expected_below=True)
    with pytest.raises(NotAllowed):
        outreach.register(world["hi"], asked, by=cast["schools"])
    of_all = outreach.register(world["hi"], asked, by=cast["province"])
    with pytest.raises(NotAllowed):
        outreach.discard(of_all.pk, by=cast["schools"])
    client = sign_in("schools")
    assert "登记错了，删除" not in page(client, of_all).text
    assert client.get(reverse("reporting:edit-outreach", args=[of_all.pk])).status_code == 403
    assert "is_expected_below" not in client.get(reverse("reporting:new-outreach")).text


def test_the_national_office_opens_topics_for_the_provinces(world, cast, sign_in):
    facts = Facts("topic", "我的中国梦", DAY, is_expected_below=True)
    opened = outreach.register(world["cn"], facts, by=cast["national"])
    assert units(sign_in("national"), opened) == ["hi", "ah"]
    assert page(sign_in("province"), opened).status_code == 200
    assert page(sign_in("city"), opened).status_code == 404


def test_one_that_has_ended_waits_for_nobody(world, cast, sign_in):
    ended = Facts("topic", "迎新", DAY, date(2026, 11, 17), is_expected_below=True)
    outreach.register(world["hnu"], ended, by=cast["university"])
    assert WAITING not in todos(sign_in("college"))


def test_nobody_answers_what_is_not_expected_of_them_or_by_another_kind(world, cast, sign_in, topic):
    assert answered(sign_in("outsider"), topic).status_code == 404
    assert answered(sign_in("secretary"), topic).status_code == 404
    with pytest.raises(ReportingError):
        outreach.register(world["hnu-law"], Facts("poll", "投票", DAY), answers=topic.pk, by=cast["college"])
    assert not Outreach.objects.filter(answers=topic).exists()


def test_a_topic_that_was_answered_is_neither_deleted_nor_taken_back(cast, sign_in, topic):
    answered(sign_in("college"), topic)
    with pytest.raises(IllegalMove):
        outreach.discard(topic.pk, by=cast["university"])
    with pytest.raises(ReportingError):
        outreach.change(topic.pk, Facts("topic", "我的中国梦", DAY), version=1, by=cast["university"])
