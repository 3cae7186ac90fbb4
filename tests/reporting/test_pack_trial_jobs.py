"""试算 of many units: a job with progress, its findings on a page for its writer, and rows of ended jobs that go."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from orgs.choices import JobState
from orgs.kernel import clock
from orgs.models import Appointment, Job
from orgs.operations import ledger
from reporting.models import Campaign, PackTrial
from reporting.operations import ended_jobs, judging, trial_jobs
from reporting.pages import packs
from tests.reporting.campaign_rows import add_group
from tests.reporting.pack_files import SMALL, edited

pytestmark = pytest.mark.django_db
NAMING = """\
  - code: names
    title: 规范名称
    clause: TRY-1
    hard: false
    kind: naming
    target: {kinds: [university]}
    rule: {what: groups, pattern: uniform}
"""


@pytest.fixture
def order(sign_in, monkeypatch):
    """order("province", text) -> the answer to 核对并试算 where every subtree is too large for a page."""
    monkeypatch.setattr(packs, "MOST_ON_PAGE", 0)

    def _order(key, text):
        return sign_in(key).post(reverse("reporting:new-campaign"), {"text": text, "do": "try", "version": 0})

    return _order


def run(trial):
    trial_jobs.try_in_job(trial.job_id)
    trial.job.refresh_from_db()


def test_a_large_trial_is_a_job_whose_page_shows_what_it_found(order, sign_in, world):
    add_group(world, "hnu", "link", name="海南大学团委微信群")
    odd = add_group(world, "qzu", "link", name="大家庭")
    answer = order("province", SMALL + NAMING)
    trial = PackTrial.objects.get()
    assert answer.url == reverse("reporting:show-pack-trial", args=[trial.pk])
    assert "正在试算" in sign_in("province").get(answer.url).content.decode()
    run(trial)
    assert (trial.job.state, trial.job.done, trial.job.total) == (JobState.DONE, 3, 3)
    page = sign_in("province").get(answer.url).content.decode()
    assert "2 个单位中有 2 个已达到" in page
    assert "2 个名称中有 1 个不符合" in page
    assert reverse("accounts:show-group", args=[odd.pk]) in page
    assert not Campaign.objects.exists()


def test_the_text_is_found_again_on_the_writing_page(order, sign_in):
    order("province", edited("title: 关于建群的通知", "title: 还在起草的通知"))
    pk = PackTrial.objects.get().pk
    text = sign_in("province").get(reverse("reporting:new-campaign") + f"?trial={pk}").content.decode()
    assert "还在起草的通知" in text
    assert "还在起草的通知" not in (
        sign_in("national").get(reverse("reporting:new-campaign") + f"?trial={pk}").content.decode()
    )


def test_asked_twice_it_is_tried_once(order):
    first, second = order("province", SMALL), order("province", SMALL)
    assert first.url == second.url
    assert Job.objects.filter(task=trial_jobs.TASK).count() == 1


def test_only_its_writer_reads_it_and_only_in_office(order, sign_in, cast):
    url = order("province", SMALL).url
    assert sign_in("national").get(url).status_code == 404
    yesterday = clock.today() - timedelta(days=1)
    Appointment.objects.filter(user=cast["province"]).update(ends_on=yesterday)
    assert sign_in("province").get(url).status_code == 404


def test_what_the_person_may_no_longer_do_is_said_instead_of_found(order, cast):
    order("province", SMALL)
    trial = PackTrial.objects.get()
    Appointment.objects.filter(user=cast["province"]).update(ends_on=clock.today() - timedelta(days=1))
    run(trial)
    trial.refresh_from_db()
    assert trial.job.state == JobState.DONE
    assert "tried" not in trial.found
    assert len(trial_jobs.problems(trial)) == 1


def test_ended_jobs_go_after_their_days_and_others_stay(order, world):
    order("province", SMALL)
    run(PackTrial.objects.get())
    ledger.add(judging.TASK, key="judge-1-waiting")
    ledger.add("reporting.close_week", key="close-week-2026-W40-e1")
    Job.objects.exclude(key="judge-1-waiting").update(
        state=JobState.DONE, finished_at=clock.now() - timedelta(days=settings.JOBS_KEPT_DAYS)
    )
    assert ended_jobs.purge() == 0
    Job.objects.filter(state=JobState.DONE).update(
        finished_at=clock.now() - timedelta(days=settings.JOBS_KEPT_DAYS, seconds=1)
    )
    assert ended_jobs.purge() == 1
    assert not PackTrial.objects.exists()
    kept = set(Job.objects.values_list("key", flat=True))
    assert kept == {"judge-1-waiting", "close-week-2026-W40-e1"}
