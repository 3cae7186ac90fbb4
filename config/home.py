"""今天要做的事: the home page gathers each app's to-do lines for the person and nothing else (ux.md section 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import todo as accounts_todo
from orgs import todo as orgs_todo
from reporting import todo as reporting_todo
from scoring import todo as scoring_todo

if TYPE_CHECKING:
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

SOURCES = (accounts_todo, reporting_todo, scoring_todo, orgs_todo)


@login_required
@require_safe
def home(request: LeagueRequest) -> HttpResponse:
    """The task list of the person's roles, most urgent first."""
    todos = [todo for source in SOURCES for todo in source.for_user(request.user)]
    return render(request, "config/home.html", {"todos": todos})
