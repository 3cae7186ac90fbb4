"""Excel: download the annex empty or filled, upload it, see row by row what is right, confirm."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.excel.collection_form import TITLE
from accounts.forms.upload import ConfirmForm, UploadForm, seal
from accounts.models import CollectionRound
from accounts.operations import annex, upload
from orgs.exceptions import NotAllowed, OrgsError
from orgs.kernel.sheets import FileRejected
from orgs.models import OrgUnit
from orgs.permissions import FILL

if TYPE_CHECKING:
    from orgs.http import LeagueRequest

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ERRORS_SHOWN = 200


@login_required
@require_safe
def download_annex(request: LeagueRequest, round_pk: int, unit_pk: int) -> HttpResponse:
    """The annex of a unit with everything below it; `?empty=1` gives the empty form."""
    unit = get_object_or_404(OrgUnit.objects.visible_to(request.user), pk=unit_pk)
    round = get_object_or_404(
        CollectionRound.objects.concerning(unit).select_related("field_list"), pk=round_pk
    )
    try:
        content = (
            annex.empty(unit, by=request.user)
            if request.GET.get("empty")
            else annex.filled(round, unit, by=request.user)
        )
    except NotAllowed as error:
        raise PermissionDenied from error
    except OrgsError as error:
        messages.error(request, error.message)
        return redirect("accounts:upload-annex")
    response = HttpResponse(content, content_type=XLSX)
    name = f"{TITLE}（{unit.name}）.xlsx"
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


@login_required
@require_http_methods(["GET", "POST"])
def upload_annex(request: LeagueRequest) -> HttpResponse:
    """Choose a file; it is checked and nothing is written yet."""
    unit = _unit(request)
    rounds = CollectionRound.objects.concerning(unit).running()
    form = UploadForm(request.POST or None, request.FILES or None, rounds=rounds)
    context = {"form": form, "unit": unit, "rounds": rounds}
    if request.method == "POST" and form.is_valid():
        file, round = form.cleaned_data["file"], form.cleaned_data["round"]
        try:
            found = upload.preview(file.read(), file.name, round=round, by=request.user)
        except (FileRejected, OrgsError) as error:
            form.add_error("file", error.message)
        else:
            nonce = secrets.token_hex(8)
            sealed = seal(found.forms, round=round, nonce=nonce, user=request.user)
            context |= {"found": found, "round": round, "sealed": sealed, "file_name": file.name}
            context["errors"] = found.errors[:ERRORS_SHOWN]
            return render(request, "accounts/upload/preview.html", context)
    return render(request, "accounts/upload/upload.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def import_annex(request: LeagueRequest) -> HttpResponse:
    """Confirm: the good forms are handed in, or all of them or none."""
    unit = _unit(request)
    form = ConfirmForm(request.POST, user=request.user)
    if not form.is_valid():
        messages.error(request, _("检查结果已过期，请重新上传文件。"))
        return redirect("accounts:upload-annex")
    sealed = form.cleaned_data["sealed"]
    round = get_object_or_404(CollectionRound.objects.concerning(unit), pk=sealed.round_id)
    try:
        done = upload.import_forms(
            sealed.forms,
            round=round,
            nonce=sealed.nonce,
            all_or_nothing=form.cleaned_data["all_or_nothing"],
            by=request.user,
        )
    except OrgsError as error:
        messages.error(request, _("没有导入：%(why)s") % {"why": error.message})
        return redirect("accounts:upload-annex")
    if done.submitted:
        messages.success(request, _("已导入并提交 %(n)d 份收集表。") % {"n": len(done.submitted)})
    for refused, why in done.refused[:ERRORS_SHOWN]:
        messages.warning(request, f"{refused.unit_name}：{why}")
    return redirect("accounts:upload-annex")


def _unit(request: LeagueRequest) -> OrgUnit:
    """The person's own unit, for which files are taken."""
    spans = request.user.units_in_charge().allowing(FILL).spans
    if not spans:
        raise PermissionDenied
    return OrgUnit.objects.visible_to(request.user).get(pk=spans[0].unit_id)
