"""底数: recorded beside summed, record one, import many after a look at what the file says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs.choices import Measure
from orgs.exceptions import OrgsError
from orgs.forms.bases import ConfirmBasesForm, RecordBaseForm, UploadBasesForm, seal
from orgs.kernel.clock import Week
from orgs.kernel.sheets import FileRejected
from orgs.kernel.xlsx import csv_safe
from orgs.models import OrgUnit
from orgs.operations import base_load, base_sums, bases
from orgs.permissions import EDIT_UNITS
from orgs.views.unit_forms import answer, crumbs_to, editable, visible

if TYPE_CHECKING:
    from orgs.http import LeagueRequest

CHILDREN_PER_PAGE = 100
ERRORS_SHOWN = 200
CONCERNED_SHOWN = 100
TEMPLATE_HEADER = "代码,全称,口径,底数,年份,来源"


@login_required
@require_safe
def list_bases(request: LeagueRequest, pk: int) -> HttpResponse:
    """The unit's figure of one measure and those of its children, each beside what stands below it comes to."""
    unit = visible(request, pk)
    measure = _measure(request)
    children = OrgUnit.objects.visible_to(request.user).children_of(unit)
    page = Paginator(children.in_official_order(), CHILDREN_PER_PAGE).get_page(request.GET.get("page"))
    own, *below = base_sums.compare([unit, *page.object_list], measure)
    may_edit = request.user.units_in_charge().allowing(EDIT_UNITS).covers(unit) and unit.is_open
    context = {
        "unit": unit,
        "crumbs": crumbs_to(request, unit, _("底数")),
        "measure": Measure(measure),
        "is_assessed": measure in bases.ASSESSED_BY,
        "is_voluntary": measure in bases.VOLUNTARY,
        "choices": [(each.label, f"?measure={each.value}", each == measure) for each in Measure],
        "own": own,
        "below": below,
        "page": page,
        "may_edit": may_edit,
    }
    return render(request, "orgs/bases/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def record_base(request: LeagueRequest, pk: int) -> HttpResponse:
    """底数 of this unit, with whom the change concerns from the next close on."""
    unit = editable(request, pk)
    form = RecordBaseForm(request.POST or None, initial={"measure": _measure(request)})

    def work(**values: object) -> OrgUnit:
        bases.record_base(unit, by=request.user, **values)  # type: ignore[arg-type]
        return unit

    measure = str(form["measure"].value())
    extra = {
        "week": Week.current(),
        "concerned": base_sums.concerned_by(unit, measure if measure in Measure.values else Measure.MEMBERS),
        "is_assessed": measure in bases.ASSESSED_BY,
        "is_voluntary": measure in bases.VOLUNTARY,
    }
    return answer(
        request, form, work, unit, _("登记底数"), _("底数已登记。"), "orgs/bases/record.html", extra
    )


@login_required
@require_http_methods(["GET", "POST"])
def import_bases(request: LeagueRequest, pk: int) -> HttpResponse:
    """Choose a file; it is checked whole and nothing is written yet."""
    unit = editable(request, pk)
    form = UploadBasesForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {
        "form": form,
        "unit": unit,
        "crumbs": crumbs_to(request, unit, _("导入底数")),
    }
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            found = base_load.preview_import(file.read(), file.name, unit=unit, by=request.user)
        except (FileRejected, OrgsError) as error:
            form.add_error("file", error.message)
        else:
            context |= {"found": found, "errors": found.errors[:ERRORS_SHOWN], "file_name": file.name}
            above = base_sums.superiors_concerned((base.unit_id, base.measure) for base in found.new)
            context |= {"concerned": above[:CONCERNED_SHOWN], "n_concerned": len(above)}
            context |= {"sealed": seal(found.new, user=request.user, unit=unit), "week": Week.current()}
            return render(request, "orgs/bases/preview.html", context)
    return render(request, "orgs/bases/import.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def confirm_bases(request: LeagueRequest, pk: int) -> HttpResponse:
    """Confirm: all that was checked is recorded, or nothing."""
    unit = editable(request, pk)
    form = ConfirmBasesForm(request.POST, user=request.user, unit=unit)
    if not form.is_valid():
        messages.error(request, _("检查结果已过期，请重新上传文件。"))
        return redirect("orgs:import-bases", unit.pk)
    try:
        n = base_load.import_bases(form.cleaned_data["sealed"], unit=unit, by=request.user)
    except OrgsError as error:
        messages.error(request, _("没有导入：%(why)s") % {"why": error.message})
        return redirect("orgs:import-bases", unit.pk)
    messages.success(request, _("已导入 %(n)s 项底数。") % {"n": n})
    return redirect(reverse("orgs:list-bases", args=[unit.pk]))


@login_required
@require_safe
def download_template(request: LeagueRequest, pk: int) -> HttpResponse:
    """An empty table with the codes and names of the units directly below, to fill in."""
    unit = editable(request, pk)
    label = Measure(_measure(request)).label
    children = OrgUnit.objects.visible_to(request.user).children_of(unit).in_official_order()
    lines = [
        ",".join(_cell(text) for text in (code, name, str(label), "", "", ""))
        for code, name in children.values_list("code", "name")[: base_load.CODES_AT_ONCE]
    ]
    # With a byte order mark, else Excel takes the characters for another encoding.
    content = "\ufeff" + "\r\n".join([TEMPLATE_HEADER, *lines]) + "\r\n"
    response = HttpResponse(content.encode(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{_('底数导入表')}.csv")
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _cell(text: str) -> str:
    """A cell of a CSV file that no program reads as a formula."""
    safe = csv_safe(text)
    return '"' + safe.replace('"', '""') + '"' if set(safe) & set(',"\r\n') else safe


def _measure(request: LeagueRequest) -> str:
    asked = request.GET.get("measure", "")
    return asked if asked in Measure.values else str(Measure.MEMBERS)
