"""需核实: hints about duplicates and over-claims to the reviewers of a subtree, as a list, as a file, and 已核实."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.forms.radar import SettleForm
from accounts.operations import findings
from accounts.operations.duplicates import FindingKind
from accounts.pages import radar as pages
from orgs import exports
from orgs.exceptions import Conflict, OrgsError
from orgs.http import whole_number
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations.exporting import FileTable
from orgs.permissions import EXPORT, REVIEW, may_anywhere

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from orgs.http import LeagueRequest
    from orgs.querysets.scope import UnitsInCharge
    from orgs.querysets.tree import OrgUnitQuerySet

PER_PAGE = 30
LONGEST_BACK = 400


@login_required
@require_safe
def show_radar(request: LeagueRequest) -> HttpResponseBase:
    """The list as filtered, or the same as a file."""
    whole = _reviewed(request)
    if exports.is_wanted(request):
        return _file(request, whole.allowing(EXPORT))
    return _page(request, request.GET, whole)


@login_required
@require_POST
def settle(request: LeagueRequest) -> HttpResponse:
    """已核实，无需处理; back to the list as it was filtered."""
    whole, back = _reviewed(request), QueryDict(request.POST.get("back", "")[:LONGEST_BACK])
    form, kind, digest = (
        SettleForm(request.POST),
        request.POST.get("kind", ""),
        request.POST.get("digest", ""),
    )
    if kind not in FindingKind.values or not form.is_valid():
        return _page(request, back, whole, refused=(digest, form))
    try:
        findings.settle_finding(FindingKind(kind), digest, by=request.user, **form.cleaned_data)
        messages.success(request, _("已记下核实情况，数字不变就不再提示。"))
    except Conflict as error:
        messages.warning(request, error.message)
    except OrgsError as error:
        form.add_error(None, error.message)
        return _page(request, back, whole, refused=(digest, form))
    return redirect(f"{reverse('accounts:radar')}?{back.urlencode()}")


def _reviewed(request: LeagueRequest) -> UnitsInCharge:
    whole = request.user.units_in_charge().allowing(REVIEW)
    if not whole.spans:
        raise PermissionDenied
    return whole


def _unit(asked: QueryDict, whole: UnitsInCharge) -> OrgUnit | None:
    """The unit chosen in the picker; without script the best match of what was typed."""
    inside: OrgUnitQuerySet = OrgUnit.objects.within(whole)
    pk, typed = whole_number(asked.get("unit")), asked.get("unit_q", "").strip()
    if pk:
        return inside.filter(pk=pk).first()
    return next(iter(inside.best_matches(typed, 1)), None) if typed else None


def _page(
    request: LeagueRequest,
    asked: QueryDict,
    whole: UnitsInCharge,
    refused: tuple[str, SettleForm] | None = None,
) -> HttpResponse:
    radar = pages.radar(request.user, asked, whole, _unit(asked, whole))
    page = Paginator(radar.lines, PER_PAGE).get_page(asked.get("page"))
    digest, bad_form = refused or ("", None)
    lines = [
        (line, bad_form if bad_form and line.finding.digest == digest else SettleForm()) for line in page
    ]
    for at, (_line, form) in enumerate(lines):
        form.auto_id = f"id_{at}_%s"
    context = {
        "radar": radar,
        "page": page,
        "lines": lines,
        "bad_form": bad_form,
        "back": asked.urlencode(),
        "may_export": may_anywhere(request.user, EXPORT),
    }
    return render(request, "accounts/radar/list.html", context, status=422 if refused else 200)


def _file(request: LeagueRequest, whole: UnitsInCharge) -> HttpResponseBase:
    """Every line of the filter, of units whose lists the person may export; audited."""
    radar = pages.radar(request.user, request.GET, whole, _unit(request.GET, whole))
    names = [name for name in ("kind", "unit", "settled") if request.GET.get(name)]
    name = f"{_('需核实')}{clock.today():%Y%m%d}"
    table = FileTable(name, [str(label) for label in pages.LABELS], pages.rows(radar.lines), len(radar.lines))
    return exports.answer(request, table, columns=pages.COLUMNS, filters=names)
