"""Messages of the own units, and the audit ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from orgs.exceptions import NotAllowed
from orgs.models import AuditEntry, Notification
from orgs.operations import ledger
from orgs.permissions import VIEW_AUDIT, may_anywhere

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

PER_PAGE = 50


@login_required
@require_safe
def list_messages(request: LeagueRequest) -> HttpResponse:
    """Messages to the units the person holds an office in, newest first."""
    page = Paginator(Notification.objects.addressed_to(request.user), PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(request, "orgs/ledger/messages.html", {"page": page})


@login_required
@require_POST
def open_message(request: LeagueRequest, pk: int) -> HttpResponse:
    """Mark a message as read and go to what it is about."""
    message = get_object_or_404(Notification.objects.addressed_to(request.user), pk=pk)
    ledger.mark_read(message)
    return redirect(message.link or "orgs:list-messages")


@login_required
@require_safe
def list_audit(request: LeagueRequest) -> HttpResponse:
    """Who did what in the own subtree. Holds no personal data beyond the actor's name."""
    if not may_anywhere(request.user, VIEW_AUDIT):
        raise NotAllowed
    entries = AuditEntry.objects.actionable_by(request.user, VIEW_AUDIT).for_audit_list()
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "orgs/ledger/audit.html", {"page": page})
