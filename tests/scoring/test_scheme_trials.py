"""试算: what each unit would get by a period of closed weeks, beside another edition, as a file, and by a job where large."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.urls import reverse

from orgs.choices import JobState
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import Appointment, AuditEntry, Job
from scoring.frozen import Period
from scoring.models import Scheme, SchemeTrial, Score, Sheet
from scoring.operations import schemes, trial_jobs
from tests.scoring.conftest import QIONGHAI, close_week
from tests.scoring.test_ranked_schemes import RANKS
from tests.scoring.test_scheme_pages import NEW, text

D = Decimal
pytestmark = pytest.mark.django_db


@pytest.fixture
def client_of(sign_in):
    return sign_in("province")


@pytest.fixture
def draft(world, cast):
    """The invented scheme of the province, and a second edition in which groups earn three times as fast."""
    schemes.store(schemes.parse(text()), source=text(), unit=world["hi"], by=cast["province"])
    first = Scheme.objects.get(code="invented-work")
    schemes.approve_scheme(first, by=cast["province"])
    changed = text().replace("params: {each: 1, per: 2,", "params: {each: 3, per: 2,")
    schemes.store(schemes.parse(changed), source=changed, unit=world["hi"], by=cast["province"])
    return first


@pytest.fixture
def weeks(world):
    """Three weeks: the unit covers more and more, with seven administrators."""
    requirements = {"sub_requirements": 40, "sub_requirements_met": 33, "sub_requirements_overdue": 3}
    for number, covered in ((40, 12574), (44, 20000), (46, 25148)):
        figures = QIONGHAI | requirements | {"sub_covered_members": covered, "own_admins": 7}
        close_week(world, number, {"qh": figures, "wn": figures | {"own_admins": 1}})


def url(scheme, name="try-scheme"):
    return reverse(f"scoring:{name}", args=[scheme.pk])


def line_of(context, name):
    return next(line for line in context["page"] if name in line.unit.name)


def test_each_unit_has_its_points_totals_and_grades(client_of, draft, weeks):
    answer = client_of.get(url(draft))
    line = line_of(answer.context, "琼海")
    # a1 19.5, a2 −4, b1 (20000 ÷ 25148 + 1) ÷ 2 = 10, b2 the weeks don't touch one another: 5, b3 14, c1 3
    assert (line.now.computed, line.now.low, line.now.high) == (D("47.5"), D("47.5"), D("67.5"))
    assert (line.now.low_grade, line.now.high_grade) == ("不合格", "不合格")
    assert line_of(answer.context, "万宁").now.computed == D("44.5")
    page = answer.content.decode()
    assert "按2026年第46周" in page
    assert "各单位会得多少" in page
    for words in ("a1 · 原文", "a2 · 按文意理解", "b3 · 拟定"):
        assert words in page
    assert not Sheet.objects.exists()
    assert not Score.objects.exists()


def test_a_period_is_read_as_if_there_were_no_other_weeks(client_of, draft, weeks):
    """Only week 44: one month, which is too few for the mean of two; in 46 alone every member is covered."""
    answer = client_of.get(url(draft), {"year": 2026, "first": 44, "last": 44})
    trial = answer.context["trial"]
    assert trial.period == Period(2026, 44, 44)
    assert [each.week.number for each in trial.weeks] == [44]
    qionghai = next(each for each in trial.units if each.unit_id == line_of(answer.context, "琼海").unit.pk)
    by_code = dict(zip([each.criterion.code for each in trial.criteria], qionghai.points, strict=True))
    assert (by_code["a1"], by_code["b1"], by_code["b2"]) == (D("19.5"), None, D(5))
    assert "按2026年第44周" in answer.content.decode()
    assert client_of.get(url(draft), {"first": 40, "last": 46}).context["trial"].period == Period(2026)


@pytest.mark.parametrize(
    "data", [{"first": 46, "last": 40}, {"first": 41}, {"last": "x"}, {"other": 999_999}]
)
def test_a_period_that_is_none_is_said(client_of, draft, weeks, data):
    answer = client_of.get(url(draft), data)
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert "trial" not in answer.context


def test_a_committee_tries_its_own_scheme_on_the_level_below(sign_in, world, cast):
    own = (
        text()
        .replace("code: invented-work", "code: of-qionghai")
        .replace("[county, university]", "[township]")
    )
    schemes.store(schemes.parse(own), source=own, unit=world["qh"], by=cast["city"])
    close_week(world, 46, {"qh-hs": QIONGHAI, "wn-xl": QIONGHAI})
    answer = sign_in("city").get(url(Scheme.objects.get(code="of-qionghai")))
    assert {line.unit.code for line in answer.context["page"]} == {"qh-hs", "qh-yj"}


def test_two_editions_stand_side_by_side(client_of, draft, weeks):
    newer = Scheme.objects.get(code="invented-work", version=2)
    answer = client_of.get(url(draft), {"other": newer.pk})
    line = line_of(answer.context, "琼海")
    # 7 ÷ 2 = 3 pairs: 3 points, or 3 × 3 = 9
    assert (line.now.computed, line.other.computed, line.change) == (D("47.5"), D("53.5"), D(-6))
    page = answer.content.decode()
    for words in ("等次分布对比", "第 2 版", "系统计算增减", "-6.0"):
        assert words in page, words
    # The universities aren't in the week: everything is open, and so at best in full.
    assert {(each.label, each.best, each.other_best) for each in answer.context["grade_lines"]} == {
        ("优秀", 2, 2), ("良好", 0, 1), ("不合格", 2, 1)
    }  # fmt: skip


def test_editions_of_other_full_points_are_not_subtracted(client_of, draft, weeks):
    schemes.load_scheme(RANKS)
    answer = client_of.get(url(draft), {"other": Scheme.objects.get(code="invented-ranks").pk})
    assert line_of(answer.context, "琼海").change is None
    assert "两版总分不同（100.0 分和 20.0 分），不比较增减。" in answer.content.decode()


def test_what_was_found_is_a_file(client_of, draft, weeks):
    newer = Scheme.objects.get(code="invented-work", version=2)
    answer = client_of.get(url(draft), {"other": newer.pk, "export": "csv"})
    rows = b"".join(answer.streaming_content).decode().splitlines()
    assert "对比：系统计算得分" in rows[0]
    assert rows[0].endswith("评分点 c1")
    qionghai = next(row for row in rows if "琼海" in row)
    assert "47.5,47.5,67.5,不合格,不合格,53.5" in qionghai
    assert "该周周报中没有本单位" in next(row for row in rows if "海南大学" in row)
    assert AuditEntry.objects.filter(verb="list.exported").count() == 1


@pytest.fixture
def order(client_of, draft, monkeypatch):
    """order(**data) -> the answer to 开始试算 where everything is too large for a page."""
    monkeypatch.setattr(trial_jobs, "MOST_AT_ONCE", 0)
    return lambda **data: client_of.post(url(draft), data)


def run(trial):
    trial_jobs.try_in_job(trial.job_id)
    trial.refresh_from_db()
    trial.job.refresh_from_db()


def test_a_large_trial_is_offered_and_done_by_a_job_with_progress(order, client_of, draft, weeks):
    shown = client_of.get(url(draft))
    assert "在后台试算" in shown.content.decode()
    assert "trial" not in shown.context
    newer = Scheme.objects.get(code="invented-work", version=2)
    answer = order(first=40, last=46, other=newer.pk)
    trial = SchemeTrial.objects.get()
    assert answer.url == url(trial, "show-scheme-trial")
    assert "正在试算" in client_of.get(answer.url).content.decode()
    run(trial)
    assert (trial.job.state, trial.job.done, trial.job.total) == (
        JobState.DONE,
        8,
        8,
    )  # four units, two editions
    assert client_of.get(answer.url, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    found = client_of.get(answer.url)
    line = line_of(found.context, "琼海")
    assert (line.now.computed, line.other.computed) == (D("47.5"), D("53.5"))
    assert b"47.5" in b"".join(client_of.get(answer.url, {"export": "csv"}).streaming_content)
    assert not Sheet.objects.exists()


def test_the_job_finds_what_the_page_finds(order, client_of, draft, weeks, monkeypatch):
    order(first=44, last=46)
    trial = SchemeTrial.objects.get()
    run(trial)
    monkeypatch.setattr(trial_jobs, "MOST_AT_ONCE", 1000)
    at_once = client_of.get(url(draft), {"first": 44, "last": 46}).context["trial"]
    by_job = trial_jobs.read(trial).trial
    assert (by_job.units, by_job.sums, by_job.at_best) == (at_once.units, at_once.sums, at_once.at_best)
    assert [each.spread for each in by_job.criteria] == [each.spread for each in at_once.criteria]


def test_ordered_twice_it_is_tried_once(order, weeks):
    assert order(first=40, last=46).url == order(first=40, last=46).url
    assert Job.objects.filter(task=trial_jobs.TASK).count() == 1
    assert order(first=44, last=46).url != order(first=40, last=46).url


def test_checking_a_text_of_many_units_orders_a_job_and_the_text_is_found_again(order, client_of, weeks):
    changed = text().replace("（试行）", "（还在起草）").replace("code: invented-work", "code: other-work")
    page = client_of.post(NEW, {"text": changed, "action": "check"}).content.decode()
    trial = SchemeTrial.objects.get()
    assert "检查通过" in page
    assert trial.get_absolute_url() in page
    run(trial)
    found = client_of.get(trial.get_absolute_url())
    assert line_of(found.context, "琼海").now.computed == D("47.5")
    assert f"{NEW}?trial={trial.pk}" in found.content.decode()
    assert "还在起草" in client_of.get(NEW, {"trial": trial.pk}).content.decode()


def test_only_who_ordered_it_reads_it_and_only_in_office(order, sign_in, cast, weeks):
    address = order(first=40, last=46).url
    assert sign_in("national").get(address).status_code == 404
    assert sign_in("national").get(NEW, {"trial": SchemeTrial.objects.get().pk}).status_code == 404
    yesterday = clock.today() - timedelta(days=1)
    Appointment.objects.filter(user=cast["province"]).update(ends_on=yesterday)
    assert sign_in("province").get(address).status_code == 404


def test_a_job_of_somebody_whose_office_ended_finds_nothing(order, cast, weeks):
    order(first=40, last=46)
    trial = SchemeTrial.objects.get()
    Appointment.objects.filter(user=cast["province"]).update(ends_on=clock.today() - timedelta(days=1))
    with pytest.raises(NotAllowed):
        trial_jobs.try_in_job(trial.job_id)
    trial.refresh_from_db()
    assert (trial.found, trial.job.state) == ({}, JobState.FAILED)


def test_nobody_orders_a_trial_of_a_foreign_scheme(world, cast, draft):
    foreign = schemes.store(schemes.parse(text().replace("invented-work", "foreign")), unit=world["ah"])
    scheme = Scheme.objects.get(pk=foreign.pk)
    with pytest.raises(NotAllowed):
        trial_jobs.order(Period(2026), world["hi"], by=cast["province"], scheme=scheme)
    with pytest.raises(NotAllowed):
        trial_jobs.order(Period(2026), world["hi"], by=cast["province"], scheme=draft, other=scheme)
    with pytest.raises(NotAllowed):
        trial_jobs.order(Period(2026), world["ah"], by=cast["province"], scheme=draft)


def test_a_trial_goes_after_its_days(order, weeks):
    order(first=40, last=46)
    run(SchemeTrial.objects.get())
    long_ago = clock.now() - timedelta(days=settings.JOBS_KEPT_DAYS, seconds=1)
    assert trial_jobs.purge() == 0
    Job.objects.update(finished_at=long_ago)
    assert trial_jobs.purge() == 1
    assert not SchemeTrial.objects.exists()
