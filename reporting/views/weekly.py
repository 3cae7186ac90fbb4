"""The weekly page: one closed week of the units below the reader's own, from the snapshot (SUP-4.1a, SUP-2.1.1b)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from orgs.exceptions import NotAllowed
from orgs.kernel.clock import Week
from orgs.models import OrgUnit
from orgs.permissions import PUBLISH_BULLETIN
from orgs.querysets.scope import UnitsInCharge
from reporting.pages import board as boards
from reporting.pages import compared, distribution, overview, ranking, restated, weeks
from reporting.views import week_files

if TYPE_CHECKING:
    from django.http import HttpResponseBase

    from orgs.http import LeagueRequest
    from orgs.querysets.scope import Span
    from reporting.pages.board import Board

SCOPE_COOKIE = "weekly_scope"
A_YEAR = 365 * 24 * 3600


@login_required
@require_safe
def weekly(request: LeagueRequest) -> HttpResponseBase:
    """A closed week of the units directly below: conclusion, figures, who is below the line, who is missing, ten weeks."""
    in_charge = request.user.units_in_charge().allowing(week_files.verb_for(request))
    if not in_charge.spans:
        raise NotAllowed
    span = _chosen_span(in_charge, request.GET.get("unit"))
    chosen = weeks.choose_by(weeks.parse(request.GET.get("w")), request.GET)
    if chosen is None:
        return render(request, "reporting/weekly/no_week.html", {"first_on": Week.current().ends_on})
    scope = _choice(request.GET.get("scope") or request.COOKIES.get(SCOPE_COOKIE), boards.SCOPES)
    board = (restated if chosen.is_restated else boards).read(
        chosen,
        span.unit_id,
        in_charge,
        is_whole=_sees_all(in_charge, span),
        is_national=span.is_forest,
        scope=scope,
        sort=_choice(request.GET.get("sort"), boards.SORTS),
    )
    if week_files.is_wanted(request):
        return week_files.answer(request, board)
    if board.root is not None and not board.rows_by_week.get(chosen.closed.pk):
        return redirect(overview.unit_url(board, span.unit_id))
    page = overview.of_board(board, in_charge)
    context = {"page": page, "own_units": _own(in_charge, span), "may_publish": _may_publish(in_charge, span)}
    context |= _asked_for(request, board)
    response = render(request, "reporting/weekly/page.html", context)
    if request.GET.get("scope") in boards.SCOPES:
        response.set_cookie(
            SCOPE_COOKIE,
            scope,
            max_age=A_YEAR,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


def _asked_for(request: LeagueRequest, board: Board) -> dict[str, object]:
    """What the page shows on demand, worked out from the board: ranking, distribution, a second week; files."""
    address = f"{overview.week_url(board, board.chosen.week)}&scope={board.scope}"
    return {
        "ranking": ranking.of_board(board, request.GET.get("rank", ""), address),
        "distribution": distribution.of_entries(board.entries()),
        "compared": compared.with_week(board, weeks.parse(request.GET.get("with"))),
        "compare_choices": compared.choices(board, address),
        "address": address,
        "files": week_files.links(request, board, address),
    }


def _chosen_span(in_charge: UnitsInCharge, wanted: str | None) -> Span:
    """The unit whose subordinates are shown: the wanted one of the reader's own, else the highest."""
    own = tuple(span for span in in_charge.spans if not wanted or str(span.unit_id) == wanted)
    found = UnitsInCharge(own).widest()
    if found is None:
        raise Http404
    return found


def _sees_all(in_charge: UnitsInCharge, shown: Span) -> bool:
    return any(span.unit_id == shown.unit_id and not span.lines for span in in_charge.spans)


def _may_publish(in_charge: UnitsInCharge, shown: Span) -> bool:
    return shown.unit_id in in_charge.allowing(PUBLISH_BULLETIN).own_unit_ids()


def _own(in_charge: UnitsInCharge, shown: Span) -> list[tuple[str, str, bool]]:
    """The reader's own units to choose from, where there are several."""
    own = in_charge.own_unit_ids()
    if len(own) < 2:
        return []
    units = OrgUnit.objects.within(in_charge).filter(pk__in=own).in_official_order()
    return [(unit.name, f"?unit={unit.pk}", unit.pk == shown.unit_id) for unit in units]


def _choice(text: str | None, known: tuple[str, ...]) -> str:
    """One of the known words, the first for anything else."""
    return text if text in known else known[0]
