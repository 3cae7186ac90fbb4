"""今天要做的事: the home page gathers each app's to-do lines for the person and nothing else (ux.md section 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import todo as accounts_todo
from accounts.pages import branches
from config import todo as config_todo
from orgs import todo as orgs_todo
from orgs.kernel.clock import Week
from orgs.kernel.counting import counts
from reporting import spot_todo
from reporting import todo as reporting_todo
from reporting.pages import notices
from scoring import todo as scoring_todo

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponse

    from orgs.http import LeagueRequest

URGENCY = {"bad": 0, "warn": 1}


@login_required
@require_safe
def home(request: LeagueRequest) -> HttpResponse:
    """What the person's roles ask for today, most urgent first; above it pinned notices and the week in a sentence, below it the own branches."""
    user, in_charge = request.user, request.user.units_in_charge()
    n = _counts(
        accounts=accounts_todo.counted(user),
        reporting=reporting_todo.counted(in_charge),
        spot=spot_todo.counted(user),
        scoring=scoring_todo.counted(user),
        orgs=orgs_todo.counted(user),
        config=config_todo.counted(in_charge),
    )
    briefing = reporting_todo.briefing(in_charge)
    found = [
        *accounts_todo.for_user(user, n["accounts"]),
        *(briefing.todos if briefing else []),
        *reporting_todo.lines(n["reporting"]),
        *spot_todo.lines(n["spot"]),
        *scoring_todo.for_user(user, n["scoring"]),
        *orgs_todo.for_user(user, n["orgs"]),
        *config_todo.lines(n["config"]),
    ]
    context = {
        "briefing": briefing,
        "pinned": notices.pinned(user) if n["reporting"].get("notices_pinned") else [],
        "todos": sorted(
            (each for each in found if not each.is_done), key=lambda each: URGENCY.get(each.tone, 2)
        ),
        "done": [each for each in found if each.is_done],
        "branches": branches.read(user) if n["accounts"].get("branches") else [],
        "week_ends_on": Week.current().ends_on,
    }
    return render(request, "config/home.html", context)


def _counts(**asked: dict[str, QuerySet[Any]]) -> dict[str, dict[str, int]]:
    """app -> name -> number of rows, of everything that the apps only count, in one statement."""
    n = counts(**{f"{app}.{name}": rows for app, sets in asked.items() for name, rows in sets.items()})
    return {app: {name: n[f"{app}.{name}"] for name in sets} for app, sets in asked.items()}
