"""导出整周数据: every figure of every unit below one unit as a file; small ones at once, large ones by a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from accounts.operations import files
from orgs import exports
from orgs.models import Job, OrgUnit
from orgs.operations import exporting
from orgs.permissions import EXPORT
from reporting.operations import week_files
from reporting.pages import weeks
from reporting.pages import whole_week as pages

if TYPE_CHECKING:
    from django.http import HttpResponseBase

    from orgs.http import LeagueRequest
    from orgs.kernel.clock import Week
    from reporting.operations.week_files import Ordered


@login_required
@require_http_methods(["GET", "POST"])
def export_week(request: LeagueRequest, week: Week, unit_pk: int) -> HttpResponseBase:
    """What the file would hold, and the files of the last day. `?export=` gives a small one; POST has any one written."""
    unit = get_object_or_404(OrgUnit.objects.actionable_by(request.user, EXPORT), pk=unit_pk)
    closed = weeks.choose_known(week, {weeks.EDITION: request.GET.get(weeks.EDITION, "")}).closed
    if request.method == "POST":
        kind = request.POST.get("kind")
        if kind not in week_files.KINDS:
            raise Http404
        job = week_files.order(closed, unit, kind, by=request.user)
        return redirect("reporting:show-week-file", job.pk)
    n_units = week_files.n_units(closed, unit, by=request.user)
    is_large = n_units > week_files.SMALL_UNITS
    if exports.is_wanted(request) and not is_large:
        return exports.answer(request, week_files.table(closed, unit, pages.labels(), by=request.user))
    context = {
        "unit": unit,
        "closed": closed,
        "n_units": n_units,
        "is_large": is_large,
        "n_columns": len(pages.labels()),
        "files": pages.own_files(request.user),
    }
    return render(request, "reporting/week_files/new.html", context)


@login_required
@require_safe
def show_week_file(request: LeagueRequest, pk: int) -> HttpResponse:
    """How far the job is that writes the file; then where it is."""
    context = pages.progress(_own(request, pk))
    if request.htmx and not context["in_progress"]:
        return HttpResponse(headers={"HX-Refresh": "true"})
    name = "_file" if request.htmx else "file"
    return render(request, f"reporting/week_files/{name}.html", context)


@login_required
@require_safe
def download_week_file(request: LeagueRequest, pk: int) -> HttpResponseBase:
    """The file a job has written, within a day, for who ordered it."""
    ordered = _own(request, pk)
    if not files.is_there(ordered.job):
        raise Http404
    kind = str(ordered.job.params["kind"])
    answer = StreamingHttpResponse(
        files.pieces(ordered.job), content_type=exports.CSV if kind == exporting.CSV else exports.EXCEL
    )
    name = pages.title(ordered)
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _own(request: LeagueRequest, pk: int) -> Ordered:
    try:
        return week_files.file_of(pk, by=request.user)
    except Job.DoesNotExist as error:
        raise Http404 from error
