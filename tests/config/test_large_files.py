"""The file of a long list: offered, ordered, written by a job as the page itself would, for one person and a day."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import signing
from django.urls import reverse

from accounts.operations import files
from accounts.operations.registry.accounts import open_account
from config import list_files, tasks
from orgs import exports
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import Appointment, AuditEntry, Job, Notification

pytestmark = pytest.mark.django_db
LIST = reverse("accounts:list-accounts")
ASKED = {"export": "csv", "q": "张三丰"}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture(autouse=True)
def account(world, cast):
    return open_account(
        world["hnu-law-1201"],
        platform="wechat_personal",
        identifier="law1201-wx",
        nickname="张三丰的团支部",
        contacts=30,
        by=cast["university"],
    )


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(exports, "LARGEST_AT_ONCE", 0)


def offer_of(page):
    return re.search(r'name="offer" value="([^"]+)"', page.text)[1]


def order(client, **query):
    page = client.get(LIST, ASKED | query)
    assert page.status_code == 200
    assert "共 1 行" in page.text
    assert not Job.objects.filter(task=list_files.TASK).exists()
    answer = client.post(reverse("order-list-file"), {"offer": offer_of(page)})
    job = Job.objects.get(task=list_files.TASK)
    assert answer.url == reverse("show-list-file", args=[job.pk])
    return job


def download(client, job):
    return client.get(reverse("download-list-file", args=[job.pk]))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_job_writes_what_the_page_writes(sign_in, monkeypatch, kind):
    client = sign_in("university")
    at_once = b"".join(client.get(LIST, ASKED | {"export": kind}))
    monkeypatch.setattr(exports, "LARGEST_AT_ONCE", 0)
    job = order(client, export=kind)
    shown = reverse("show-list-file", args=[job.pk])
    assert "正在生成文件" in client.get(shown).text
    assert download(client, job).status_code == 404
    tasks.write_list_file(job.pk)
    assert reverse("download-list-file", args=[job.pk]) in client.get(shown).text
    answer = download(client, job)
    written = b"".join(answer)
    assert written == at_once if kind == "csv" else written[:2] == b"PK"
    assert f".{kind}" in answer["Content-Disposition"]
    job.refresh_from_db()
    assert (job.done, job.total, job.result["rows"]) == (1, 1, 1)


def test_it_is_for_one_person_and_a_day_and_says_nothing_of_what_was_searched(sign_in, large, media):
    client = sign_in("university")
    job = order(client)
    assert "张三丰" not in str(job.params)
    tasks.write_list_file(job.pk)
    tasks.write_list_file(job.pk)
    message = Notification.objects.get(kind="file_ready")
    assert client.get(message.link).status_code == 200
    entry = AuditEntry.objects.get(verb="list.exported")
    assert (entry.detail["rows"], entry.detail["filters"]) == (1, ["q"])
    assert "张三丰" not in str([*AuditEntry.objects.values_list("body__detail", flat=True)])
    (path,) = media.glob("annex/*.bin")
    assert "张三丰".encode() not in path.read_bytes()
    for key in ("college", "province", "outsider"):
        assert download(sign_in(key), job).status_code == 404
    again = client.get(LIST, ASKED)
    assert client.post(reverse("order-list-file"), {"offer": offer_of(again)}).url.endswith(f"/{job.pk}/")
    with clock.frozen(clock.now() + timedelta(hours=25)):
        assert download(client, job).status_code == 404
        assert files.purge() == 1
        assert list_files.purge() == 1


def test_an_offer_is_of_the_portal_and_of_this_person(sign_in, cast, large):
    offer = offer_of(sign_in("university").get(LIST, ASKED))
    foreign = signing.dumps({"page": "/", "name": "x", "user": cast["province"].pk}, salt="other")
    for text in (offer, foreign, "", "nonsense"):
        answer = sign_in("province").post(reverse("order-list-file"), {"offer": text})
        assert answer.url == reverse("home")
    assert not Job.objects.filter(task=list_files.TASK).exists()


def test_who_has_left_the_office_gets_neither_job_nor_file(sign_in, cast, large):
    client = sign_in("university")
    job = order(client)
    Appointment.objects.filter(user=cast["university"]).update(ends_on=clock.today() - timedelta(days=1))
    with pytest.raises(NotAllowed):
        tasks.write_list_file(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    assert client.get(reverse("show-list-file", args=[job.pk])).status_code == 404
