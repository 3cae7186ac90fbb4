"""考评方案: the list of editions, one edition, writing and checking a new one, 核定, comparing two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs import exports, permissions
from orgs.exceptions import NotAllowed
from orgs.http import own_unit, whole_number
from scoring.exceptions import SchemeInvalid
from scoring.forms.schemes import SchemeForm
from scoring.frozen import Period
from scoring.models import Scheme, SchemeTrial
from scoring.operations import schemes as operations
from scoring.operations import trial_jobs
from scoring.operations.trial_jobs import Plan
from scoring.pages import scheme_trials as trial_pages
from scoring.pages import schemes as pages

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseBase

    from orgs.http import LeagueRequest
    from scoring.scheme_files import SchemeFile

SAVE = "save"


@login_required
@require_safe
def list_schemes(request: LeagueRequest) -> HttpResponseBase:
    """Every edition the person may manage, the newest of each scheme first; `?export=` as a file."""
    _require_manager(request)
    found = Scheme.objects.manageable_by(request.user).for_list()
    if exports.is_wanted(request):
        return exports.answer(request, pages.as_table(pages.lines(list(found))))
    page = Paginator(found, pages.PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "scoring/schemes/list.html", {"lines": pages.lines(list(page)), "page": page})


@login_required
@require_safe
def show_scheme(request: LeagueRequest, pk: int) -> HttpResponse:
    """Sections, items and criteria, the rule in words, where each comes from; items are approved here."""
    return render(request, "scoring/schemes/show.html", {"page": pages.page(_scheme(request, pk))})


@login_required
@require_http_methods(["GET", "POST"])
def new_scheme(request: LeagueRequest) -> HttpResponse:
    """Write or upload a scheme: checked and tried as often as one likes, then kept as a draft. `?from=` an edition."""
    _require_manager(request)
    unit = own_unit(request, permissions.RUN_ASSESSMENT)
    if request.method != "POST":
        return _form(request, SchemeForm(initial={"text": _text_of(request)}))
    form = SchemeForm(request.POST, request.FILES)
    if not form.is_valid() or form.scheme is None:
        return _form(request, form)
    try:
        is_saved = request.POST.get("action") == SAVE
        loaded = operations.store(
            form.scheme, source=form.source, unit=unit, by=request.user, dry_run=not is_saved
        )
    except SchemeInvalid as error:
        form.add_error("text", error.message)
        return _form(request, form)
    if not is_saved:
        return _form(request, _with_text(form), loaded=loaded)
    words = {"title": form.scheme.title, "version": loaded.version}
    if loaded.outcome == "unchanged":
        messages.info(request, _("内容与“%(title)s”第 %(version)s 版相同，没有变化。") % words)
    else:
        messages.success(request, _("已保存“%(title)s”第 %(version)s 版（草稿）。") % words)
    return redirect("scoring:show-scheme", loaded.pk)


@login_required
@require_safe
def compare_schemes(request: LeagueRequest, pk: int) -> HttpResponse:
    """What is different from another edition of the scheme, the one before without `?with=`."""
    scheme = _scheme(request, pk)
    others = Scheme.objects.manageable_by(request.user).filter(code=scheme.code).exclude(pk=pk)
    asked = whole_number(request.GET.get("with"))
    before = others.filter(version__lt=scheme.version).order_by("-version").first()
    other = get_object_or_404(others, pk=asked) if asked else before
    older, newer = (scheme, other) if other and other.version > scheme.version else (other, scheme)
    context = {
        "scheme": scheme,
        "older": older,
        "newer": newer,
        "editions": list(others.order_by("-version")),
        "difference": pages.compare(older, newer) if older else None,
    }
    return render(request, "scoring/schemes/compare.html", context)


@login_required
@require_POST
def approve_scheme(request: LeagueRequest, pk: int) -> HttpResponse:
    """核定 of everything that is still open in the edition."""
    operations.approve_scheme(_scheme(request, pk), by=request.user)
    messages.success(request, _("已核定全部内容，按该版建立的考评表可以定稿。"))
    return redirect("scoring:show-scheme", pk)


@login_required
@require_POST
def approve_item(request: LeagueRequest, pk: int, item_pk: int) -> HttpResponse:
    """核定 of one item; pressed twice it is approved once."""
    scheme = _scheme(request, pk)
    item = get_object_or_404(pages.items_of(scheme), pk=item_pk)
    approved = operations.approve_item(item, by=request.user)
    if approved.is_approved:
        messages.success(request, _("已核定，本版的内容已全部核定。"))
    else:
        messages.success(request, _("已核定。"))
    return redirect(f"{scheme.get_absolute_url()}#item-{item_pk}")


def _require_manager(request: LeagueRequest) -> None:
    if not permissions.may_anywhere(request.user, permissions.RUN_ASSESSMENT):
        raise NotAllowed


def _scheme(request: LeagueRequest, pk: int) -> Scheme:
    """SECURITY: a scheme of another province doesn't exist."""
    found = Scheme.objects.manageable_by(request.user).select_related("unit")
    scheme: Scheme = get_object_or_404(found, pk=pk)
    return scheme


def _text_of(request: LeagueRequest) -> str:
    """The text of the edition a new one starts from, or of a trial; "" for a scheme of one's own."""
    tried = whole_number(request.GET.get("trial"))
    if tried:
        own = SchemeTrial.objects.ordered_by(request.user).filter(scheme__isnull=True)
        return str(get_object_or_404(own, pk=tried).source)
    pk = whole_number(request.GET.get("from"))
    if not pk:
        return ""
    scheme: Scheme = get_object_or_404(Scheme.objects.startable_by(request.user), pk=pk)
    return scheme.source


def _with_text(form: SchemeForm) -> SchemeForm:
    """The same form showing what was read: a file can't be shown again, its text can."""
    shown = SchemeForm(initial={"text": form.source})
    shown.scheme = form.scheme
    return shown


def _form(
    request: LeagueRequest, form: SchemeForm, *, loaded: operations.Loaded | None = None
) -> HttpResponse:
    context: dict[str, object] = {
        "form": form,
        "loaded": loaded,
        "scheme": form.scheme,
        "n_items": sum(len(section.items) for section in form.scheme.sections) if form.scheme else 0,
    }
    if loaded and form.scheme:
        context |= _trial(request, form.scheme, form.initial["text"])
    return render(request, "scoring/schemes/edit.html", context, status=422 if form.errors else 200)


def _trial(request: LeagueRequest, file: SchemeFile, text: str) -> dict[str, object]:
    """What the checked text would give with the newest year's weeks; of many units a job says so."""
    years = trial_pages.years()
    if not years:
        return {}
    plan, period = Plan.of_file(file), Period(years[0])
    units = trial_jobs.units_for(plan.kinds, request.user)
    if trial_jobs.is_large([plan], period, units):
        unit = own_unit(request, permissions.RUN_ASSESSMENT)
        return {"ordered": trial_jobs.order(period, unit, by=request.user, source=text)}
    return {"trial": trial_jobs.try_out([plan], period, units).trial}
