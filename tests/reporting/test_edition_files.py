"""两版比较 of many units: a job writes the file, for one person and a day, as long as they may export the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from orgs.choices import Department, JobState
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import AuditEntry, Job, Notification
from reporting import tasks
from reporting.operations import activity, edition_files, editions, week_files
from tests.reporting.closed_weeks import LAST, close, report
from tests.reporting.week_file_scene import download, table, url
from tests.world import TODAY

pytestmark = pytest.mark.django_db
COMPARE = f"/weekly/editions/?w={LAST}"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def corrected(world, cast):
    """W46 in two editions: a village recorded its Sunday on the Wednesday after."""
    account = report(world, "qh-hs-jl", 40)
    close()
    activity.record_day(account, LAST.ends_on, 6, by=cast["villager"])
    with clock.frozen(TODAY + timedelta(minutes=1)):
        return editions.correct_now(LAST, reason="补登周日的日常记录")


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(week_files, "SMALL_UNITS", 0)


def order(client) -> Job:
    answer = client.post(COMPARE, {"kind": "csv"})
    job = Job.objects.get(task=edition_files.TASK)
    assert answer.url == reverse("reporting:show-week-file", args=[job.pk])
    return job


def test_a_large_comparison_is_written_by_a_job_with_the_rows_of_the_page(
    sign_in, world, corrected, monkeypatch
):
    client = sign_in("province")
    small = table(b"".join(client.get(COMPARE, {"export": "csv"})).split(b"\n", 1)[1])
    monkeypatch.setattr(week_files, "SMALL_UNITS", 0)
    page = client.get(COMPARE).text
    assert "在后台生成" in page
    assert "export=" not in page
    assert client.get(COMPARE, {"export": "csv"}).headers["Content-Type"].startswith("text/html")
    job = order(client)
    shown = reverse("reporting:show-week-file", args=[job.pk])
    assert "两版比较文件" in client.get(shown).text
    tasks.write_edition_file(job.pk)
    body = b"".join(download(client, job))
    assert table(body.split(b"\n", 1)[1]) == small
    assert "第1版与第2版" in client.get(shown).text
    assert [each.title for each in client.get(url(world, "hi")).context["files"]] == [
        "周报2026-W46_第1版与第2版.csv"
    ]
    assert Notification.objects.get(kind="file_ready").link == shown
    assert AuditEntry.objects.filter(verb="list.exported").count() == 2
    assert order(client) == job


def test_it_is_for_that_person_and_for_as_long_as_they_may_export_the_same(
    sign_in, world, cast, corrected, large
):
    client = sign_in("province")
    job = order(client)
    tasks.write_edition_file(job.pk)
    assert download(client, job).status_code == 200
    assert download(sign_in("national"), job).status_code == 404
    cast["province"].appointments.update(department=Department.SCHOOL)
    assert download(client, job).status_code == 404
    assert client.get(url(world, "hi")).context["files"] == []


def test_where_the_lines_change_before_it_is_written_nothing_is(sign_in, cast, corrected, large):
    client = sign_in("province")
    job = order(client)
    cast["province"].appointments.update(department=Department.SCHOOL)
    with pytest.raises(NotAllowed):
        tasks.write_edition_file(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert not Notification.objects.filter(kind="file_ready").exists()


def test_who_may_not_export_and_what_is_not_there(sign_in, world, corrected, large):
    assert sign_in("villager").post(COMPARE, {"kind": "csv"}).status_code == 403
    client = sign_in("province")
    assert client.post(COMPARE, {"kind": "pdf"}).status_code == 404
    assert client.post(f"{COMPARE}&to=9", {"kind": "csv"}).status_code == 404
    assert not Job.objects.filter(task=edition_files.TASK).exists()
