"""Downloads of the collection form: empty, filled and masked, with full numbers and a reason, and large ones as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms.upload import FullExportForm
from accounts.models import CollectionRound
from accounts.operations import annex, files
from accounts.pages.downloads import file_context
from orgs.exceptions import NotAllowed, OrgsError
from orgs.models import Job, OrgUnit
from orgs.permissions import FULL_EXPORT, may

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from orgs.http import LeagueRequest

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_safe
def download_annex(request: LeagueRequest, round_pk: int, unit_pk: int) -> HttpResponseBase:
    """The annex of a unit with everything below it, numbers masked; `?empty=1` gives the empty form."""
    round, unit = _asked(request, round_pk, unit_pk)
    if request.GET.get("empty"):
        return _file(annex.empty(unit, by=request.user, round=round), round, unit)
    return _filled(request, round, unit)


@login_required
@require_http_methods(["GET", "POST"])
def export_in_full(request: LeagueRequest, round_pk: int, unit_pk: int) -> HttpResponseBase:
    """Every number in full, for who may, with a reason; each download is in the audit ledger."""
    round, unit = _asked(request, round_pk, unit_pk)
    if not may(request.user, FULL_EXPORT, unit):
        raise PermissionDenied
    form = FullExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _filled(request, round, unit, full=True, reason=form.cleaned_data["reason"])
    context = {"form": form, "round": round, "unit": unit}
    return render(request, "accounts/upload/in_full.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def show_file(request: LeagueRequest, pk: int) -> HttpResponse:
    """How far the job is that writes the file; then where it is."""
    job, unit = _own_file(request, pk)
    context = file_context(job, unit)
    if request.htmx and not context["in_progress"]:
        return HttpResponse(headers={"HX-Refresh": "true"})
    name = "_file" if request.htmx else "file"
    return render(request, f"accounts/upload/{name}.html", context)


@login_required
@require_safe
def download_file(request: LeagueRequest, pk: int) -> HttpResponseBase:
    """The file a job has written, within a day."""
    job, unit = _own_file(request, pk)
    if not files.is_there(job):
        raise Http404
    response = StreamingHttpResponse(files.pieces(job), content_type=XLSX)
    return _named(response, f"收集表（{unit.name}）.xlsx")


def _asked(request: LeagueRequest, round_pk: int, unit_pk: int) -> tuple[CollectionRound, OrgUnit]:
    unit = get_object_or_404(OrgUnit.objects.visible_to(request.user), pk=unit_pk)
    rounds = CollectionRound.objects.concerning(unit).select_related("field_list")
    return get_object_or_404(rounds, pk=round_pk), unit


def _filled(
    request: LeagueRequest, round: CollectionRound, unit: OrgUnit, *, full: bool = False, reason: str = ""
) -> HttpResponseBase:
    try:
        if annex.is_large(round, unit, by=request.user):
            job = annex.ask(round, unit, full=full, reason=reason, by=request.user)
            return redirect("accounts:show-file", job.pk)
        content = annex.filled(round, unit, full=full, reason=reason, by=request.user)
    except NotAllowed as error:
        raise PermissionDenied from error
    except OrgsError as error:
        messages.error(request, error.message)
        return redirect("accounts:upload-annex")
    return _file(content, round, unit)


def _own_file(request: LeagueRequest, pk: int) -> tuple[Job, OrgUnit]:
    try:
        return annex.file_of(pk, by=request.user)
    except Job.DoesNotExist as error:
        raise Http404 from error


def _file(content: bytes, round: CollectionRound, unit: OrgUnit) -> HttpResponseBase:
    return _named(HttpResponse(content, content_type=XLSX), f"{round.field_list.title}（{unit.name}）.xlsx")


def _named(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response
