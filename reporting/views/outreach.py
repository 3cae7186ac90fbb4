"""活动登记: the list and its file, one activity, registering and correcting, which units have not, counts per unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs import exports
from orgs.exceptions import Conflict, NotAllowed, OrgsError
from orgs.http import own_unit, whole_number
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.permissions import EXPORT, FILL, VIEW, may_anywhere
from reporting.choices import OutreachKind
from reporting.forms.outreach import OutreachForm
from reporting.models import Outreach
from reporting.operations import outreach as operations
from reporting.pages import outreach as pages

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from orgs.http import LeagueRequest

YEARS_SHOWN = 3


@login_required
@require_safe
def list_outreach(request: LeagueRequest) -> HttpResponseBase:
    """Activities of the own scope, and topics that superiors expect; kind, box, unit and words by address."""
    chosen = _filter(request)
    found = Outreach.objects.readable_by(request.user, exports.verb_for(request))
    rows = chosen.apply(found, request.user).for_list()
    if exports.is_wanted(request):
        return exports.answer(request, pages.of_list(rows), filters=chosen.named)
    context = {
        "page": Paginator(rows.with_answers(request.user.units_in_charge()), pages.PER_PAGE).get_page(
            request.GET.get("page")
        ),
        "filter": chosen,
        "may_register": may_anywhere(request.user, FILL),
        "may_export": may_anywhere(request.user, EXPORT),
    }
    return render(request, "reporting/outreach/list.html", context)


@login_required
@require_safe
def show(request: LeagueRequest, pk: int) -> HttpResponse:
    """One activity; a topic is answered from here, and says how many units have."""
    found = get_object_or_404(Outreach.objects.readable_by(request.user).for_list(), pk=pk)
    return render(request, "reporting/outreach/show.html", {"page": pages.page(found, request.user)})


@login_required
@require_http_methods(["GET", "POST"])
def new(request: LeagueRequest) -> HttpResponse:
    """登记 for the person's unit; `answers` names the topic of a superior that it is about."""
    unit = own_unit(request, FILL)
    asked = whole_number((request.POST if request.method == "POST" else request.GET).get("answers"))
    topics = Outreach.objects.readable_by(request.user).expected_of([unit.pk]).select_related("unit")
    topic = get_object_or_404(topics, pk=asked) if asked else None
    may_open = operations.may_open(unit, by=request.user)
    kind = request.GET.get("kind", "")
    form = OutreachForm(
        request.POST or None,
        kind=kind if kind in OutreachKind.values else "",
        may_open=may_open,
        answers=topic is not None,
    )
    if form.is_valid():
        try:
            answers = topic.pk if topic else None
            made = operations.register(unit, form.facts(), answers=answers, by=request.user)
        except NotAllowed:
            raise
        except Outreach.DoesNotExist as error:
            raise Http404 from error
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已登记。"))
            return redirect("reporting:show-outreach", made.pk)
    return _form(request, form, unit, topic)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: LeagueRequest, pk: int) -> HttpResponse:
    """更正. Who saves second is told, keeps what was typed and decides with both in sight."""
    outreach = _own(request, pk)
    may_open = operations.may_open(outreach.unit, by=request.user)
    is_answer = outreach.answers_id is not None
    form, theirs = (
        OutreachForm(request.POST or None, outreach=outreach, may_open=may_open, answers=is_answer),
        None,
    )
    if form.is_valid():
        try:
            version = form.cleaned_data["version"] or 0
            operations.change(pk, form.facts(), version=version, by=request.user)
        except NotAllowed:
            raise
        except Conflict:
            theirs = _own(request, pk)
            again = request.POST.copy()
            again["version"] = str(theirs.version)
            form = OutreachForm(again, outreach=theirs, may_open=may_open, answers=is_answer)
        except Outreach.DoesNotExist as error:
            raise Http404 from error
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已保存。"))
            return redirect("reporting:show-outreach", pk)
    return _form(request, form, outreach.unit, outreach.answers, outreach=outreach, theirs=theirs)


@login_required
@require_POST
def discard(request: LeagueRequest, pk: int) -> HttpResponse:
    """删除 what was registered by mistake."""
    _own(request, pk)
    try:
        operations.discard(pk, by=request.user)
    except NotAllowed:
        raise
    except Outreach.DoesNotExist:
        pass  # somebody else has deleted it meanwhile
    except OrgsError as error:
        messages.error(request, error.message)
        return redirect("reporting:show-outreach", pk)
    messages.success(request, _("已删除。"))
    return redirect("reporting:list-outreach")


@login_required
@require_safe
def list_units(request: LeagueRequest, pk: int) -> HttpResponseBase:
    """开展情况: which units have not, for those who see the unit that opened the topic; `?export=` as a file."""
    seen = Outreach.objects.visible_to(request.user).select_related("unit")
    topic = get_object_or_404(seen, pk=pk)
    state = request.GET.get("state", "")
    if exports.is_wanted(request):
        units = pages.of_state(pages.units_of(topic, request.user), state)
        return exports.answer(request, pages.of_units(topic, units), filters=["state"] if state else [])
    found = pages.unit_list(topic, request.user, state=state, number=request.GET.get("page"))
    context = {"topic": topic, "list": found, "may_export": may_anywhere(request.user, EXPORT)}
    return render(request, "reporting/outreach/units.html", context)


@login_required
@require_safe
def count_outreach(request: LeagueRequest) -> HttpResponseBase:
    """How many each unit directly below has registered in a year, with everything below it; `?export=` as a file."""
    unit, this = own_unit(request, exports.verb_for(request)), clock.today().year
    year = whole_number(request.GET.get("year")) or this
    year = year if this - YEARS_SHOWN < year <= this else this
    found = pages.counts(unit, year, request.user)
    if exports.is_wanted(request):
        return exports.answer(request, pages.of_counts(found, year), filters=["year"])
    context = {
        "unit": unit,
        "lines": found,
        "kinds": OutreachKind.labels,
        "year": year,
        "years": [
            (_("%(year)d年") % {"year": each}, f"?unit={unit.pk}&year={each}", each == year)
            for each in range(this, this - YEARS_SHOWN, -1)
        ],
        "may_export": may_anywhere(request.user, EXPORT),
    }
    return render(request, "reporting/outreach/counts.html", context)


def _filter(request: LeagueRequest) -> pages.Filter:
    pk = whole_number(request.GET.get("unit"))
    seen = OrgUnit.objects.within(request.user.units_in_charge().allowing(VIEW))
    unit = get_object_or_404(seen, pk=pk) if pk else None
    kind, box, text = (request.GET.get(name, "") for name in ("kind", "box", "q"))
    return pages.Filter.of(kind, box, text, unit)


def _own(request: LeagueRequest, pk: int) -> Outreach:
    """The activity if the person sees it (else 404) and registers for its unit (else 403)."""
    found = get_object_or_404(Outreach.objects.visible_to(request.user).for_list(), pk=pk)
    if not operations.may_change(found, by=request.user):
        raise NotAllowed
    return found


def _form(
    request: LeagueRequest,
    form: OutreachForm,
    unit: OrgUnit,
    topic: Outreach | None,
    *,
    outreach: Outreach | None = None,
    theirs: Outreach | None = None,
) -> HttpResponse:
    context = {"form": form, "unit": unit, "topic": topic, "outreach": outreach, "theirs": theirs}
    status = 409 if theirs else 422 if form.errors else 200
    return render(request, "reporting/outreach/edit.html", context, status=status)
