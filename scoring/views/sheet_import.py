"""导入填好的考评表: upload, see every difference cell by cell, choose, take (SUP-4.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from orgs.exceptions import NotAllowed, OrgsError
from orgs.kernel.sheets import FileRejected
from scoring.excel.filled import SELF
from scoring.exceptions import NotReady, ResultNotified, SheetFinal, SheetProposed
from scoring.forms.sheet_import import FILE, PORTAL, SheetFileForm, chosen
from scoring.operations import alone, sheet_import
from scoring.operations.given_cells import Given
from scoring.pages import sheets as sheet_pages
from scoring.views.on_sheet import sheet_of, version_of

if TYPE_CHECKING:
    from orgs.http import LeagueRequest
    from scoring.models import Sheet

CLOSED = (SheetFinal, SheetProposed, ResultNotified, NotReady)  # the sheet takes no file at all


@login_required
@require_http_methods(["GET", "POST"])
def import_sheet(request: LeagueRequest, pk: int) -> HttpResponse:
    """Choose a file; then what differs, cell by cell. Nothing is written."""
    sheet = sheet_of(request, pk)
    try:
        column = sheet_import.column_of(sheet, request.user)
    except CLOSED as error:
        messages.error(request, error.message)
        return redirect(sheet)
    form = SheetFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            _own, given = sheet_import.receive(file.read(), file.name, by=request.user, sheet=sheet)
            return _compared(request, sheet, given)
        except NotAllowed:
            raise
        except (FileRejected, OrgsError) as error:
            form.add_error("file", error.message)
    context = {
        "sheet": sheet,
        "form": form,
        "is_self": column == SELF,
        "crumbs": sheet_pages.crumbs_below(sheet, _("导入填好的考评表")),
    }
    status = 422 if form.errors else 200
    return render(request, "scoring/import/upload.html", context, status=status)


@login_required
@require_POST
def take_import(request: LeagueRequest, pk: int) -> HttpResponse:
    """Take the chosen cells; what was saved meanwhile is shown again, with the choice still to be made."""
    sheet = sheet_of(request, pk)
    try:
        sheet_import.column_of(sheet, request.user)
        unsealed = Given.unsealed(request.POST.get("given", ""), sheet.pk, request.user.pk)
        if unsealed is None:
            messages.error(request, _("这次导入已过时，请重新上传文件。"))
            return redirect("scoring:import-sheet", sheet.pk)
        given = unsealed
        comparison = sheet_import.compare(sheet, given, by=request.user)
        keys = chosen(request.POST, comparison.differences)
        taken = sheet_import.take(sheet, given, keys, version=version_of(request), by=request.user)
    except NotAllowed:
        raise
    except CLOSED as error:
        messages.error(request, error.message)
        return redirect(sheet)
    except OrgsError as error:
        return _compared(request, sheet, given, said=error.message)
    n_kept = len(comparison.differences) - len(taken)
    text = _("已从文件导入 %(n)s 处得分，%(kept)s 处保留系统中的值。") % {"n": len(taken), "kept": n_kept}
    messages.success(request, text)
    # Somebody who scores alone still has to hand in there.
    return redirect("scoring:score-blind", pk) if alone.scores_alone(request.user, sheet) else redirect(sheet)


def _compared(request: LeagueRequest, sheet: Sheet, given: Given, *, said: str = "") -> HttpResponse:
    sheet.refresh_from_db(fields=["version", "state"])
    comparison = sheet_import.compare(sheet, given, by=request.user)
    context = {
        "sheet": sheet,
        "given": given,
        "sealed": given.sealed(sheet.pk, request.user.pk),
        "comparison": comparison,
        "said": said,
        "file_value": FILE,
        "portal_value": PORTAL,
        "crumbs": sheet_pages.crumbs_below(sheet, _("核对导入内容")),
    }
    return render(request, "scoring/import/compare.html", context, status=409 if said else 200)
