"""Pages and addresses say which edition they show; weeks are listed, corrected and compared."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.db import connection
from django.urls import reverse

from orgs.choices import JobState
from orgs.kernel import clock, triggers
from orgs.models import Job, UnitBaseVersion
from reporting.figures import NOT_IN_FIRST_DIGEST
from reporting.models import ClosedWeek, WeekUnit
from reporting.operations import activity, editions, weekly
from tests.reporting.closed_weeks import LAST, close, report
from tests.world import TODAY

pytestmark = pytest.mark.django_db
WEEKLY, WEEKS = "/weekly/", "/weekly/weeks/"
CORRECT, COMPARE = f"/weekly/correct/?w={LAST}", f"/weekly/editions/?w={LAST}"


@pytest.fixture
def corrected(world, cast):
    """W46 in two editions: a village recorded its Sunday on the Wednesday after."""
    account = report(world, "qh-hs-jl", 40)
    report(world, "hnu-law-1201", 20)
    close()
    activity.record_day(account, LAST.ends_on, 6, by=cast["villager"])
    with clock.frozen(TODAY + timedelta(minutes=1)):
        return editions.correct_now(LAST, reason="补登周日的日常记录")


def rows(world, code, figure, edition=""):
    return reverse("reporting:show-rows", args=[LAST, world.ids[code], figure]) + edition


def test_the_newest_edition_is_shown_and_named(sign_in, corrected):
    page = sign_in("province").get(WEEKLY).text
    assert "第 2 版" in page
    assert "补登周日的日常记录" in page
    assert "edition=" not in page


def test_an_older_edition_is_shown_on_demand_with_a_warning_and_keeps_its_address(sign_in, world, corrected):
    page = sign_in("province").get(WEEKLY, {"w": str(LAST), "edition": "1"}).text
    assert "这是第 1 版" in page
    assert "看最新版" in page
    assert f"/weekly/{LAST}/{world.ids['hnu']}/?edition=1" in page
    unit = sign_in("province").get(f"/weekly/{LAST}/{world.ids['hnu']}/", {"edition": "1"}).text
    assert "这是第 1 版" in unit
    assert "edition=1" in unit


def test_a_file_names_the_edition_and_the_tree_it_shows(sign_in, world, corrected):
    client = sign_in("province")
    for asked, name, edition in (
        ({}, "周报2026-W46_第2版", "第2版"),
        ({"edition": "1"}, "周报2026-W46_第1版", "第1版，已有第2版"),
        ({"tree": "now"}, "周报2026-W46_第2版_重算", "第2版，按现在的组织架构重算"),
    ):
        for export in ("csv", "xlsx"):
            answer = client.get(WEEKLY, {"w": str(LAST), "export": export} | asked)
            assert unquote(answer["Content-Disposition"]).endswith(f"{name}.{export}"), asked
            body = b"".join(answer)
            if export == "csv":
                head, *lines = csv.reader(io.StringIO(body.decode("utf-8-sig")))
                assert {line[head.index("版次")] for line in lines} == {edition}


def test_a_file_keeps_what_qualifies_a_rate(sign_in, world):
    report(world, "hnu-law-1201", 60)  # of 50
    report(world, "hnu-law-1202", 20)
    UnitBaseVersion.objects.filter(unit=world["hnu-law-1202"]).delete()
    close()
    client = sign_in("province")

    def rates(code):
        body = b"".join(client.get(f"/weekly/{LAST}/{world.ids[code]}/", {"export": "csv"}))
        head, *lines = csv.reader(io.StringIO(body.decode("utf-8-sig")))
        return {line[0]: line[head.index("覆盖率")] for line in lines}

    assert rates("hnu")[world["hnu-law"].name].endswith("%（暂定）")
    assert rates("hnu-law")[world["hnu-law-1201"].name].endswith("%（需核实）")


def test_the_rows_of_a_figure_are_those_of_the_edition(sign_in, world, corrected):
    client = sign_in("province")
    assert "合计" in client.get(rows(world, "qh-hs-jl", "posts")).text
    for edition, posts in (("", 6), ("?edition=2", 6), ("?edition=1", 0)):
        answer = client.get(rows(world, "qh", "posts", edition))
        assert answer.context["breakdown"].total == posts, edition


@pytest.mark.parametrize("wrong", ["3", "0", "x", "-1"])
def test_an_edition_that_does_not_exist_is_not_found(sign_in, corrected, wrong):
    assert sign_in("province").get(WEEKLY, {"w": str(LAST), "edition": wrong}).status_code == 404


def test_an_edition_that_is_not_published_is_not_found(sign_in, world, cast):
    close()
    editions.correct_week(LAST, reason="更正", by=cast["national"])
    assert sign_in("province").get(WEEKLY, {"edition": "2"}).status_code == 404
    assert "第 2 版" not in sign_in("province").get(WEEKLY).text


def test_the_list_names_every_edition_its_reason_and_what_is_under_way(sign_in, cast, corrected):
    page = sign_in("city").get(WEEKS).text
    assert "第 1 版" in page
    assert "补登周日的日常记录" in page
    assert "出更正版" not in page
    job = editions.correct_week(LAST, reason="再次补登", by=cast["national"])
    Job.objects.filter(pk=job.pk).update(done=2, total=5)
    page = sign_in("province").get(WEEKS).text
    assert "已完成 2 / 5 步" in page
    assert "出更正版" not in page
    assert "出更正版" in sign_in("national").get(WEEKS).text


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED])
def test_a_first_close_that_did_not_end_well_is_tried_again_and_not_corrected(sign_in, state):
    ClosedWeek.objects.create(year=LAST.year, number=LAST.number, starts_on=LAST.starts_on)
    job = weekly.enqueue_close(LAST)
    Job.objects.filter(pk=job.pk).update(state=state)
    page = sign_in("national").get(WEEKS).text
    assert "请系统管理员重试这个任务" in page
    assert "可以重新登记更正" not in page


def test_a_correction_that_did_not_end_well_is_ordered_anew(sign_in, cast):
    close()
    job = editions.correct_week(LAST, reason="补登", by=cast["national"])
    Job.objects.filter(pk=job.pk).update(state=JobState.FAILED)
    page = sign_in("national").get(WEEKS).text
    assert "可以重新登记更正" in page
    assert "请系统管理员重试" not in page


def test_the_form_says_what_is_late_and_orders_a_new_edition(sign_in, world, cast):
    account = report(world, "qh-hs-jl", 40)
    close()
    activity.record_day(account, LAST.ends_on, 6, by=cast["villager"])
    assert sign_in("province").get(CORRECT).status_code == 403
    client = sign_in("national")
    page = client.get(CORRECT).text
    assert "日常记录 <b>1</b> 条" in page
    refused = client.post(CORRECT, {"reason": " "})
    assert refused.status_code == 422
    assert "请填写更正原因" in refused.text
    answer = client.post(CORRECT, {"reason": "补登"})
    assert answer.status_code == 302
    assert weekly.close_in_job(Job.objects.get(params__edition=2).pk).reason == "补登"
    assert ClosedWeek.objects.newest_editions().get().edition == 2


def test_a_second_correction_meanwhile_is_refused_in_words(sign_in, world, cast):
    close()
    editions.correct_week(LAST, reason="补登", by=cast["national"])
    refused = sign_in("national").post(CORRECT, {"reason": "又一次"})
    assert refused.status_code == 422
    assert "正在汇总" in refused.text


def test_the_comparison_names_units_and_figures_that_differ(sign_in, world, corrected):
    answer = sign_in("province").get(COMPARE)
    found = answer.context["found"]
    assert (found.before.edition, found.after.edition) == (1, 2)
    [line] = found.units
    assert line.unit_id == world.ids["qh-hs-jl"]
    assert {(each.label, each.before, each.after) for each in line.differences} >= {("发布信息", 0, 6)}
    assert ("发布信息", 0, 6) in {(each.label, each.before, each.after) for each in found.totals}
    assert "发布信息 0 → 6" in answer.text


def test_figures_that_were_not_there_yet_have_not_changed(sign_in, world, corrected):
    names = {f"{side}_{name}": None for name in NOT_IN_FIRST_DIGEST for side in ("own", "sub")}
    with triggers.without_triggers(connection):
        WeekUnit.objects.filter(week__edition=1).update(**names)
        ClosedWeek.objects.filter(edition=1).update(digest_form=1)
    found = sign_in("province").get(COMPARE).context["found"]
    assert [line.unit_id for line in found.units] == [world.ids["qh-hs-jl"]]
    assert not [each for each in (*found.totals, *found.units[0].differences) if each.before is None]


def test_the_comparison_shows_each_reader_the_own_scope(sign_in, corrected):
    assert "没有单位的数字发生变化" in sign_in("university").get(COMPARE).text
    assert "加略村" in sign_in("city").get(COMPARE).text


def test_a_department_gets_the_sum_of_its_lines_only(sign_in, world, cast):
    village, branch = report(world, "qh-hs-jl", 40), report(world, "hnu-law-1201", 20)
    close()
    activity.record_day(village, LAST.ends_on, 6, by=cast["villager"])
    activity.record_day(branch, LAST.ends_on, 5, by=cast["secretary"])
    with clock.frozen(TODAY + timedelta(minutes=1)):
        editions.correct_now(LAST, reason="补登")

    def posts(key):
        found = sign_in(key).get(COMPARE).context["found"]
        return [(each.before, each.after) for each in found.totals if each.label == "发布信息"]

    assert posts("province") == [(0, 11)]
    assert posts("schools") == [(0, 5)]


def test_a_week_with_one_edition_has_nothing_to_compare(sign_in, world):
    close()
    assert "只有一版" in sign_in("province").get(COMPARE).text


@pytest.mark.parametrize("number", [1, 12])
def test_lists_ask_the_same_number_of_statements_for_any_number_of_weeks(
    sign_in, world, django_assert_max_num_queries, number
):
    for n in range(number):
        close(LAST.previous(n))
    client = sign_in("province")
    with django_assert_max_num_queries(8):
        client.get(WEEKS)
