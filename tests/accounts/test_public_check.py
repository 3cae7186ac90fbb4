"""官方账号核验: what anybody may ask, what the answer never says, and how often."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.operations import lookup, registry
from orgs.kernel import clock
from orgs.models import LoginThrottle
from tests.world import TODAY

pytestmark = pytest.mark.django_db

PAGE, DATA = reverse("accounts:verify"), reverse("accounts:verify-json")


def opened(unit, **facts):
    given = {"platform": "weibo_sina", "identifier": "hnu_tuan", "nickname": "海大团委", "by": None}
    return registry.open_account(unit, **(given | facts))


def ask(identifier: str, platform: str = "weibo_sina", **extra):
    return Client().get(DATA, {"platform": platform, "id": identifier}, **extra)


def test_an_official_account_is_named_with_unit_province_and_day(world):
    opened(world["hnu"], opened_on=date(2026, 10, 8), responsible_name="林某甲")
    answer = ask("hnu_tuan").json()
    assert answer == {
        "official": True,
        "status": "official",
        "platform": "新浪微博",
        "nickname": "海大团委",
        "unit": "海南大学团委",
        "province": "共青团海南省委",
        "since": "2026-10-08",
        "answer": "该账号是海南大学团委的官方账号。",
    }


@pytest.mark.parametrize(
    "typed", ["HNU_Tuan", " hnu_tuan ", "ｈｎｕ＿ｔｕａｎ", "https://weibo.com/hnu_tuan?from=x", "@hnu_tuan"]
)
def test_the_id_is_read_as_the_registry_reads_it(world, typed):
    opened(world["hnu"])
    assert ask(typed).json()["official"] is True


@pytest.mark.parametrize("typed", ["hnu_tua", "hnu_tuan2", "海大团委", "%", "hnu_tuan' OR 1=1"])
def test_only_the_exact_id_is_found(world, typed):
    opened(world["hnu"])
    answer = ask(typed).json()
    assert answer["official"] is False
    assert answer["status"] == "unknown"
    assert "海南大学" not in json.dumps(answer, ensure_ascii=False)


def test_the_same_id_on_another_platform_is_another_account(world):
    opened(world["hnu"])
    assert ask("hnu_tuan", "weibo_future").json()["status"] == "unknown"


def test_a_planned_account_is_not_there_yet(world):
    opened(world["hnu"], status="planned")
    assert ask("hnu_tuan").json()["status"] == "unknown"


def test_a_closed_account_is_said_to_be_closed_and_nothing_else(world):
    registry.close_account(opened(world["hnu"]), reason="停用", by=None)
    answer = ask("hnu_tuan").json()
    assert answer == {
        "official": False,
        "status": "closed",
        "platform": "新浪微博",
        "answer": "该账号已注销。",
    }
    assert (
        "该账号已注销" in Client().post(PAGE, {"platform": "weibo_sina", "id": "hnu_tuan"}).content.decode()
    )


def test_an_id_that_was_registered_again_is_official(world):
    registry.close_account(opened(world["hnu"]), reason="停用", by=None)
    opened(world["qzu"])
    assert ask("hnu_tuan").json()["unit"] == "琼州学院团委"


def test_numbers_and_persons_are_never_repeated(world):
    opened(
        world["hnu-law"],
        platform="wechat_personal",
        identifier="13800000123",
        nickname="法学院团委 加QQ354120768 2012级",
        responsible_name="林某甲",
    )
    asked = {"platform": "wechat_personal", "id": "13800000123"}
    answers = [Client().post(PAGE, asked), Client().get(PAGE, asked), Client().get(DATA, asked)]
    for answer in answers:
        text = answer.content.decode()
        assert "法学院团委 加QQ*** 2012级" in text
        assert not any(each in text for each in ("13800000123", "354120768", "林某甲"))


def test_an_ordinary_id_stays_in_the_form(world):
    text = Client().post(PAGE, {"platform": "weibo_sina", "id": "hnu_tuan"}).content.decode()
    assert 'value="hnu_tuan"' in text
    assert "没有查到登记" in text


def test_the_page_needs_neither_cookie_nor_token_and_a_link_may_ask(world):
    opened(world["hnu"])
    stranger = Client(enforce_csrf_checks=True)
    answer = stranger.post(PAGE, {"platform": "weibo_sina", "id": "hnu_tuan"})
    assert "是官方账号" in answer.content.decode()
    assert not answer.cookies
    assert "是官方账号" in stranger.get(PAGE, {"platform": "weibo_sina", "id": "hnu_tuan"}).content.decode()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "请选择平台。请填写账号。"),
        ({"platform": "myspace", "id": "x"}, "没有这个平台"),
        ({"platform": "weibo_sina", "id": "x" * 201}, "账号太长"),
    ],
)
def test_bad_questions_are_answered_in_words(world, asked, words):
    data, page = Client().get(DATA, asked), Client().post(PAGE, asked)
    assert (data.status_code, page.status_code) == (400, 422)
    assert words in data.json()["error"]
    assert "错误：" in page.content.decode()


def test_control_characters_are_no_fault(world):
    asked = {"platform": "weibo_sina", "id": "a\x00b\u202e"}
    assert Client().get(DATA, asked).status_code < 500
    assert Client().post(PAGE, asked).status_code < 500


def test_answers_are_kept_nowhere_and_open_to_no_other_site(world):
    for answer in (ask("hnu_tuan"), Client().get(PAGE), ask("")):
        assert answer["Cache-Control"] == "no-store"
        assert "noindex" in answer["X-Robots-Tag"]
        assert not answer.has_header("Access-Control-Allow-Origin")


def spend(n: int = lookup.MOST) -> None:
    """So many questions from this machine."""
    for _each in range(n):
        assert lookup.seconds_to_wait("127.0.0.1") == 0


def test_a_minute_has_sixty_questions(world):
    spend()
    for answer in (ask("hnu_tuan"), Client().post(PAGE, {"platform": "weibo_sina", "id": "hnu_tuan"})):
        assert answer.status_code == 429
        assert answer["Retry-After"] == "60"
        assert answer["Cache-Control"] == "no-store"
        assert "查询太频繁，请60秒后再试。" in answer.content.decode()
    assert ask("hnu_tuan", REMOTE_ADDR="10.0.0.9").status_code == 200, "another address goes on"
    assert Client().get(PAGE).status_code == 200, "the empty page asks nothing"
    with clock.frozen(TODAY + timedelta(seconds=59)):
        assert ask("hnu_tuan")["Retry-After"] == "1"
    with clock.frozen(TODAY + timedelta(seconds=60)):
        assert ask("hnu_tuan").status_code == 200


def test_one_ipv6_network_counts_as_one_address(world):
    for n in range(lookup.MOST):
        assert lookup.seconds_to_wait(f"2001:db8:1:2::{n:x}") == 0
    assert lookup.seconds_to_wait("2001:db8:1:2:ffff::1") == 60
    assert lookup.seconds_to_wait("2001:db8:1:3::1") == 0


@override_settings(CACHES={"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}})  # fmt: skip
def test_the_limit_holds_with_the_cache_down(world):
    spend()
    assert ask("hnu_tuan").status_code == 429


def test_addresses_are_kept_as_an_index_and_swept(world):
    lookup.seconds_to_wait("10.0.0.1")
    assert not LoginThrottle.objects.filter(key__contains="10.0").exists()
    with clock.frozen(TODAY + timedelta(days=2)):
        lookup.seconds_to_wait("10.0.0.2")
    assert LoginThrottle.objects.count() == 1


def test_a_question_takes_few_statements(world):
    opened(world["hnu"])
    ask("warm")
    for identifier in ("hnu_tuan", "nobody"):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            ask(identifier)
        assert len([each for each in captured if "SAVEPOINT" not in each["sql"]]) <= 6


def test_the_sign_in_page_leads_there(world):
    assert f'href="{PAGE}"' in Client().get(reverse("orgs:login")).content.decode()
