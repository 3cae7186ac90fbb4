"""The rows behind a difference between two closed weeks: of a stock the subordinates, of what happened the weeks between."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db.models import Sum
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from reporting.models import WeekUnit
from reporting.pages import breakdown
from reporting.pages.board import EVERYTHING

if TYPE_CHECKING:
    from orgs.kernel.clock import Week
    from reporting.pages.breakdown import Breakdown, Part
    from reporting.pages.figure_words import Figure
    from reporting.pages.lineage import Lineage
    from reporting.pages.weeks import ChosenWeek
    from reporting.querysets.weekly import WeekUnitQuerySet


@dataclass(frozen=True, slots=True)
class Row:
    """One subordinate in both weeks, or one week of what happened (`before` and `now` None); urls lead to its rows."""

    name: str
    change: int | None
    url: str = ""
    before: int | None = None
    now: int | None = None
    before_url: str = ""
    change_url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows that sum to `total`, where no number is missing; `now` and `before` are the figure itself, of stocks only."""

    other: ChosenWeek
    rows: list[Row]
    total: int | None
    before: int | None = None
    now: int | None = None


def read(chosen: ChosenWeek, line: Lineage, figure: Figure, since: Week) -> Difference:
    """Two statements. Raises Http404 where `since` is no closed week before the one shown."""
    against = chosen.against(since)
    if against.other is None:
        raise Http404
    other = replace(chosen, closed=against.other, is_asked=False)
    return _flow(chosen, other, line, figure) if figure.is_flow else _stock(chosen, other, line, figure)


def _stock(chosen: ChosenWeek, other: ChosenWeek, line: Lineage, figure: Figure) -> Difference:
    now = breakdown.read(chosen, line, figure, EVERYTHING)
    before = breakdown.read(other, line, figure, EVERYTHING)
    parts, former = _by_key(now), _by_key(before)
    keys = [*parts, *(key for key in former if key not in parts)]
    rows = [_row(former.get(key), parts.get(key)) for key in keys]
    rows = [_linked(row, key, chosen, other, figure) for row, key in zip(rows, keys, strict=True)]
    shown = [row for row in rows if row.change or row.before is None or row.now is None]
    total = None if now.total is None or before.total is None else now.total - before.total
    return Difference(other, shown, total, before.total, now.total)


def _by_key(found: Breakdown) -> dict[object, Part]:
    """Rows by unit, or by what they say where they are no unit's; subordinates with nothing too."""
    others = [part for part in found.parts if part.unit_id is None]
    return {part.unit_id or part.name: part for part in (*others, *found.children)}


def _linked(row: Row, key: object, chosen: ChosenWeek, other: ChosenWeek, figure: Figure) -> Row:
    """With the way to the rows of its own difference, for a subordinate of both weeks."""
    if not isinstance(key, int) or not (row.url and row.before_url):
        return row
    url = reverse("reporting:show-difference", args=[chosen.week, key, figure.name, other.week])
    return replace(row, change_url=chosen.address(url))


def _row(before: Part | None, now: Part | None) -> Row:
    part = now or before
    values = [each.value if each else None for each in (before, now)]
    note = part.note if part else ""
    if part is not None and part.unit_id is not None and (before is None or now is None):
        note = _("新设或划入") if before is None else _("已撤销或划出")
    return Row(
        part.name if part else "",
        _change(before, now),
        now.url if now else "",
        values[0],
        values[1],
        before.url if before else "",
        note=note,
    )


def _change(before: Part | None, now: Part | None) -> int | None:
    """What came or went; None where a week has the unit without a number, as missing is not 0."""
    then, today = (each.value if each else 0 for each in (before, now))
    return None if then is None or today is None else today - then


def _flow(chosen: ChosenWeek, other: ChosenWeek, line: Lineage, figure: Figure) -> Difference:
    """Week by week, of the weeks in which the unit stood where it stands in the one shown.

    For a department that is the sum of the rows it sees, as in `breakdown`.
    """
    since, until = other.closed.starts_on, chosen.closed.starts_on
    weeks = [each for each in chosen.closed_weeks if since < each.starts_on < until]
    seen = WeekUnit.objects.within(line.in_charge).for_weeks([each.pk for each in (chosen.closed, *weeks)])
    here = seen.filter(unit_id=line.row.unit_id, parent_id=line.row.parent_id)
    counts = _counts(here, figure, "sub" if line.sees_all else "own")
    if not line.sees_all:
        # SECURITY: the sum of the whole subtree holds lines that the reader may not see.
        below = seen.children_of(line.row.unit_id, is_national=line.is_national)
        of_children = _counts(below, figure, "sub")
        counts = {pk: n + of_children.get(pk, 0) for pk, n in counts.items()}
    rows = []
    for each in (chosen.closed, *weeks):
        if each.pk in counts:
            url = reverse("reporting:show-rows", args=[each.week, line.row.unit_id, figure.name])
            is_shown = each.pk == chosen.closed.pk
            rows.append(Row(each.week.label, counts[each.pk], chosen.address(url) if is_shown else url))
    return Difference(other, rows, sum(counts.values()))


def _counts(rows: WeekUnitQuerySet, figure: Figure, side: str) -> dict[int, int]:
    """What happened in these units, by week."""
    columns = {f"n_{name}": Sum(f"{side}_{name}") for name, _sign in figure.parts}
    found = rows.order_by().values("week_id").annotate(**columns).values_list("week_id", *columns)
    return {week_pk: sum(count or 0 for count in counts) for week_pk, *counts in found}
