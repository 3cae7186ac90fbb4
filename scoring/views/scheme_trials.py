"""试算 of a scheme: what each unit would get by the frozen weeks of a period, beside another edition; of many units by a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from orgs import exports, permissions
from orgs.http import own_unit, whole_number
from scoring.forms.scheme_trials import TrialForm
from scoring.models import Scheme, SchemeTrial
from scoring.operations import trial_jobs
from scoring.operations.trial_jobs import Plan
from scoring.pages import scheme_trials as pages

if TYPE_CHECKING:
    from django.http import HttpResponseBase

    from orgs.http import LeagueRequest
    from scoring.frozen import Period

TEMPLATE = "scoring/schemes/trial.html"


@login_required
@require_http_methods(["GET", "POST"])
def try_scheme(request: LeagueRequest, pk: int) -> HttpResponseBase:
    """The edition on the closed weeks of a year or of a part of it; nothing is stored. POST: by a job. `?export=`."""
    found = Scheme.objects.manageable_by(request.user).select_related("unit")
    scheme: Scheme = get_object_or_404(found, pk=pk)
    years = pages.years()
    if not years:
        return render(request, TEMPLATE, {"scheme": scheme})
    asked = whole_number(request.POST.get("year") or request.GET.get("year"))
    year = asked if asked in years else years[0]
    choice = pages.Choice.of(scheme, year, request.user)
    form = TrialForm(request.POST or request.GET, year, choice.weeks, choice.others)
    context = {
        "scheme": scheme,
        "years": [(_("%(year)s年") % {"year": each}, f"?year={each}", each == year) for each in years],
        "form": form,
    }
    if not form.is_valid():
        return render(request, TEMPLATE, context, status=422)
    period = choice.period(form.cleaned_data["first"], form.cleaned_data["last"])
    other = choice.edition(form.cleaned_data["other"])
    if request.method == "POST":
        unit = own_unit(request, permissions.RUN_ASSESSMENT)
        return redirect(trial_jobs.order(period, unit, by=request.user, scheme=scheme, other=other))
    return _tried(request, period, [scheme] if other is None else [scheme, other], context)


def _tried(
    request: LeagueRequest, period: Period, schemes: list[Scheme], context: dict[str, object]
) -> HttpResponseBase:
    """What is found at once, as a page or a file; of many units only that there are many."""
    plans = [Plan.of_scheme(each) for each in schemes]
    units = trial_jobs.units_for(plans[0].kinds, request.user)
    if trial_jobs.is_large(plans, period, units):
        return render(request, TEMPLATE, context | {"n_units": len(units)})
    tried = trial_jobs.try_out(plans, period, units)
    if exports.is_wanted(request):
        return exports.answer(request, pages.as_table(tried, schemes[0].title, request.user))
    context |= pages.shown(tried, request.user, request.GET.get("page")) | {"beside": schemes[-1]}
    return render(request, TEMPLATE, context)


@login_required
@require_safe
def show_trial(request: LeagueRequest, pk: int) -> HttpResponseBase:
    """How far the job is; then what it has found, for who ordered it. `?export=` as a file."""
    own = SchemeTrial.objects.ordered_by(request.user).select_related("job", "unit", "scheme", "other")
    trial: SchemeTrial = get_object_or_404(own, pk=pk)
    context = pages.progress(trial)
    if request.htmx and not context["in_progress"]:
        return HttpResponse(headers={"HX-Refresh": "true"})
    if request.htmx:
        return render(request, "scoring/schemes/_progress.html", context)
    context |= {"title": pages.title_of(trial), "beside": trial.other}
    if context["is_done"]:
        tried = trial_jobs.read(trial)
        if exports.is_wanted(request):
            return exports.answer(request, pages.as_table(tried, str(context["title"]), request.user))
        context |= pages.shown(tried, request.user, request.GET.get("page"))
    return render(request, "scoring/schemes/found.html", context)
