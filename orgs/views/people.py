"""Who holds which office in the own subtree, who was invited, and how a term ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from orgs.exceptions import NotAllowed, OrgsError
from orgs.forms.people import EndTermForm
from orgs.models import Appointment, Invitation
from orgs.operations import people
from orgs.permissions import MANAGE_PEOPLE, may_anywhere

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

PER_PAGE = 50


@login_required
@require_safe
def list_people(request: LeagueRequest) -> HttpResponse:
    """Appointments in force and open invitations of the own subtree, searchable by unit."""
    _require(request)
    text = request.GET.get("q", "").strip()
    appointments = (
        Appointment.objects.actionable_by(request.user, MANAGE_PEOPLE)
        .in_force()
        .of_units(text)
        .for_people_list()
    )
    invitations = (
        Invitation.objects.actionable_by(request.user, MANAGE_PEOPLE).usable().for_people_list()[:PER_PAGE]
    )
    page = Paginator(appointments, PER_PAGE).get_page(request.GET.get("page"))
    manageable = {
        each.pk for each in page if people.may_appoint(request.user, each.unit, each.role, each.department)
    }
    context = {"page": page, "invitations": invitations, "text": text, "manageable": manageable}
    return render(request, "orgs/people/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def end_term(request: LeagueRequest, pk: int) -> HttpResponse:
    """End a term with its last day and a reason."""
    appointments = Appointment.objects.actionable_by(request.user, MANAGE_PEOPLE).select_related(
        "user", "unit"
    )
    appointment = get_object_or_404(appointments, pk=pk)
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
def reset_password(request: LeagueRequest, pk: int) -> HttpResponse:
    """忘记密码: asks first, then shows the new initial password in this one answer."""
    appointment = get_object_or_404(
        Appointment.objects.actionable_by(request.user, MANAGE_PEOPLE)
        .in_force()
        .select_related("user", "unit"),
        pk=pk,
    )
    context: dict[str, object] = {"appointment": appointment}
    if request.method == "POST":
        try:
            context["password"] = people.reset_password(appointment, by=request.user)
        except OrgsError as error:
            messages.error(request, error.message)
            return redirect("orgs:list-people")
    return render(request, "orgs/people/reset_password.html", context)


def _require(request: LeagueRequest) -> None:
    if not may_anywhere(request.user, MANAGE_PEOPLE):
        raise NotAllowed
