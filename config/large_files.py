"""Pages around a list that is too long to be written at once: what the job would write, how far it is, the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.operations import files
from config import list_files
from orgs.choices import JobState
from orgs.exports import TooLarge
from orgs.models import Job

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponseBase

    from orgs.http import LeagueRequest

SALT = "list-file"
OFFERED_FOR = 3600  # seconds


class LargeFileMiddleware:
    """A page that raises TooLarge says so, and offers to have the file written; nothing is done before somebody asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: LeagueRequest, exception: Exception) -> HttpResponse | None:
        """The page of the offer. SECURITY: signed, so that a job asks only what this person has just asked."""
        if not isinstance(exception, TooLarge):
            return None
        offer = {"page": request.get_full_path(), "name": exception.name, "user": request.user.pk}
        context = {
            "offer": signing.dumps(offer, salt=SALT),
            "name": exception.name,
            "n_rows": exception.n_rows,
        }
        return render(request, "config/list_files/large.html", context)


@login_required
@require_POST
def order(request: LeagueRequest) -> HttpResponse:
    """生成文件: what the page before has offered."""
    try:
        offer = signing.loads(request.POST.get("offer", ""), salt=SALT, max_age=OFFERED_FOR)
    except signing.BadSignature:
        offer = {}
    if offer.get("user") != request.user.pk:
        messages.error(request, _("这次导出已经过期，请回到列表重新导出。"))
        return redirect("home")
    job = list_files.order(offer["page"], offer["name"], by=request.user)
    return redirect("show-list-file", job.pk)


@login_required
@require_safe
def show(request: LeagueRequest, pk: int) -> HttpResponse:
    """How far the job is; then where the file is."""
    job = _own(request, pk)
    in_progress = job.state in {JobState.QUEUED, JobState.RUNNING}
    if request.htmx and not in_progress:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {
        "job": job,
        "name": job.params["name"],
        "in_progress": in_progress,
        "is_cancelled": job.state == JobState.CANCELLED,
        "has_failed": job.state == JobState.FAILED,
        "is_there": files.is_there(job),
        "n_rows": job.result.get("rows", 0),
    }
    return render(request, f"config/list_files/{'_file' if request.htmx else 'file'}.html", context)


@login_required
@require_safe
def download(request: LeagueRequest, pk: int) -> HttpResponseBase:
    """The file, within a day, for who ordered it."""
    job = _own(request, pk)
    if not files.is_there(job):
        raise Http404
    answer = StreamingHttpResponse(files.pieces(job), content_type=job.result["type"])
    answer["Content-Disposition"] = content_disposition_header(True, job.params["name"]) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _own(request: LeagueRequest, pk: int) -> Job:
    try:
        return list_files.file_of(pk, by=request.user)
    except Job.DoesNotExist as error:
        raise Http404 from error
