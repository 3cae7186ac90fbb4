"""Excel upload: choose a file, see row by row what is right, correct cells in place, confirm, and take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.choices import BatchState
from accounts.forms.upload import ConfirmForm, UploadForm, corrections
from accounts.models import CollectionRound, UploadBatch
from accounts.operations import batches, batches_undo, rejected_rows
from accounts.pages import uploads
from accounts.pages.downloads import own_files
from orgs.exceptions import NotAllowed, OrgsError
from orgs.http import own_unit
from orgs.kernel.sheets import FileRejected
from orgs.permissions import FILL, FULL_EXPORT, may

if TYPE_CHECKING:
    from collections.abc import Callable

    from orgs.http import LeagueRequest

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OWN_SHOWN = 20
NAMES_TOLD = 10


@login_required
@require_http_methods(["GET", "POST"])
def upload_annex(request: LeagueRequest) -> HttpResponse:
    """Choose a file; it is kept encrypted and checked. Below: one's own files so far."""
    unit = own_unit(request, FILL)
    rounds = CollectionRound.objects.concerning(unit).running().select_related("field_list")
    form = UploadForm(request.POST or None, request.FILES or None, rounds=rounds)
    if request.method == "POST" and form.is_valid():
        file, round = form.cleaned_data["file"], form.cleaned_data["round"]
        try:
            batch = batches.receive(file.read(), file.name, round=round, unit=unit, by=request.user)
            batch = batches.start_check(batch, by=request.user)
        except FileRejected as error:
            form.add_error("file", error.message)
        else:
            if batch.state != BatchState.FAILED:
                return redirect("accounts:show-upload", batch.pk)
            form.add_error("file", batch.message)
    own = UploadBatch.objects.visible_to(request.user).made_by(request.user).for_list()[:OWN_SHOWN]
    context = {"form": form, "unit": unit, "rounds": rounds, "own": own}
    context |= {"may_export_in_full": may(request.user, FULL_EXPORT, unit), "files": own_files(request.user)}
    return render(request, "accounts/upload/upload.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def show_upload(request: LeagueRequest, pk: int) -> HttpResponse:
    """Wherever the file is: in progress, checked, imported, taken back."""
    batch = _own_batch(request, pk)
    if batch.state in uploads.IN_PROGRESS:
        name = "_progress" if request.htmx else "progress"
        return render(request, f"accounts/upload/{name}.html", uploads.progress_context(batch))
    if request.htmx:
        return HttpResponse(headers={"HX-Refresh": "true"})
    if batch.state == BatchState.CHECKED:
        return render(request, "accounts/upload/preview.html", uploads.preview_context(batch))
    return render(request, "accounts/upload/result.html", uploads.result_context(batch))


@login_required
@require_POST
def amend_upload(request: LeagueRequest, pk: int) -> HttpResponse:
    """Corrections typed on the preview: the whole file is checked again with them."""
    batch = _own_batch(request, pk)
    typed = corrections(request.POST)
    if not typed:
        messages.warning(request, _("没有填写更正的内容，请在有错的单元格里填写后再检查。"))
        return redirect("accounts:show-upload", pk)
    return _stepped(request, pk, lambda: batches.amend(batch, typed, by=request.user))


@login_required
@require_POST
def import_upload(request: LeagueRequest, pk: int) -> HttpResponse:
    """确认导入: the good forms are handed in, or all of them or none."""
    batch = _own_batch(request, pk)
    form = ConfirmForm(request.POST)
    whole = form.is_valid() and form.cleaned_data["all_or_nothing"]
    return _stepped(request, pk, lambda: batches.start_import(batch, all_or_nothing=whole, by=request.user))


@login_required
@require_POST
def resume_upload(request: LeagueRequest, pk: int) -> HttpResponse:
    """Ring again for a job that has failed."""
    batch = _own_batch(request, pk)
    return _stepped(request, pk, lambda: batches.resume(batch, by=request.user))


@login_required
@require_POST
def undo_upload(request: LeagueRequest, pk: int) -> HttpResponse:
    """撤销导入: what nobody has acted on goes back; the rest is named."""
    batch = _own_batch(request, pk)
    try:
        kept = batches_undo.undo(batch, by=request.user)
    except OrgsError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已撤销这次导入。"))
        for name in kept[:NAMES_TOLD]:
            messages.warning(request, _("“%(unit)s”的收集表已有人处理，没有撤销。") % {"unit": name})
    return redirect("accounts:show-upload", pk)


@login_required
@require_safe
def download_rejected(request: LeagueRequest, pk: int) -> HttpResponse:
    """Only the rows that are wrong, as uploaded, with a column that says why."""
    batch = _own_batch(request, pk)
    try:
        content = rejected_rows.write(batch, by=request.user)
    except (FileRejected, OrgsError) as error:
        messages.error(request, error.message)
        return redirect("accounts:show-upload", pk)
    response = HttpResponse(content, content_type=XLSX)
    name = _("有错的行（%(file)s）.xlsx") % {"file": batch.filename.rpartition(".")[0] or batch.filename}
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _own_batch(request: LeagueRequest, pk: int) -> UploadBatch:
    """Only one's own files; and only while one fills for the unit."""
    own = UploadBatch.objects.visible_to(request.user).made_by(request.user)
    batch = get_object_or_404(own.select_related("round__field_list", "unit", "job"), pk=pk)
    if not may(request.user, FILL, batch.unit):
        raise PermissionDenied
    return batch


def _stepped(request: LeagueRequest, pk: int, step: Callable[[], object]) -> HttpResponse:
    try:
        step()
    except NotAllowed:
        raise
    except OrgsError as error:
        messages.error(request, error.message)
    return redirect("accounts:show-upload", pk)
