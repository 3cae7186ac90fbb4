"""日常记录: a unit's month as a grid, its file, and the file filled in, looked through and recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs import exports
from orgs.exceptions import NotAllowed, OrgsError
from orgs.kernel.sheets import FileRejected
from orgs.models import OrgUnit
from orgs.pages import unit_head
from orgs.permissions import EXPORT, may
from reporting.excel import activity as month_table
from reporting.forms.activity import ConfirmCellsForm, MonthFileForm, seal
from reporting.operations import activity as operations
from reporting.operations import activity_file
from reporting.pages import activity_month as pages
from reporting.unit_tabs import ACTIVITY

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpResponseBase

    from orgs.http import LeagueRequest

ERRORS_SHOWN = 200


@login_required
@require_http_methods(["GET", "POST"])
def show(request: LeagueRequest, pk: int) -> HttpResponseBase:
    """The grid of a month, a tab of the unit's page; those who record there fill it in. `?export=` the records as a file."""
    head, first = unit_head.read(request.user, pk, ACTIVITY), pages.first_of(request.GET.get("m"))
    sent = request.POST if request.method == "POST" else None
    page, refused = pages.read(head.unit, first, request.user, sent), ""
    if sent is not None and not page.may_record:
        raise NotAllowed
    if sent is None and exports.is_wanted(request):
        if not may(request.user, EXPORT, head.unit):
            raise NotAllowed
        return exports.answer(request, pages.of_records(page), filters=["m"])
    if sent is not None and not page.errors:
        try:
            n = operations.record_cells(pages.given(page), by=request.user)
        except NotAllowed:
            raise
        except OrgsError as error:
            refused = error.message
        else:
            messages.success(request, _("已保存%(n)d格。") % {"n": n} if n else _("没有改动。"))
            return redirect(pages.address(head.unit, first))
    context = {"head": head, "page": page, "refused": refused}
    context["may_export"] = may(request.user, EXPORT, head.unit)
    status = 422 if page.errors or refused else 200
    return render(request, "reporting/activity/month.html", context, status=status)


@login_required
@require_safe
def download(request: LeagueRequest, pk: int) -> HttpResponse:
    """The month as a table to fill in; what is recorded stands in it already."""
    unit, first = _recorded_by(request, pk), pages.first_of(request.GET.get("m"))
    page = pages.read(unit, first, request.user)
    rows = [
        (row.track.key, f"{row.track.channel}（{row.about}）", [cell.day.posts for cell in row.cells])
        for row in page.rows
    ]
    content = month_table.write(f"{page.title}　{unit.name}　{_('日常记录')}", len(page.days), rows)
    response = HttpResponse(content, content_type=exports.EXCEL)
    name = f"{_('日常记录')}{first:%Y-%m}.xlsx"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: LeagueRequest, pk: int) -> HttpResponse:
    """Choose a filled table; it is looked through whole and nothing is written yet."""
    unit, first = _recorded_by(request, pk), pages.first_of(request.GET.get("m"))
    form = MonthFileForm(request.POST or None, request.FILES or None)
    context = _context(unit, first) | {"form": form}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            found = activity_file.preview(file.read(), file.name, unit, first, by=request.user)
        except NotAllowed:
            raise
        except (FileRejected, OrgsError) as error:
            form.add_error("file", error.message)
        else:
            context |= {"found": found, "errors": found.errors[:ERRORS_SHOWN], "file_name": file.name}
            context["sealed"] = seal(found.cells, user=request.user, unit=unit, first=first)
            return render(request, "reporting/activity/preview.html", context)
    return render(request, "reporting/activity/upload.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def confirm(request: LeagueRequest, pk: int) -> HttpResponse:
    """Confirm: all that was found good is recorded, or nothing."""
    unit, first = _recorded_by(request, pk), pages.first_of(request.GET.get("m"))
    form = ConfirmCellsForm(request.POST, user=request.user, unit=unit, first=first)
    again = redirect("reporting:upload-activity", unit.pk)
    again["Location"] += f"?m={first:%Y-%m}"
    if not form.is_valid():
        messages.error(request, _("检查结果已过期，请重新上传文件。"))
        return again
    try:
        n = activity_file.import_cells(form.cleaned_data["sealed"], unit, by=request.user)
    except NotAllowed:
        raise
    except OrgsError as error:
        messages.error(request, _("没有导入：%(why)s") % {"why": error.message})
        return again
    messages.success(request, _("已导入%(n)d格。") % {"n": n})
    return redirect(pages.address(unit, first))


def _recorded_by(request: LeagueRequest, pk: int) -> OrgUnit:
    """The unit if the person sees it (else 404) and records there (else 403)."""
    unit: OrgUnit = get_object_or_404(OrgUnit.objects.visible_to(request.user), pk=pk)
    if not operations.may_record(unit, by=request.user):
        raise NotAllowed
    return unit


def _context(unit: OrgUnit, first: date) -> dict[str, object]:
    month = _("%(year)d年%(month)d月") % {"year": first.year, "month": first.month}
    return {
        "unit": unit,
        "month": month,
        "month_url": pages.address(unit, first),
        "query": f"?m={first:%Y-%m}",
    }
