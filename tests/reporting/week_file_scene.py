"""Scene of the tests of 整周数据: one closed week, addresses, and the table that comes back."""

from __future__ import annotations

import csv
import io

from django.urls import reverse

from orgs.models import Job, User
from reporting.operations import week_files
from tests.reporting.closed_weeks import LAST


def url(world, code: str) -> str:
    return reverse("reporting:export-week", args=[LAST, world[code].pk])


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def order(client, world, code: str, kind: str = "csv") -> Job:
    answer = client.post(url(world, code), {"kind": kind})
    job = Job.objects.filter(task=week_files.TASK).latest("pk")
    assert answer.url == reverse("reporting:show-week-file", args=[job.pk])
    return job


def download(client, job: Job):
    return client.get(reverse("reporting:download-week-file", args=[job.pk]))


def person(key: str) -> User:
    return User.objects.get(username=key)
