"""The unit's page as of a closed week: its subordinates as they stood then, from the snapshot (orgs/panels.py, `AsOf`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from orgs.choices import Kind
from orgs.models import OrgUnit
from orgs.panels import AsOf, Panel
from orgs.permissions import VIEW
from reporting.models import ClosedWeek
from reporting.pages import board as boards
from reporting.pages import kpis, lineage, weeks
from reporting.pages.figure_words import BASE, COVERED
from reporting.pages.overview import unit_url

if TYPE_CHECKING:
    from django.core.paginator import Page

    from orgs.models import User
    from orgs.querysets.scope import UnitsInCharge
    from reporting.coverage import Coverage
    from reporting.models import WeekUnit
    from reporting.pages.board import Board, Entry
    from reporting.pages.weeks import ChosenWeek

PER_PAGE = 100
FIGURES = ("orgs", "reported", "holders", BASE, COVERED)


@dataclass(frozen=True, slots=True)
class Line:
    """A subordinate as it stood; `now` says what has become of it, "" for nothing."""

    entry: Entry
    kind: str
    url: str
    rows: dict[str, str]
    now: str


@dataclass(frozen=True, slots=True)
class Past:
    """The unit in the week. `row` None: it had not been set up yet."""

    chosen: ChosenWeek
    board: Board
    row: WeekUnit | None
    superior: str
    url: str
    lines: list[Line]
    page: Page[Entry]
    coverage: Coverage | None
    n_orgs: int | None


def read(user: User, unit: OrgUnit, asked: str, page: str | None) -> AsOf:
    """One statement for the weeks to choose from; four more for the week chosen. Raises Http404 where it is not closed."""
    if not asked:
        closed = ClosedWeek.objects.newest_editions().order_by("-starts_on")
        return AsOf(weeks.by_year(closed))
    chosen = weeks.choose_known(weeks.known(asked))
    context: dict[str, object] = {"past": _past(chosen, unit, user.units_in_charge().allowing(VIEW), page)}
    years = weeks.by_year(chosen.closed_weeks)
    return AsOf(years, str(chosen.week), Panel("main", "reporting/unit/as_of.html", context))


def _past(chosen: ChosenWeek, unit: OrgUnit, in_charge: UnitsInCharge, number: str | None) -> Past:
    alone = replace(chosen, recent=[chosen.closed])
    board = boards.read(
        alone,
        unit.pk,
        in_charge,
        is_whole=in_charge.covers_figures(unit),
        is_national=unit.is_national,
    )
    line = lineage.read(chosen, unit.pk, in_charge) if board.root else None
    page = Paginator(board.entries(), PER_PAGE).get_page(number)
    today = OrgUnit.objects.select_related("parent").in_bulk([each.row.unit_id for each in page])
    return Past(
        chosen,
        board,
        line.row if line else None,
        line.above[-1].name if line and line.above else "",
        unit_url(board, unit.pk),
        [_line(board, unit, each, today.get(each.row.unit_id)) for each in page],
        page,
        board.coverage(),
        board.figure("orgs"),
    )


def _line(board: Board, unit: OrgUnit, entry: Entry, today: OrgUnit | None) -> Line:
    pk = entry.row.unit_id
    rows = {figure: kpis.rows_url(board, figure, pk) for figure in FIGURES}
    return Line(
        entry, str(Kind(entry.row.kind_id).label), unit_url(board, pk), rows, _now(unit, entry, today)
    )


def _now(unit: OrgUnit, entry: Entry, today: OrgUnit | None) -> str:
    if today is None:
        return ""
    parts = [_("现已撤销")] if not today.is_open else []
    if today.name != entry.row.name:
        parts.append(_("现名：%(name)s") % {"name": today.name})
    if today.parent is not None and today.parent_id != unit.pk:
        parts.append(_("现属：%(name)s") % {"name": today.parent.name})
    return "，".join(parts)
