"""导出 of long lists: a page that would write too many rows at once is asked again by a job, for the same person."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction
from django.urls import resolve, reverse
from django.utils.translation import gettext as _

from accounts.operations import files
from orgs.choices import JobState, NotificationKind
from orgs.exceptions import NotAllowed
from orgs.kernel import clock, crypto
from orgs.models import Job, Notification, OrgUnit
from orgs.operations import jobs, ledger
from orgs.permissions import EXPORT
from reporting.operations.week_files import spans_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpResponseBase

    from orgs.models import User

TASK = "config.write_list_file"
PURPOSE = "list-file"
MOST_REMEMBERED = 10


@transaction.atomic
def order(page: str, name: str, *, by: User) -> Job:
    """Have the file of this address written; asked for once more within a day it is the same job.

    SECURITY: the address may hold what somebody searched for, so that the row keeps it encrypted.
    """
    in_charge = by.units_in_charge().allowing(EXPORT)
    if in_charge.widest() is None:
        raise NotAllowed
    digest = crypto.blind_index(page, PURPOSE)
    for each in _recent(by):
        is_useful = each.state in {JobState.QUEUED, JobState.RUNNING} or files.is_there(each)
        if is_useful and each.params["digest"] == digest and each.params["spans"] == spans_of(in_charge):
            return each
    asked = ledger.record("list.file_ordered", by, by=by, unit=_own_unit(by), page=urlsplit(page).path)
    params = {"page": crypto.encrypt(page), "digest": digest, "name": name, "spans": spans_of(in_charge)}
    return ledger.enqueue(TASK, key=f"{TASK}:{asked.pk}", by=by, **params)


def write_in_job(job_id: int) -> None:
    """The job: the page itself asks again what the person may export, as an office may have ended meanwhile."""
    ledger.run(job_id, _write)


def purge() -> int:
    """Delete the rows of files that are gone, with the addresses they were asked for at; returns how many."""
    return jobs.purge_ended((TASK,), days=files.KEPT_FOR.days)


def file_of(pk: int, *, by: User) -> Job:
    """The person's own, as long as their offices are those it was ordered in. Raises Job.DoesNotExist."""
    job = Job.objects.get(pk=pk, task=TASK, created_by=by)
    if job.params["spans"] != spans_of(by.units_in_charge().allowing(EXPORT)):
        raise Job.DoesNotExist
    return job


def _write(job: Job) -> dict[str, object]:
    by = job.created_by
    if by is None or job.params["spans"] != spans_of(by.units_in_charge().allowing(EXPORT)):
        raise NotAllowed
    response = _asked_again(crypto.decrypt(job.params["page"]), by, partial(ledger.progress, job))
    # Not response.close(): that ends a request, and with it the connection this job works on.
    with NamedTemporaryFile(suffix=".bin") as file:
        for piece in cast("Iterable[bytes]", response):
            file.write(piece)
        file.seek(0)
        digest = files.keep(job, file)
    job.refresh_from_db(fields=["total"])
    _tell(job, by)
    return {"rows": job.total, "digest": digest, "type": response["Content-Type"]}


def _asked_again(page: str, by: User, told: partial[None]) -> HttpResponseBase:
    """What the page answers to this person now: a file, whose rows are told as they are written."""
    address = urlsplit(page)
    host = next((each for each in settings.ALLOWED_HOSTS if each.strip("*.")), "localhost")
    request = WSGIRequest(
        {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": address.path,
            "QUERY_STRING": address.query,
            "SERVER_NAME": host.strip("*."),
            "SERVER_PORT": "443",
            "wsgi.url_scheme": "https",
            "wsgi.input": BytesIO(),
        }
    )
    request.user = by
    request.resolver_match = match = resolve(address.path)
    attributes = vars(request)
    attributes |= {"told": told, "htmx": False}
    by.remember_scope()
    response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    if not response.has_header("Content-Disposition"):
        raise NotAllowed
    return response


def _tell(job: Job, by: User) -> None:
    """Only the person can open the link. A retried job says it once."""
    link = reverse("show-list-file", args=[job.pk])
    if Notification.objects.filter(link=link).exists():
        return
    said = {"who": by.display_name, "name": job.params["name"]}
    text = _("%(who)s导出的“%(name)s”已生成，请本人在24小时内下载。") % said
    ledger.notify(_own_unit(by), NotificationKind.FILE_READY, text, link=link)


def _own_unit(by: User) -> OrgUnit:
    widest = by.units_in_charge().allowing(EXPORT).widest()
    if widest is None:
        raise NotAllowed
    unit: OrgUnit = OrgUnit.objects.get(pk=widest.unit_id)
    return unit


def _recent(by: User) -> list[Job]:
    since = clock.now() - files.KEPT_FOR
    jobs = Job.objects.filter(task=TASK, created_by=by, created_at__gte=since)
    return list(jobs.order_by("-pk")[:MOST_REMEMBERED])
