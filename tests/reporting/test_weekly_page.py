"""The weekly page: what it says, to whom, and how many statements it asks."""

from __future__ import annotations

import pytest
from django.urls import reverse

from orgs.choices import Role
from orgs.kernel import clock
from orgs.models import Appointment, OrgUnit, UnitBaseVersion
from orgs.operations import tree
from tests.reporting.closed_weeks import LAST, add_universities, close, report

pytestmark = pytest.mark.django_db
URL = "/weekly/"


@pytest.fixture
def two_weeks(world):
    """W45: one class of the law college. W46: the whole of Hainan University, a village; the rest is missing."""
    report(world, "hnu-law-1201", 20, week=LAST.previous())
    close(LAST.previous())
    for code, contacts in (("hnu-law-1202", 45), ("hnu-law-1301", 30), ("hnu-tour-1201", 38)):
        report(world, code, contacts)
    report(world, "qh-hs-jl", 40)
    return close()


def test_before_the_first_close_the_page_says_when_the_first_report_comes(sign_in):
    answer = sign_in("province").get(URL)
    assert answer.status_code == 200
    assert "还没有周报" in answer.text
    assert "11月22日24:00" in answer.text


def test_the_page_opens_with_a_sentence_and_the_figures(sign_in, two_weeks):
    page = sign_in("province").get(URL).text
    assert "第46周" in page
    assert "数据截至 11月15日24:00" in page
    # 20 + 45 + 30 + 38 of the university and 40 of the village, of 395 members with a recorded base
    assert "173 / 395 人" in page
    assert "43.7%" in page
    assert "工作口径" in page
    assert "SUP-4.1a" in page


def test_the_page_steps_through_closed_weeks_only(sign_in, two_weeks):
    client = sign_in("province")
    page = client.get(URL).text
    assert "?w=2026-W45" in page
    assert "?w=2026-W47" not in page
    assert client.get(URL, {"w": "2026-W47"}).status_code == 404
    assert client.get(URL, {"w": "nonsense"}).status_code == 404
    assert "第45周" in client.get(URL, {"w": "2026-W45"}).text


def test_scope_is_chosen_and_remembered(sign_in, two_weeks):
    client = sign_in("province")
    page = client.get(URL, {"scope": "university"}).text
    assert "高校 2" in page
    assert "本周高校团员微信覆盖率" in page
    assert "133 / 215 人" in page
    assert "本周高校团员微信覆盖率" in client.get(URL).text
    assert "本周全省团员微信覆盖率" in client.get(URL, {"scope": "all"}).text


def test_unreported_is_said_as_such_and_never_as_zero_percent(sign_in, world, two_weeks):
    page = sign_in("province").get(URL).text
    missing = page.split("本周未报", 1)[1].split("</section>", 1)[0]
    assert world["qzu"].name in missing
    assert world["wn"].name in missing
    assert world["hnu"].name not in missing
    assert ">0.0%<" not in page


@pytest.mark.parametrize(("contacts", "is_listed"), [(80, False), (79, True)])
def test_exactly_80_percent_is_not_below_the_line(sign_in, world, contacts, is_listed):
    _base(world, "qzu-sci-1201", 100)
    report(world, "qzu-sci-1201", contacts)
    close()
    low = _low(sign_in("province").get(URL).text)
    assert (world["qzu"].name in low) is is_listed


def test_79_99_percent_is_listed(sign_in, world):
    _base(world, "qzu-sci-1201", 10_000)
    report(world, "qzu-sci-1201", 7_999)
    close()
    low = _low(sign_in("province").get(URL).text)
    assert world["qzu"].name in low
    assert "79.9%" in low


def test_masked_mobile_is_shown_to_the_direct_superior_only(sign_in, world, cast, two_weeks):
    cast["college"].appointments.update(is_principal=True)
    assert "138****0006" in sign_in("province").get(URL).text
    assert "138****0007" in sign_in("university").get(URL).text
    others = sign_in("auditor").get(URL, {"unit": world["hnu"].pk}).text
    assert "院团委陈" in others
    assert "138****0007" not in others


def test_no_page_holds_a_whole_mobile(sign_in, two_weeks):
    for key in ("province", "national", "university"):
        assert "1380000" not in sign_in(key).get(URL).text


def test_a_committee_sees_its_own_subordinates_and_nobody_elses(sign_in, world, two_weeks):
    page = sign_in("university").get(URL).text
    assert world["hnu-law"].name in page
    assert world["qzu"].name not in page
    assert "133 / 174 人" in page


def test_a_department_sees_its_lines_only(sign_in, world, two_weeks):
    page = sign_in("schools").get(URL).text
    assert world["hnu"].name in page
    assert world["qh"].name not in page
    assert "133 / 215 人" in page


def test_a_branch_is_led_to_its_own_page(sign_in, world, two_weeks):
    answer = sign_in("secretary").get(URL)
    assert answer.status_code == 302
    assert answer.url == reverse("reporting:show-unit-week", args=[LAST, world["hnu-law-1201"].pk])


def test_somebody_with_several_units_chooses_among_them(sign_in, world, two_weeks):
    client = sign_in("auditor")
    page = client.get(URL, {"unit": world["hnu"].pk}).text
    assert world["hnu-law"].name in page
    assert f"?unit={world['qh'].pk}" in page
    assert client.get(URL, {"unit": world["qzu"].pk}).status_code == 404


@pytest.mark.parametrize("query", [{}, {"scope": "university"}, {"with": "2026-W45"}, {"tree": "now"}])
def test_a_unit_founded_after_the_newest_closed_week_is_told_so(sign_in, world, cast, two_weeks, query):
    founded = tree.create_unit(
        OrgUnit.objects.get(pk=world["hi"].pk), kind="university", name="新建学院团委", code="xj", by=None
    )
    Appointment.objects.create(
        user=cast["nobody"], unit=founded, role=Role.COMMITTEE, starts_on=clock.today()
    )
    client = sign_in("nobody")
    answer = client.get(URL, query)
    assert answer.status_code == 200
    assert "这一周没有本单位的数据" in answer.text
    assert "下一次结周（周日24:00）之后" in answer.text
    assert "请选择以后的周次" in client.get(URL, query | {"w": "2026-W45", "with": ""}).text


def test_who_holds_no_office_is_refused(sign_in, two_weeks):
    assert sign_in("nobody").get(URL).status_code == 403
    assert sign_in("departed").get(URL).status_code == 403


def test_there_is_no_delta_against_a_missing_week(sign_in, world):
    report(world, "hnu-law-1201", 20, week=LAST.previous())
    report(world, "hnu-law-1202", 45)
    close()  # the first week of all that is closed
    page = sign_in("province").get(URL).text
    assert "比上周" not in page
    assert "较上周 +" not in page


def test_the_home_page_names_who_is_missing_and_who_is_below_the_line(sign_in, two_weeks):
    province = sign_in("province").get("/").text
    assert "直接下级整体未报" in province
    assert "直接下级覆盖率低于 80%" in province
    assert "直接下级覆盖率低于 80%" in sign_in("university").get("/").text
    assert "直接下级" not in sign_in("secretary").get("/").text


def test_ten_times_the_units_ask_no_more_statements(sign_in, world, two_weeks, django_assert_max_num_queries):
    client = sign_in("province")
    with django_assert_max_num_queries(15) as small:
        client.get(URL)
    add_universities(world, 30)
    close_again = LAST.previous(2)
    close(close_again)
    with django_assert_max_num_queries(15) as large:
        answer = client.get(URL, {"w": str(close_again)})
    assert "第029学院团委" in answer.text
    assert len(large) <= len(small)


def _low(page: str) -> str:
    return page.split("低于 80%（良好线）", 1)[1].split("</section>", 1)[0]


def _base(world, code: str, count: int) -> None:
    UnitBaseVersion.objects.filter(unit=world[code], measure="members").update(count=count)
