"""变更申请: ask from the own unit, the list, one request with its decision; contact, which superiors edit themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orgs.choices import Measure, RequestKind, RequestState
from orgs.exceptions import NotAllowed, OrgsError
from orgs.forms.requests import ASK_FORMS, ContactForm, DecideForm
from orgs.kernel.clock import Week
from orgs.models import OrgUnit, UnitBase, UnitChangeRequest
from orgs.operations import base_sums, contacts, requests
from orgs.permissions import EDIT_UNITS
from orgs.views.unit_forms import answer, crumbs_to, editable, regular_name, regularised, visible

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

PER_PAGE = 50
TONES = {
    RequestState.OPEN: "info",
    RequestState.APPROVED: "ok",
    RequestState.REFUSED: "bad",
    RequestState.WITHDRAWN: "mute",
}
FIELDS = {
    "name": gettext_lazy("全称"),
    "short_name": gettext_lazy("简称"),
    "telephone": gettext_lazy("办公电话"),
    "email": gettext_lazy("公务邮箱"),
    "address": gettext_lazy("办公地址"),
    "measure": gettext_lazy("口径"),
    "count": gettext_lazy("人数（个数）"),
    "year": gettext_lazy("年份"),
    "source": gettext_lazy("来源"),
}
HINTS = {
    RequestKind.NAME: gettext_lazy("全称、简称有误或已更名"),
    RequestKind.CONTACT: gettext_lazy("办公电话、邮箱、地址"),
    RequestKind.BASE: gettext_lazy("现有团员数、青年数"),
}
DECISIONS = ("approve", "refuse")


@login_required
@require_safe
def choose_request(request: LeagueRequest, pk: int) -> HttpResponse:
    """What the unit may ask for, and what it has asked."""
    unit = visible(request, pk)
    if not requests.may_ask(request.user, unit):
        raise NotAllowed
    asked = UnitChangeRequest.objects.visible_to(request.user).filter(unit=unit).for_list()
    context = {
        "unit": unit,
        "crumbs": crumbs_to(request, unit, _("变更申请")),
        "kinds": [(kind.label, HINTS[kind], f"{kind.value}/") for kind in RequestKind],
        "lines": [_line(each) for each in asked[:PER_PAGE]],
    }
    return render(request, "orgs/requests/choose.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def ask(request: LeagueRequest, pk: int, kind: str) -> HttpResponse:
    """申请 one change; what stands there now is filled in."""
    unit = visible(request, pk)
    if kind not in ASK_FORMS:
        raise Http404
    if not requests.may_ask(request.user, unit):
        raise NotAllowed

    def regular(name: str) -> str:
        return regular_name(unit.kind, name, unit.parent)

    form = ASK_FORMS[kind](regularised(request, regular), initial=_present(request, unit, kind))

    def work(*, reason: str, **facts: object) -> OrgUnit:
        requests.ask(unit, kind=kind, facts=facts, reason=reason, by=request.user)
        return unit

    heading = _("申请变更：%(kind)s") % {"kind": RequestKind(kind).label}
    extra = {"regular": regular(unit.name) if kind == RequestKind.NAME else "", "kind": kind}
    done = _("申请已提交，上级办理后会有消息。")
    return answer(request, form, work, unit, heading, done, "orgs/requests/ask.html", extra)


@login_required
@require_safe
def list_requests(request: LeagueRequest) -> HttpResponse:
    """What waits for the person's decision, and the history of the own scope."""
    visible_ones = UnitChangeRequest.objects.visible_to(request.user)
    waiting = UnitChangeRequest.objects.actionable_by(request.user, EDIT_UNITS).to_decide_by(request.user)
    queue = waiting.waiting().for_list().order_by("requested_at", "pk")
    past = Paginator(visible_ones.for_list(), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "queue": [_line(each) for each in queue[:PER_PAGE]],
        "page": past,
        "lines": [_line(each) for each in past],
    }
    return render(request, "orgs/requests/list.html", context)


@login_required
@require_safe
def show_request(request: LeagueRequest, pk: int) -> HttpResponse:
    """One request: what stands there, what is asked, and the decision."""
    found = get_object_or_404(UnitChangeRequest.objects.visible_to(request.user).for_list(), pk=pk)
    return _show(request, found, DecideForm())


@login_required
@require_POST
def decide_request(request: LeagueRequest, pk: int, decision: str) -> HttpResponse:
    """同意 or 不同意; a refusal needs its remark."""
    found = get_object_or_404(UnitChangeRequest.objects.visible_to(request.user).for_list(), pk=pk)
    if decision not in DECISIONS:
        raise Http404
    if not requests.may_decide(request.user, found):
        raise NotAllowed
    form = DecideForm(request.POST)
    if form.is_valid():
        try:
            work = requests.approve if decision == "approve" else requests.refuse
            work(found, by=request.user, remark=form.cleaned_data["remark"])
            messages.success(
                request, _("已同意，变更已生效。") if decision == "approve" else _("已退回申请单位。")
            )
            return redirect("orgs:list-requests")
        except NotAllowed:
            raise
        except OrgsError as error:
            form.add_error("remark", error.message)
    return _show(request, found, form, status=422)


@login_required
@require_POST
def reveal_request(request: LeagueRequest, pk: int) -> HttpResponse:
    """The telephone asked for in full, in this one answer, for whoever decides; logged."""
    found = get_object_or_404(UnitChangeRequest.objects.visible_to(request.user).for_list(), pk=pk)
    return _show(request, found, DecideForm(), telephone=requests.reveal_telephone(found, by=request.user))


@login_required
@require_POST
def withdraw_request(request: LeagueRequest, pk: int) -> HttpResponse:
    """撤回 by the unit that asked."""
    found = get_object_or_404(UnitChangeRequest.objects.visible_to(request.user).for_list(), pk=pk)
    try:
        requests.withdraw(found, by=request.user)
        messages.success(request, _("申请已撤回。"))
    except NotAllowed:
        raise
    except OrgsError as error:
        messages.error(request, error.message)
    return redirect("orgs:show-request", found.pk)


@login_required
@require_http_methods(["GET", "POST"])
def record_contact(request: LeagueRequest, pk: int) -> HttpResponse:
    """联系方式, by whoever may edit the unit."""
    unit = editable(request, pk)
    form = ContactForm(request.POST or None, initial=_present(request, unit, RequestKind.CONTACT))

    def work(**facts: str) -> OrgUnit:
        contacts.record_contact(unit, by=request.user, **facts)
        return unit

    return answer(request, form, work, unit, _("联系方式"), _("联系方式已保存。"))


def _show(
    request: LeagueRequest, found: UnitChangeRequest, form: DecideForm, status: int = 200, telephone: str = ""
) -> HttpResponse:
    is_open = found.state == RequestState.OPEN
    may_decide, shown = is_open and requests.may_decide(request.user, found), contacts.masked(found.telephone)
    context = {
        **(_concerned(found) if may_decide else {}),
        "line": _line(found),
        "asked": found,
        "rows": _rows(found, telephone or shown),
        "form": form,
        "crumbs": crumbs_to(request, found.unit, _("变更申请")),
        "may_decide": may_decide,
        "may_reveal": may_decide and not telephone and shown != found.telephone,
        "may_withdraw": is_open and requests.may_ask(request.user, found.unit),
    }
    return render(request, "orgs/requests/show.html", context, status=status)


def _concerned(found: UnitChangeRequest) -> dict[str, object]:
    """Of a base: whose weekly figures change from the next close on, if it is approved."""
    if found.kind != RequestKind.BASE:
        return {}
    return {
        "concerned": base_sums.concerned_by(found.unit, found.proposed["measure"]),
        "week": Week.current(),
    }


def _line(found: UnitChangeRequest) -> dict[str, object]:
    kind, state = RequestKind(found.kind), RequestState(found.state)
    return {"asked": found, "kind": kind.label, "state": state.label, "tone": TONES[state]}


def _rows(found: UnitChangeRequest, telephone: str) -> list[tuple[object, str, str, bool]]:
    """(field, what stood there, what is asked, whether it differs)."""
    rows: list[tuple[object, str, str, bool]] = []
    for name, value in found.proposed.items():
        before = found.before.get(name, "")
        texts = [Measure(each).label if name == "measure" and each else each for each in (before, value)]
        rows.append((FIELDS[name], str(texts[0]), str(texts[1]), before != value))
    if found.telephone:
        rows.append((FIELDS["telephone"], _("（不显示）"), telephone, True))
    return rows


def _present(request: LeagueRequest, unit: OrgUnit, kind: str) -> dict[str, object]:
    if kind == RequestKind.NAME:
        return {"name": unit.name, "short_name": unit.short_name}
    if kind == RequestKind.CONTACT:
        contact = getattr(unit, "contact", None)
        names = ("telephone", "email", "address")
        return {name: getattr(contact, name, "") for name in names}
    known = UnitBase.objects.visible_to(request.user).filter(unit=unit, measure=Measure.MEMBERS).first()
    return {"measure": Measure.MEMBERS, "count": known.count, "source": known.source} if known else {}
