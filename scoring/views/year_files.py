"""全部考评表: the sheets of a year as a zip, written by a job; the page also leads to the lists that follow from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from accounts.operations import files
from orgs.exceptions import NotAllowed
from orgs.http import whole_number
from orgs.kernel import clock
from orgs.models import Job
from orgs.permissions import EXPORT, VIEW_SHEET
from scoring import letters
from scoring.models import AssessmentRound
from scoring.operations import year_files
from scoring.pages import year_files as pages

if TYPE_CHECKING:
    from django.http import HttpResponseBase

    from orgs.http import LeagueRequest


@login_required
@require_http_methods(["GET", "POST"])
def list_year_files(request: LeagueRequest) -> HttpResponse:
    """How many sheets of the year there are, and the person's files of the last day; POST has the zip written."""
    in_charge = request.user.units_in_charge()
    if not (in_charge.allowing(VIEW_SHEET).spans and in_charge.allowing(EXPORT).spans):
        raise NotAllowed
    wanted = _wanted(request)
    if request.method == "POST":
        job = year_files.order(wanted, by=request.user)
        return redirect("scoring:show-year-file", job.pk)
    return render(request, "scoring/year_files/list.html", pages.year_page(wanted, request.user))


@login_required
@require_safe
def show_year_file(request: LeagueRequest, pk: int) -> HttpResponse:
    """How far the job is; then where the file is."""
    context = pages.progress(*_own(request, pk))
    if request.htmx and not context["in_progress"]:
        return HttpResponse(headers={"HX-Refresh": "true"})
    name = "_file" if request.htmx else "file"
    return render(request, f"scoring/year_files/{name}.html", context)


@login_required
@require_safe
def download_year_file(request: LeagueRequest, pk: int) -> HttpResponseBase:
    """The zip, within a day, for who ordered it."""
    job, wanted = _own(request, pk)
    if not files.is_there(job):
        raise Http404
    answer = StreamingHttpResponse(files.pieces(job), content_type="application/zip")
    answer["Content-Disposition"] = content_disposition_header(True, f"{wanted.name}.zip") or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _own(request: LeagueRequest, pk: int) -> tuple[Job, year_files.Wanted]:
    try:
        return year_files.file_of(pk, by=request.user)
    except Job.DoesNotExist as error:
        raise Http404 from error


def _wanted(request: LeagueRequest) -> year_files.Wanted:
    """The year asked for, or a round of it where the person sees it; of a round also its letters of one kind."""
    asked = request.POST if request.method == "POST" else request.GET
    year = whole_number(asked.get("year")) or clock.today().year
    round_id = whole_number(asked.get("round"))
    seen = AssessmentRound.objects.visible_to(request.user)
    round = seen.filter(pk=round_id).first() if round_id else None
    if round is None:
        return year_files.Wanted(year)
    kind = asked.get("letters", "")
    return year_files.Wanted(round.year, round.pk, kind if kind in letters.kinds() else "")
