"""整周数据 of many units: a job writes it, for one person and a day, as long as their office covers it."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts.operations import files
from orgs.choices import Department, JobState
from orgs.kernel import clock
from orgs.models import AuditEntry, Job, Notification
from orgs.operations import jobs, ledger
from reporting import tasks
from reporting.operations import week_files
from tests.reporting.closed_weeks import close, report
from tests.reporting.week_file_scene import download, order, person, table, url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def closed(world):
    report(world, "hnu-law-1201", 20)
    report(world, "qh-hs-jl", 40)
    return close()


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(week_files, "SMALL_UNITS", 0)


def test_a_large_week_is_written_by_a_job_for_one_person_and_a_day(sign_in, world, closed, large, media):
    client = sign_in("university")
    page = client.get(url(world, "hnu")).text
    assert "在后台生成" in page
    assert "export=" not in page
    assert client.get(url(world, "hnu"), {"export": "csv"}).headers["Content-Type"].startswith("text/html")
    job = order(client, world, "hnu")
    shown = reverse("reporting:show-week-file", args=[job.pk])
    assert "正在生成文件" in client.get(shown).text
    assert client.get(shown, headers={"HX-Request": "true"}).text.strip().startswith('<div id="file" hx-get')
    assert download(client, job).status_code == 404
    tasks.write_week_file(job.pk)
    assert reverse("reporting:download-week-file", args=[job.pk]) in client.get(shown).text
    assert client.get(shown, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    rows = table(b"".join(download(client, job)))
    assert len(rows) == week_files.n_units(closed, world["hnu"], by=person("university"))
    (path,) = media.glob("annex/*.bin")
    assert world["hnu"].name.encode() not in path.read_bytes()
    for key in ("college", "province", "outsider"):
        assert download(sign_in(key), job).status_code == 404
        assert sign_in(key).get(shown).status_code == 404
    with clock.frozen(clock.now() + timedelta(hours=25)):
        assert download(client, job).status_code == 404
        assert files.purge() == 1


def test_the_person_is_told_once_and_the_ledger_knows(sign_in, world, closed, large):
    client = sign_in("university")
    job = order(client, world, "hnu")
    tasks.write_week_file(job.pk)
    message = Notification.objects.get(kind="file_ready")
    assert message.unit == world["hnu"]
    assert "2026-W46" in message.text
    assert client.get(message.link).status_code == 200
    entry = AuditEntry.objects.get(verb="list.exported")
    job.refresh_from_db()
    assert (entry.detail["rows"], entry.detail["page"]) == (job.result["rows"], url(world, "hnu"))
    assert AuditEntry.objects.filter(verb="week.file_ordered").count() == 1
    tasks.write_week_file(job.pk)
    assert Notification.objects.filter(kind="file_ready").count() == 1


def test_asked_for_twice_it_is_written_once(sign_in, world, closed, large):
    client = sign_in("university")
    first = order(client, world, "hnu")
    assert order(client, world, "hnu") == first
    tasks.write_week_file(first.pk)
    assert order(client, world, "hnu") == first
    assert order(client, world, "hnu", "xlsx") != first
    with clock.frozen(clock.now() + timedelta(hours=25)):
        assert order(client, world, "hnu") != first


def test_a_repeated_job_writes_the_same_rows(world, cast, closed, large):
    by = cast["university"]
    job = week_files.order(closed, world["hnu"], "csv", by=by)
    tasks.write_week_file(job.pk)
    first = b"".join(files.pieces(job))
    report(world, "hnu-law-1202", 30)
    Job.objects.filter(pk=job.pk).update(state=JobState.FAILED)
    jobs.retry_job(Job.objects.get(pk=job.pk))
    tasks.write_week_file(job.pk)
    assert b"".join(files.pieces(job)) == first


def test_a_cancelled_job_stops_and_a_retried_one_goes_on(sign_in, world, closed, large, monkeypatch):
    monkeypatch.setattr(week_files, "TOLD_EVERY", 1)
    monkeypatch.setattr(week_files, "UNITS_AT_ONCE", 2)
    client = sign_in("university")
    job = order(client, world, "hnu", "xlsx")
    progress = ledger.progress
    seen = []

    def cancel(held, done, total):
        seen.append((done, total))
        if len(seen) == 2:
            jobs.cancel_job(held)
        progress(held, done, total)

    monkeypatch.setattr(ledger, "progress", cancel)
    tasks.write_week_file(job.pk)
    assert len(seen) == 2
    assert download(client, job).status_code == 404
    assert "取消了这个任务" in client.get(reverse("reporting:show-week-file", args=[job.pk])).text
    assert not Notification.objects.filter(kind="file_ready").exists()
    monkeypatch.setattr(ledger, "progress", progress)
    jobs.retry_job(Job.objects.get(pk=job.pk))
    tasks.write_week_file(job.pk)
    assert load_workbook(io.BytesIO(b"".join(download(client, job)))).active.max_row > 2


def test_a_file_is_gone_with_the_office(sign_in, world, cast, closed, large):
    client = sign_in("university")
    job = order(client, world, "hnu")
    tasks.write_week_file(job.pk)
    cast["university"].appointments.update(ends_on="2026-11-17")
    assert download(client, job).status_code == 404


def test_a_file_of_all_lines_is_gone_for_who_keeps_some_lines_only(sign_in, world, cast, closed, large):
    client = sign_in("province")
    job = order(client, world, "hi")
    tasks.write_week_file(job.pk)
    assert download(client, job).status_code == 200
    assert [each.pk for each in client.get(url(world, "hi")).context["files"]] == [job.pk]
    cast["province"].appointments.update(department=Department.SCHOOL)
    assert download(client, job).status_code == 404
    assert client.get(url(world, "hi")).context["files"] == []


def test_a_department_sees_its_file_from_the_order_on(sign_in, world, cast, closed, large):
    client = sign_in("schools")
    job = order(client, world, "hi")
    shown = reverse("reporting:show-week-file", args=[job.pk])
    assert "正在生成文件" in client.get(shown).text
    tasks.write_week_file(job.pk)
    assert download(client, job).status_code == 200
    assert order(client, world, "hi") == job
    cast["schools"].appointments.update(department=Department.RURAL)
    assert client.get(shown).status_code == 404
    assert order(client, world, "hi") != job


def test_a_job_of_an_office_that_has_ended_writes_nothing(sign_in, world, cast, closed, large):
    job = order(sign_in("university"), world, "hnu")
    cast["university"].appointments.update(ends_on="2026-11-17")
    with pytest.raises(Exception, match="权限"):
        tasks.write_week_file(job.pk)
    assert Job.objects.get(pk=job.pk).state == JobState.FAILED


def test_a_file_of_some_lines_is_for_who_sees_these_lines(world, cast):
    scope = week_files.Scope.of(world["hnu"], cast["schools"])
    assert scope.lines
    assert scope.holds(scope.lines)
    assert not scope.holds(())
    assert week_files.Scope.of(world["hnu"], cast["province"]).holds(())
