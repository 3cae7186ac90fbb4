"""The weekly page: one closed week of the units below the reader's own, from the snapshot (SUP-4.1a, SUP-2.1.1b)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from orgs import exports
from orgs.exceptions import NotAllowed
from orgs.http import whole_number
from orgs.kernel.clock import Week
from orgs.models import OrgUnit
from orgs.permissions import PUBLISH_BULLETIN
from orgs.querysets.scope import UnitsInCharge
from reporting.pages import board as boards
from reporting.pages import (
    compared,
    distribution,
    further,
    narrowing,
    overview,
    ranking,
    restated,
    week_table,
    weeks,
)
from reporting.scopes import Scope
from reporting.views import week_files

if TYPE_CHECKING:
    from django.http import HttpResponseBase, QueryDict

    from orgs.http import LeagueRequest
    from reporting.pages.board import Board

SCOPE_COOKIE = "weekly_scope"
NARROWED_BY = {"scope", "line", "kind"}
A_YEAR = 365 * 24 * 3600
LONGEST_TYPED = 60


@login_required
@require_safe
def weekly(request: LeagueRequest) -> HttpResponseBase:
    """A closed week of the units directly below: conclusion, figures, who is below the line, who is missing, ten weeks."""
    in_charge = request.user.units_in_charge().allowing(exports.verb_for(request))
    if not in_charge.spans:
        raise NotAllowed
    if later_first := _later_first(request.GET):
        return redirect(f"{request.path}?{later_first}")
    top = _chosen_top(request, in_charge)
    chosen = weeks.choose_by(weeks.parse(request.GET.get("w")), request.GET)
    if chosen is None:
        return render(request, "reporting/weekly/no_week.html", {"first_on": Week.current().ends_on})
    among = _scope(request)
    board = (restated if chosen.is_restated else boards).read(
        chosen,
        top.unit_id,
        in_charge,
        is_whole=top.is_whole,
        is_national=top.is_national,
        among=among,
        sort=_choice(request.GET.get("sort"), boards.SORTS),
    )
    there = further.below(board, in_charge)
    if further.is_asked(board, there):
        return _remember(request, _further(request, board, there, in_charge, top), among)
    if exports.is_wanted(request):
        return week_files.answer(request, board)
    if board.root is not None and not board.rows_by_week.get(chosen.closed.pk):
        return redirect(overview.unit_url(board, top.unit_id))
    page = overview.of_board(board, in_charge)
    context = {"page": page, "own_units": _own(in_charge, top), "may_publish": _may_publish(in_charge, top)}
    context["narrowing"] = narrowing.of_board(board, there, is_own=top.unit_id in in_charge.own_unit_ids())
    context |= _asked_for(request, board)
    return _remember(request, render(request, "reporting/weekly/page.html", context), among)


def _further(
    request: LeagueRequest, board: Board, there: further.Below, in_charge: UnitsInCharge, top: _Top
) -> HttpResponseBase:
    """The units of a kind or a line further below, as they stood: today's tree is another view, which has no such list."""
    if board.chosen.is_restated:
        return redirect(f"{request.path}{overview.plain_url(board)}")
    found = further.find(board, there, in_charge)
    if exports.is_wanted(request):
        table = week_table.of_further(board, further.everyone(board, found), found.count())
        return exports.answer(request, table, filters=[board.scope])
    page = further.read(board, found, request.GET.get("page"))
    context = {
        "page": page,
        "own_units": _own(in_charge, top),
        "narrowing": narrowing.of_board(board, there, is_own=top.unit_id in in_charge.own_unit_ids()),
        "files": week_files.links(request, board, overview.week_url(board, board.chosen.week)),
        "plain_url": overview.plain_url(board),
    }
    return render(request, "reporting/weekly/further.html", context)


def _remember(request: LeagueRequest, response: HttpResponseBase, among: Scope) -> HttpResponseBase:
    """What is shown now is shown the next time, too."""
    if NARROWED_BY & set(request.GET):
        response.set_cookie(
            SCOPE_COOKIE,
            among.text,
            max_age=A_YEAR,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


def _asked_for(request: LeagueRequest, board: Board) -> dict[str, object]:
    """What the page shows on demand, worked out from the board: ranking, distribution, a second week; files."""
    address = overview.week_url(board, board.chosen.week)
    files = week_files.links(request, board, address)
    return {
        "ranking": ranking.of_board(board, request.GET.get("rank", ""), address),
        "distribution": distribution.of_board(board),
        "compared": compared.with_week(board, weeks.parse(request.GET.get("with"))),
        "compare_choices": compared.choices(board, address),
        "compare_years": weeks.by_year(compared.earlier(board)),
        "address_parts": parse_qsl(address.removeprefix("?")),
        "address": address,
        "files": files,
        "tables": week_files.tables(request, files),
    }


@dataclass(frozen=True, slots=True)
class _Top:
    """The unit whose subordinates are shown. `is_whole`: the reader sees all that stands below it."""

    unit_id: int
    is_whole: bool
    is_national: bool


def _chosen_top(request: LeagueRequest, in_charge: UnitsInCharge) -> _Top:
    """The unit of the address (without script the best match of what was typed), else the highest of the reader's own."""
    wanted, typed = request.GET.get("unit"), request.GET.get("unit_q", "").strip()[:LONGEST_TYPED]
    own = tuple(span for span in in_charge.spans if str(span.unit_id) == wanted)
    seen = OrgUnit.objects.within(in_charge)
    if wanted and not own:
        return _below(in_charge, get_object_or_404(seen, pk=whole_number(wanted)))
    if typed and not wanted:
        found = next(iter(seen.best_matches(typed, 1)), None)
        if found is not None:
            return _below(in_charge, found)
        messages.warning(request, _("没有找到“%(text)s”，显示的是本单位。") % {"text": typed})
    span = UnitsInCharge(own or in_charge.spans).widest()
    if span is None:
        raise Http404
    is_whole = any(each.unit_id == span.unit_id and not each.lines for each in in_charge.spans)
    return _Top(span.unit_id, is_whole, span.is_forest)


def _below(in_charge: UnitsInCharge, unit: OrgUnit) -> _Top:
    return _Top(unit.pk, in_charge.covers_figures(unit), unit.is_national)


def _scope(request: LeagueRequest) -> Scope:
    """What the address asks for, else what the reader chose last."""
    if NARROWED_BY & set(request.GET):
        return Scope.of(request.GET)
    return Scope.remembered(request.COOKIES.get(SCOPE_COOKIE, ""))


def _later_first(params: QueryDict) -> str:
    """The parameters with the two weeks the other way round, where the later one is the one to compare with."""
    shown, other = weeks.parse(params.get("w")), weeks.parse(params.get(weeks.OTHER))
    if shown is None or other is None or shown >= other:
        return ""
    turned = params.copy()
    turned["w"], turned[weeks.OTHER] = str(other), str(shown)
    return turned.urlencode()


def _may_publish(in_charge: UnitsInCharge, top: _Top) -> bool:
    return top.unit_id in in_charge.allowing(PUBLISH_BULLETIN).own_unit_ids()


def _own(in_charge: UnitsInCharge, top: _Top) -> list[tuple[str, str, bool]]:
    """The reader's own units to choose from, where there are several."""
    own = in_charge.own_unit_ids()
    if len(own) < 2:
        return []
    units = OrgUnit.objects.within(in_charge).filter(pk__in=own).in_official_order()
    return [(unit.name, f"?unit={unit.pk}", unit.pk == top.unit_id) for unit in units]


def _choice(text: str | None, known: tuple[str, ...]) -> str:
    """One of the known words, the first for anything else."""
    return text if text in known else known[0]
