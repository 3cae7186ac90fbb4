"""The page of one unit in one closed week: as it stood then, for those who may see it now."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.models import Group
from accounts.operations.registry import accounts as registry
from accounts.operations.registry import administrators
from accounts.operations.registry import groups as group_registry
from accounts.operations.registry.administrators import PersonalData
from orgs.kernel import clock
from orgs.models import UnitVersion
from reporting.operations import inspection
from tests.reporting.closed_weeks import LAST, add_universities, close, report

pytestmark = pytest.mark.django_db


def url(world, code: str, week=LAST) -> str:
    return reverse("reporting:show-unit-week", args=[week, world[code].pk])


@pytest.fixture
def closed(world):
    """W45: one class. W46: all classes of the law college, the tourism college not at all."""
    report(world, "hnu-law-1201", 20, week=LAST.previous())
    close(LAST.previous())
    report(world, "hnu-law-1202", 45)
    report(world, "hnu-law-1301", 60)
    return close()


def test_the_page_shows_the_subordinates_with_their_rates(sign_in, world, closed):
    page = sign_in("province").get(url(world, "hnu")).text
    assert world["hnu-law"].name in page
    # 20 + 45 + 48 (60 declared, at most the base) of 136
    assert "83.0%" in page
    assert "113 / 174 人" in page
    assert "未报" in page


def test_drilling_down_reaches_the_class(sign_in, world, closed):
    client = sign_in("province")
    for code, child in (("hi", "hnu"), ("hnu", "hnu-law"), ("hnu-law", "hnu-law-1201")):
        assert f'href="{url(world, child)}"' in client.get(url(world, code)).text
    assert "没有下级团组织" in client.get(url(world, "hnu-law-1201")).text


def test_more_people_than_the_base_are_flagged(sign_in, world, closed):
    page = sign_in("college").get(url(world, "hnu-law-1301")).text
    assert "125.0%" in page
    assert "超报，需核实" in page


def test_breadcrumb_and_list_are_those_of_the_week_after_a_later_move(sign_in, world, closed):
    _move_in_versions(world, "hnu-law-1301", "hnu-tour")
    page = sign_in("university").get(url(world, "hnu-law")).text
    assert world["hnu-law-1301"].name in page
    crumbs = sign_in("university").get(url(world, "hnu-law-1301")).text.split("</nav>")
    trail = next(part for part in crumbs if "crumbs" in part)
    assert world["hnu-law"].name in trail
    assert world["hnu-tour"].name not in trail


def test_the_delta_after_a_move_names_the_move(sign_in, world, closed):
    week = LAST.next()
    with clock.frozen(week.starts_at + timedelta(days=1)):
        _move_in_versions(world, "hnu-law-1301", "hnu-tour")
    with clock.frozen(week.ends_at + timedelta(hours=1)):
        close(week)
        client = sign_in("university")
        came = client.get(url(world, "hnu-tour", week)).text
        went = client.get(url(world, "hnu-law", week)).text
    assert f"本周由其他上级划入：{world['hnu-law-1301'].name}" in came
    assert f"本周划归其他上级：{world['hnu-law-1301'].name}" in went


def test_a_name_changed_later_does_not_change_the_week(sign_in, world, closed):
    unit = world["hnu-law"]
    old = unit.name
    unit.name = "法学与政治学院团委"
    unit.save(update_fields=["name"])
    assert old in sign_in("university").get(url(world, "hnu")).text


def test_superiors_above_the_own_unit_are_named_and_not_linked(sign_in, world, closed):
    page = sign_in("college").get(url(world, "hnu-law")).text
    assert world["hnu"].name in page
    assert url(world, "hnu") not in page


def test_foreign_units_and_open_weeks_do_not_exist(sign_in, world, closed):
    assert sign_in("outsider").get(url(world, "hnu")).status_code == 404
    assert sign_in("college").get(url(world, "hnu")).status_code == 404
    assert sign_in("schools").get(url(world, "qh")).status_code == 404
    assert sign_in("province").get(url(world, "hnu", LAST.next())).status_code == 404
    assert sign_in("province").get("/weekly/2026-W54/1/").status_code == 404


def test_a_department_sees_the_sum_of_its_lines(sign_in, world, closed):
    page = sign_in("schools").get(url(world, "hi")).text
    assert world["qzu"].name in page
    assert world["qh"].name not in page
    assert "113 / 215 人" in page


def test_mobiles_are_for_the_direct_superior(sign_in, world, cast, closed):
    cast["college"].appointments.update(is_principal=True)
    assert "138****0007" in sign_in("university").get(url(world, "hnu-law")).text
    own = sign_in("college").get(url(world, "hnu-law")).text
    above = sign_in("province").get(url(world, "hnu-law")).text
    for page in (own, above):
        assert "院团委陈" in page
        assert "138****0007" not in page


def test_checks_and_changes_of_the_week_are_listed(sign_in, world, cast, closed):
    week = LAST.next()
    with clock.frozen(week.starts_at + timedelta(days=2)):
        group = group_registry.open_group(world["hnu-law"], kind="link", name="法学院工作群", by=None)
        inspection.record_check(
            Group.objects.get(pk=group.pk),
            draw="2026-11-18",
            counted_on=date(2026, 11, 17),
            posts=2,
            by=cast["province"],
        )
    with clock.frozen(week.ends_at + timedelta(hours=1)):
        close(week)
        page = sign_in("university").get(url(world, "hnu", week)).text
    assert "法学院工作群" in page
    assert "发布 2 条" in page
    assert "1 次，差 1" in page


def test_the_short_address_leads_to_the_newest_closed_week(sign_in, world, closed):
    answer = sign_in("college").get(reverse("reporting:show-latest-week", args=[world["hnu-law"].pk]))
    assert answer.url == url(world, "hnu-law")
    foreign = sign_in("outsider").get(reverse("reporting:show-latest-week", args=[world["hnu-law"].pk]))
    assert foreign.status_code == 404


def test_the_page_of_the_unit_has_a_tab_that_leads_here(sign_in, world, closed):
    page = sign_in("college").get(reverse("orgs:show-unit", args=[world["hnu-law"].pk])).text
    assert reverse("reporting:show-latest-week", args=[world["hnu-law"].pk]) in page


def test_somebody_who_is_both_is_named_once(sign_in, world, cast, closed):
    cast["college"].appointments.update(is_principal=True)
    person = PersonalData(name="院团委陈", mobile="13800000007")
    account = registry.open_account(world["hnu-law"], platform="wechat_personal", identifier="law", by=None)
    administrators.appoint_administrator(world["hnu-law"], person=person, account=account, by=None)
    page = sign_in("university").get(url(world, "hnu-law")).text
    assert page.count("138****0007") == 1


def test_the_short_address_says_when_there_is_no_week_yet(sign_in, world):
    answer = sign_in("college").get(reverse("reporting:show-latest-week", args=[world["hnu-law"].pk]))
    assert "还没有周报" in answer.text


def test_an_htmx_request_gets_the_body_alone(sign_in, world, closed):
    body = sign_in("college").get(url(world, "hnu-law"), headers={"HX-Request": "true"}).text
    assert "<html" not in body
    assert world["hnu-law"].name in body


def test_ten_times_the_children_ask_no_more_statements(sign_in, world, closed, django_assert_max_num_queries):
    client = sign_in("province")
    with django_assert_max_num_queries(15) as small:
        client.get(url(world, "hi"))
    add_universities(world, 30)
    earlier = LAST.previous(2)
    close(earlier)
    with django_assert_max_num_queries(15) as large:
        assert "第029学院团委" in client.get(url(world, "hi", earlier)).text
    assert len(large) <= len(small)


def _move_in_versions(world, code: str, new_parent: str) -> None:
    """What a move leaves behind after the week was closed: the live parent and one more version."""
    unit, now = world[code], clock.now()
    unit.parent = world[new_parent]
    unit.save()
    current = UnitVersion.objects.get(unit=unit, valid_to__isnull=True)
    facts = {fact: getattr(current, fact) for fact in UnitVersion.FACTS}
    UnitVersion.objects.filter(pk=current.pk).update(valid_to=now)
    UnitVersion.objects.create(unit=unit, valid_from=now, **facts | {"parent_id": world[new_parent].pk})
