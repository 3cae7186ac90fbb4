"""The landing page of an invitation link, and the page that shows a new link with its QR code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from orgs import pending_sign_in
from orgs.exceptions import InvitationUnusable, LinkAlreadyMade, OrgsError
from orgs.forms.people import InviteForm, PersonForm
from orgs.forms.session import AcceptForm
from orgs.http import client_address
from orgs.models import Appointment, Invitation, OrgUnit
from orgs.operations import invitations, second_factor
from orgs.operations.appointing_rights import role_for
from orgs.permissions import MANAGE_PEOPLE

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from orgs.http import LeagueRequest
    from orgs.models import User


@never_cache
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, code: str) -> HttpResponse:
    """“你将成为 XX团支部 的填报人”: mobile checked, password set, straight into the form (ux.md J1)."""
    try:
        invitation = invitations.usable_invitation(code)
    except InvitationUnusable as error:
        return render(request, "orgs/invitations/unusable.html", {"message": error.message}, status=410)
    form = AcceptForm(request.POST or None)
    user = _accepted(request, code, form) if form.is_valid() else None
    if user is not None and second_factor.is_on(user):
        pending_sign_in.remember(request, user, reverse(settings.INVITATION_REDIRECT_URL))
        return redirect("orgs:enter-code")
    if user is not None:
        login(request, user, backend=pending_sign_in.BACKEND)
        return redirect(settings.INVITATION_REDIRECT_URL)
    context = {"form": form, "invitation": invitation}
    return render(request, "orgs/invitations/accept.html", context, status=422 if form.is_bound else 200)


def _accepted(request: HttpRequest, code: str, form: AcceptForm) -> User | None:
    """Who has taken the invitation up; None where the form says why not."""
    try:
        return invitations.accept_invitation(code, address=client_address(request), **form.cleaned_data)
    except OrgsError as error:
        form.add_error(None, error.message)
    except ValidationError as error:
        form.add_error("password", error)
    return None


@login_required
@require_http_methods(["GET", "POST"])
def invite(request: LeagueRequest, unit_pk: int) -> HttpResponse:
    """Invite a person to a unit of the own subtree; answers with link, QR code and a text to paste."""
    unit = get_object_or_404(OrgUnit.objects.actionable_by(request.user, MANAGE_PEOPLE), pk=unit_pk)
    form = InviteForm(request.POST or None, initial={"role": role_for(unit)})
    if form.is_valid():
        try:
            invited = invitations.invite(unit, by=request.user, **form.cleaned_data)
        except LinkAlreadyMade as error:
            return render(request, "orgs/invitations/repeated.html", {"message": error.message}, status=409)
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            return show_link(request, invited)
    context = {"form": form, "unit": unit}
    return render(request, "orgs/invitations/invite.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def hand_over(request: LeagueRequest, pk: int) -> HttpResponse:
    """交接: the successor gets a link; the term ends when it is used."""
    appointment = get_object_or_404(
        Appointment.objects.actionable_by(request.user, MANAGE_PEOPLE)
        .in_force()
        .select_related("unit", "user"),
        pk=pk,
    )
    form = PersonForm(request.POST or None)
    if form.is_valid():
        try:
            invited = invitations.hand_over(appointment, by=request.user, **form.cleaned_data)
        except LinkAlreadyMade as error:
            return render(request, "orgs/invitations/repeated.html", {"message": error.message}, status=409)
        except OrgsError as error:
            form.add_error(None, error.message)
        else:
            return show_link(request, invited)
    context = {"form": form, "unit": appointment.unit, "appointment": appointment}
    return render(request, "orgs/invitations/invite.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def revoke(request: LeagueRequest, pk: int) -> HttpResponse:
    """Withdraw an unused invitation."""
    invitation = get_object_or_404(Invitation.objects.actionable_by(request.user, MANAGE_PEOPLE), pk=pk)
    try:
        invitations.revoke_invitation(invitation, by=request.user)
        messages.success(request, _("邀请已撤销。"))
    except OrgsError as error:
        messages.error(request, error.message)
    return redirect("orgs:list-invitations")


def show_link(request: LeagueRequest, invited: invitations.Invited) -> HttpResponse:
    """The answer to a POST that made a link: link, QR code and a text to paste, shown once."""
    # The code is shown once, in this answer to a POST: it never stands in an address of ours that is logged for long.
    link = request.build_absolute_uri(reverse("orgs:accept-invitation", args=[invited.code]))
    qr_code = segno.make(link, error="m").svg_data_uri(scale=5)
    context = {"invitation": invited.invitation, "link": link, "qr_code": qr_code}
    return render(request, "orgs/invitations/created.html", context)
