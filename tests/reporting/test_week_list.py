"""周次和版次 says what a close waits for: the earlier weeks that come first, and what to do (R5)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from orgs.choices import JobState
from orgs.models import Job
from reporting import tasks
from reporting.operations import weekly
from tests.reporting.closed_weeks import LAST, report

pytestmark = pytest.mark.django_db
WEEKS = reverse("reporting:list-weeks")
FIRST = LAST.previous(2)


@pytest.fixture
def waits(world):
    """The registry begins in W44; W46 was taken first and put back."""
    report(world, "hnu-law-1201", 40, week=FIRST)
    tasks.close_week(weekly.enqueue_close(LAST).pk)


def line(answer, week):
    return next(each for each in answer.context["lines"] if each.week == week)


def test_a_week_that_waits_names_the_weeks_before_it_and_what_to_do(sign_in, waits):
    answer = sign_in("province").get(WEEKS)
    assert [each.week for each in answer.context["lines"]] == [LAST, LAST.previous(), FIRST]
    assert line(answer, LAST).earlier == [FIRST, FIRST.next()]
    assert "等待更早的周结周：第44周、第45周。" in answer.text
    assert "请系统管理员重试" in answer.text
    assert line(answer, FIRST).earlier == []


def test_one_that_failed_says_so_and_the_later_ones_still_wait(sign_in, waits):
    Job.objects.filter(key=weekly.job_key(FIRST)).update(state=JobState.FAILED)
    answer = sign_in("province").get(WEEKS)
    assert line(answer, FIRST).is_failed
    assert "还没有结周。请系统管理员重试这个任务。" in answer.text
    assert line(answer, LAST).earlier == [FIRST, FIRST.next()]


def test_once_all_are_closed_nothing_waits(sign_in, waits):
    for week in (FIRST, FIRST.next(), LAST):
        tasks.close_week(Job.objects.get(key=weekly.job_key(week)).pk)
    answer = sign_in("province").get(WEEKS)
    assert [each.job for each in answer.context["lines"]] == [None] * 3
    assert "等待更早的周" not in answer.text


def test_statements_do_not_grow_with_the_weeks_that_wait(sign_in, world, django_assert_max_num_queries):
    report(world, "hnu-law-1201", 40, week=LAST.previous(8))
    for n in (3, 2, 1, 0):
        tasks.close_week(weekly.enqueue_close(LAST.previous(n)).pk)
    client = sign_in("province")
    with django_assert_max_num_queries(12):
        client.get(WEEKS)
