"""Who holds which office in the own subtree, who acts for whom, how a term ends, accounts switched off and on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from orgs import leaving
from orgs.exceptions import LinkAlreadyMade, MustAccept, NotAllowed, OrgsError
from orgs.forms.people import DeactivateForm, EndTermForm, StandInForm
from orgs.kernel import clock
from orgs.models import Appointment, Invitation
from orgs.operations import confirmation, people, second_factor, stand_ins
from orgs.operations.appointing_rights import Appointer
from orgs.permissions import MANAGE_PEOPLE, may_anywhere
from orgs.views.invitations import show_link

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpResponse

    from orgs.http import LeagueRequest

PER_PAGE = 50


@login_required
@require_safe
def list_people(request: LeagueRequest) -> HttpResponse:
    """Appointments in force of the own subtree, searchable by unit; ways to invitations and the yearly confirmation."""
    _require(request)
    text = request.GET.get("q", "").strip()
    appointments = (
        Appointment.objects.actionable_by(request.user, MANAGE_PEOPLE)
        .in_force()
        .of_units(text)
        .for_people_list()
    )
    page = Paginator(appointments, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "n_unused": Invitation.objects.actionable_by(request.user, MANAGE_PEOPLE).unused().count(),
        "n_unconfirmed": confirmation.waiting_for(request.user).count(),
        "text": text,
        "manageable": _in_hand(request, page.object_list),
    }
    return render(request, "orgs/people/list.html", context)


@login_required
@require_safe
def show_leaving(request: LeagueRequest, pk: int) -> HttpResponse:
    """交接清单: what lies with an office that the reader could give, to print and sign. Then hand over or end."""
    appointment = appointment_in_hand(request, pk)
    if not _in_hand(request, [appointment]):
        raise NotAllowed
    context = {
        "appointment": appointment,
        "sections": leaving.sections(appointment, request.user),
        "today": clock.today(),
        "has_second_factor": second_factor.is_on(appointment.user),
    }
    return render(request, "orgs/people/leaving.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def end_term(request: LeagueRequest, pk: int) -> HttpResponse:
    """End a term with its last day and a reason."""
    appointment = appointment_in_hand(request, pk, is_over_too=True)
    form = EndTermForm(request.POST or None)
    if form.is_valid():
        try:
            people.end_appointment(appointment, by=request.user, **form.cleaned_data)
            messages.success(request, _("任职已结束。"))
            return redirect("orgs:list-people")
        except OrgsError as error:
            form.add_error(None, error.message)
    context = {"form": form, "appointment": appointment}
    return render(request, "orgs/people/end_term.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def stand_in(request: LeagueRequest, pk: int) -> HttpResponse:
    """临时代理: who acts for the holder, until when; somebody from elsewhere is asked by a link.

    A new person's initial password, or the link, is shown in this one answer.
    """
    appointment = appointment_in_hand(request, pk)
    form = StandInForm(request.POST or None)
    context: dict[str, object] = {"form": form, "appointment": appointment}
    if form.is_valid():
        try:
            return _stand_in(request, appointment, form)
        except LinkAlreadyMade as error:
            return render(request, "orgs/invitations/repeated.html", {"message": error.message}, status=409)
        except OrgsError as error:
            form.add_error(None, error.message)
            context["offers_link"] = form.wants_link or isinstance(error, MustAccept)
    return render(request, "orgs/people/stand_in.html", context, status=422 if form.is_bound else 200)


def _stand_in(request: LeagueRequest, appointment: Appointment, form: StandInForm) -> HttpResponse:
    facts = form.cleaned_data
    if form.wants_link:
        return show_link(request, stand_ins.invite_stand_in(appointment, by=request.user, **facts))
    facts.pop("idempotency_key")
    found = stand_ins.appoint_stand_in(appointment, by=request.user, **facts)
    if found.password is None:
        messages.success(request, _("已安排临时代理，到期自动结束。"))
        return redirect("orgs:list-people")
    context = {"appointment": appointment, "password": found.password, "stand_in": found.appointment}
    return render(request, "orgs/people/stand_in.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def reset_password(request: LeagueRequest, pk: int) -> HttpResponse:
    """忘记密码: asks first, then shows the new initial password in this one answer."""
    appointment = appointment_in_hand(request, pk)
    context: dict[str, object] = {"appointment": appointment}
    if request.method == "POST":
        try:
            context["password"] = people.reset_password(appointment, by=request.user)
        except OrgsError as error:
            messages.error(request, error.message)
            return redirect("orgs:list-people")
    return render(request, "orgs/people/reset_password.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def deactivate(request: LeagueRequest, pk: int) -> HttpResponse:
    """停用: with a reason; the person is signed out everywhere from the next request on."""
    appointment = appointment_in_hand(request, pk)
    form = DeactivateForm(request.POST or None)
    if form.is_valid():
        try:
            people.deactivate_user(appointment, by=request.user, **form.cleaned_data)
            messages.success(request, _("账户已停用，所有登录已退出。"))
            return redirect("orgs:list-people")
        except OrgsError as error:
            form.add_error(None, error.message)
    context = {"form": form, "appointment": appointment}
    return render(request, "orgs/people/deactivate.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def reactivate(request: LeagueRequest, pk: int) -> HttpResponse:
    """启用: asks first, then shows the new initial password in this one answer."""
    appointment = appointment_in_hand(request, pk)
    context: dict[str, object] = {"appointment": appointment, "is_reactivation": True}
    if request.method == "POST":
        try:
            context["password"] = people.reactivate_user(appointment, by=request.user)
        except OrgsError as error:
            messages.error(request, error.message)
            return redirect("orgs:list-people")
    return render(request, "orgs/people/reset_password.html", context)


def appointment_in_hand(request: LeagueRequest, pk: int, *, is_over_too: bool = False) -> Appointment:
    """SECURITY: an office that the person doesn't manage doesn't exist."""
    found = Appointment.objects.actionable_by(request.user, MANAGE_PEOPLE).select_related("user", "unit")
    return get_object_or_404(found if is_over_too else found.in_force(), pk=pk)


def _in_hand(request: LeagueRequest, appointments: Iterable[Appointment]) -> set[int]:
    """Ids of those that the reader could give, and so may end, hand over or renew the password of."""
    appointer = Appointer.of(request.user)
    return {each.pk for each in appointments if appointer.may_give(each.unit, each.role, each.department)}


def _require(request: LeagueRequest) -> None:
    if not may_anywhere(request.user, MANAGE_PEOPLE):
        raise NotAllowed
