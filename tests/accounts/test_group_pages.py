"""Pages of groups: the list and its filters and file, one group, registering, changing, merging, several at once."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.choices import GroupKind, GroupStatus
from accounts.models import Group
from accounts.operations import registry
from accounts.operations.registry import PersonalData
from orgs.models import AuditEntry

pytestmark = pytest.mark.django_db

LIST = reverse("accounts:list-groups")
AT_MOST = 15
FACTS = {"kind": "branch", "name": "法学2012级1班团支部微信群", "platform": "wechat_group"}


@pytest.fixture
def groups(world):
    rows = [
        ("hnu-law", GroupKind.LINK, "法学院工作群", "wechat_group", {"members": 12, "subordinates_in": 1}),
        (
            "hnu-law-1201",
            GroupKind.BRANCH,
            "一班微信群",
            "wechat_group",
            {"members": 44, "outstanding_members": 30},
        ),
        (
            "hnu-law-1202",
            GroupKind.BRANCH,
            "二班QQ群",
            "qq_group",
            {"members": 45, "outstanding_members": 42},
        ),
        ("qzu-sci-1201", GroupKind.BRANCH, "邻校微信群", "wechat_group", {"members": 41}),
    ]
    return [
        registry.open_group(world[code], kind=kind, name=name, platform=platform, by=None, **facts)
        for code, kind, name, platform, facts in rows
    ]


def names(client, **asked) -> list[str]:
    listing = client.get(LIST, asked).context["listing"]
    return [row.record.name for row in listing.page.object_list]


def page_of(name: str, *args) -> str:
    return reverse(f"accounts:{name}", args=args)


def test_each_side_sees_its_own_groups_in_the_official_order(sign_in, groups):
    assert names(sign_in("university")) == ["法学院工作群", "一班微信群", "二班QQ群"]
    assert names(sign_in("outsider")) == ["邻校微信群"]
    assert names(sign_in("nobody")) == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"kind": "link"}, ["法学院工作群"]),
        ({"platform": "qq_group"}, ["二班QQ群"]),
        ({"substitute": "on"}, ["二班QQ群"]),
        ({"below_minimum": "on"}, ["一班微信群"]),
        ({"lacking": "on"}, ["法学院工作群"]),
        ({"no_administrator": "on"}, ["法学院工作群", "二班QQ群"]),
        ({"q": "一班"}, ["一班微信群"]),
        ({"status": "closed"}, []),
    ],
)
def test_filters(sign_in, groups, asked, found):
    person = PersonalData("林某甲", mobile="13800000123")
    registry.appoint_administrator(groups[1].unit, group=groups[1], person=person, by=None)
    assert names(sign_in("university"), **asked) == found


def test_the_filter_by_unit_takes_what_is_below(sign_in, groups, world):
    assert names(sign_in("university"), unit=world["hnu-law-1202"].pk) == ["二班QQ群"]
    assert len(names(sign_in("university"), unit=world["hnu-law"].pk)) == 3


def test_the_file_holds_what_is_shown_and_leaves_a_line_in_the_log(sign_in, groups):
    answer = sign_in("university").get(LIST, {"export": "csv", "kind": "branch", "col": ["unit", "members"]})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows == [
        ["群名称", "团组织", "群成员数"],
        ["一班微信群", "法学2012级1班团支部", "44"],
        ["二班QQ群", "法学2012级2班团支部", "45"],
    ]
    assert AuditEntry.objects.get(verb="list.exported").detail["rows"] == 2


def statements(client, url) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_the_list_takes_as_many_statements_with_three_and_forty_groups(sign_in, groups, world):
    client = sign_in("university")
    few = statements(client, LIST)
    for n in range(40):
        registry.open_group(world["hnu-law-1201"], kind=GroupKind.PROJECT, name=f"专项群{n}", by=None)
    assert statements(client, LIST) == few <= AT_MOST


def test_a_group_is_registered_and_sent_twice_it_is_one(sign_in, world):
    client, url = sign_in("college"), page_of("new-group", world["hnu-law-1201"].pk)
    key = client.get(url).context["form"]["key"].value()
    sent = {**FACTS, "members": "43", "outstanding_members": "41", "counted_on": "2026-11-16", "key": key}
    first, second = client.post(url, sent), client.post(url, sent)
    group = Group.objects.get()
    assert first.url == second.url == page_of("show-group", group.pk)
    assert (group.members, group.outstanding_members, str(group.counted_on)) == (43, 41, "2026-11-16")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": " "}, "请填写群名称。"),
        ({"kind": ""}, "请选择类型。"),
        ({"members": "很多"}, "请填写整数"),
        ({"members": "-1"}, "0"),
        ({"members": "30", "outstanding_members": "31"}, "不能多于群成员数"),
        ({"counted_on": "2026-12-01"}, "日期不能晚于今天"),
        ({"opened_on": "昨天"}, "年-月-日"),
        ({"platform": "weibo_tencent"}, "选择"),
    ],
)
def test_what_cannot_be_is_said_in_words_and_nothing_typed_is_lost(sign_in, world, wrong, said):
    answer = sign_in("college").post(
        page_of("new-group", world["hnu-law-1201"].pk), {**FACTS, "topic": "读书", **wrong}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert 'value="读书"' in page
    assert not Group.objects.exists()


def test_a_change_on_a_stale_page_shows_what_the_other_has_saved(sign_in, groups, cast):
    client, url = sign_in("college"), page_of("edit-group", groups[1].pk)
    form = client.get(url).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields} | {"members": "50", "reason": "核对"}
    registry.change_group(groups[1], members=47, by=cast["college"])
    answer = client.post(url, sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "他人已保存过变更" in page
    assert "群成员数：47" in page
    assert client.post(url, sent | {"version": "2"}).status_code == 302
    groups[1].refresh_from_db()
    assert (groups[1].members, groups[1].version) == (50, 3)


def test_dissolving_wants_a_reason_and_a_tick(sign_in, groups):
    client, url = sign_in("college"), page_of("dissolve-group", groups[1].pk)
    assert client.post(url, {"reason": "", "version": "1"}).status_code == 422
    assert client.post(url, {"reason": "毕业", "version": "1"}).status_code == 422
    assert client.post(url, {"reason": "毕业", "version": "1", "is_sure": "on"}).status_code == 302
    groups[1].refresh_from_db()
    assert groups[1].status == GroupStatus.CLOSED
    assert "已解散" in client.get(page_of("show-group", groups[1].pk)).content.decode()


def test_merging_offers_groups_of_the_line_only(sign_in, groups):
    client, url = sign_in("college"), page_of("merge-group", groups[1].pk)
    offered = set(client.get(url).context["form"].fields["into"].queryset)
    assert offered == {groups[0]}
    sent = {"into": groups[0].pk, "reason": "并群", "version": "1"}
    assert client.post(url, sent | {"into": groups[3].pk}).status_code == 422
    assert client.post(url, sent).status_code == 302
    page = client.get(page_of("show-group", groups[1].pk)).content.decode()
    assert "并入群：法学院工作群" in page


def test_resting_and_resuming(sign_in, groups):
    client = sign_in("college")
    client.post(page_of("rest-group", groups[1].pk), {"reason": "放假", "version": "1"})
    groups[1].refresh_from_db()
    assert groups[1].status == GroupStatus.DORMANT
    client.post(page_of("resume-group", groups[1].pk), {"reason": "开学", "version": "2"})
    groups[1].refresh_from_db()
    assert groups[1].status == GroupStatus.OPEN


def test_confirming_takes_one_tap_of_the_secretary(sign_in, groups):
    client = sign_in("secretary")
    page = client.get(page_of("show-group", groups[1].pk)).content.decode()
    assert "信息无误" in page
    assert page_of("edit-group", groups[1].pk) not in page
    assert client.post(page_of("confirm-group", groups[1].pk)).status_code == 302
    groups[1].refresh_from_db()
    assert groups[1].confirmed_on is not None


def test_the_history_goes_on_beyond_the_fiftieth_event(sign_in, groups):
    """And nothing is counted for it: a page takes as many statements as the first."""
    for n in range(60):
        registry.change_group(groups[0], by=None, topic=f"话题{n}")
    client, url = sign_in("college"), page_of("show-group", groups[0].pk)
    first, second = client.get(url), client.get(url, {"history": "2"})
    told = [len(page.context["history"]) for page in (first, second)]
    assert (told[0], told[1] >= 11) == (50, True)
    assert "history=2#events-title" in first.content.decode()
    assert "history=1#events-title" in second.content.decode()
    assert second.context["latest"].earlier == 0
    assert len(client.get(url, {"history": "99999999"}).context["history"]) == 0


def test_several_at_once_show_what_became_of_each(sign_in, groups):
    client, url = sign_in("college"), page_of("bulk-groups")
    asked = client.get(url, {"ids": [each.pk for each in groups]})
    assert [each.name for each in asked.context["groups"]] == ["法学院工作群", "一班微信群", "二班QQ群"]
    seen = [f"{each.pk}:{each.version}" for each in groups]
    assert client.post(url, {"seen": seen, "action": "dormant"}).status_code == 422
    done = client.post(url, {"seen": seen, "action": "dormant", "reason": "放假"})
    assert [each.refusal for each in done.context["outcomes"]] == ["", "", ""]
    groups[3].refresh_from_db()
    assert groups[3].status == GroupStatus.OPEN
    assert client.post(url, {"seen": ["x", "²:1"], "action": "confirm"}).status_code == 422
