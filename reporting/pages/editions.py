"""The closed weeks with their editions, what waits for a new one, and what differs between two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.paginator import Page, Paginator
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from orgs.http import whole_number
from reporting.choices import CheckKind
from reporting.figures import DISTINCT, FIGURES, NOT_IN_FIRST_DIGEST
from reporting.models import ClosedWeek, DailyRecord, SpotCheck, WeekUnit
from reporting.pages import base_choice, figure_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.utils.functional import _StrPromise

    from orgs.kernel.clock import Week
    from orgs.querysets.scope import UnitsInCharge
    from reporting.pages.base_choice import TakenBases
    from reporting.querysets.weekly import WeekUnitQuerySet

UNITS_PER_PAGE = 50
UNITS_AT_ONCE = 500
OWN = (*(f"own_{name}" for name in FIGURES), "own_covered", "poor_streak", "poor_streak_max")
SUBTREE = tuple(f"sub_{name}" for name in FIGURES)
_WORDS: dict[str, _StrPromise] = {
    "covered": _("填报联系人数（本单位）"),
    "base_youth": _("青年底数"),
    "poor_streak": _("连续为“差”的次数"),
    "poor_streak_max": _("本年度最多连续为“差”的次数"),
} | {name: figure.label for name, figure in figure_words.FIGURES.items()}


@dataclass(frozen=True, slots=True)
class Waiting:
    """What came after the newest edition and a new one would take in."""

    n_records: int
    n_checks: int
    n_voided: int


def waiting(week: Week) -> Waiting:
    """Three statements. Raises Http404 where the week is not closed."""
    newest = ClosedWeek.objects.published().of_week(week).first()
    if newest is None:
        raise Http404
    known = newest.known_until or week.ends_at
    checks = SpotCheck.objects.filter(kind=CheckKind.POSTS).of_days_of(week)
    return Waiting(
        DailyRecord.objects.between(week.starts_on, week.ends_on).filter(recorded_at__gte=known).count(),
        checks.valid().filter(checked_at__gte=known).count(),
        checks.filter(checked_at__lt=known, voided_at__gte=known).count(),
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure in two editions; None = missing."""

    label: str
    before: int | None
    after: int | None

    @property
    def change(self) -> str:
        """With its sign, in words without colour: more is not better for every figure."""
        if self.before is None or self.after is None:
            return "—"
        return f"{self.after - self.before:+,}".replace("-", "−")


@dataclass(frozen=True, slots=True)
class UnitDifference:
    """A unit whose own figures differ."""

    unit_id: int
    name: str
    differences: list[Difference]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two editions of a week: the reader's unit with all below it, and the units in which the difference lies."""

    before: ClosedWeek
    after: ClosedWeek
    editions: list[ClosedWeek]
    unit_name: str
    totals: list[Difference]
    bases: TakenBases
    page: Page[WeekUnit]
    units: list[UnitDifference]


def compare(week: Week, in_charge: UnitsInCharge, params: Mapping[str, str]) -> Comparison | None:
    """Editions `from` and `to` of an address, else the two newest; None where there is one only. Eight statements.

    Raises Http404 for a week or an edition that is not published.
    """
    found, before, after = _pair(week, params)
    if before is None:
        return None
    name, totals = _totals(before, after, in_charge)
    page = Paginator(_seen(before, after, in_charge), UNITS_PER_PAGE).get_page(params.get("page"))
    units, bases = _units(before, after, list(page)), base_choice.taken(before, after, in_charge)
    return Comparison(before, after, found, name, totals, bases, page, units)


@dataclass(frozen=True, slots=True)
class WholeComparison:
    """As `Comparison`, with all units, read some at a time as they are asked for; `n_rows` figures differ, totals too."""

    before: ClosedWeek
    after: ClosedWeek
    unit_name: str
    totals: list[Difference]
    n_rows: int
    units: Iterator[UnitDifference]


def pair(week: Week, params: Mapping[str, str]) -> tuple[ClosedWeek, ClosedWeek] | None:
    """The two editions that `compare` shows; None where there is one only. Raises Http404 as it does."""
    _found, before, after = _pair(week, params)
    return (before, after) if before else None


def between(before: ClosedWeek, after: ClosedWeek, in_charge: UnitsInCharge) -> WholeComparison:
    """All pages of `compare`, for a file."""
    name, totals = _totals(before, after, in_charge)
    ids = list(_seen(before, after, in_charge).values_list("unit_id", flat=True))
    # Counted beforehand, as the sheets of a workbook and the audit line need it; no more than a piece is held.
    n_rows = len(totals) + sum(len(each.differences) for each in _in_pieces(before, after, ids))
    return WholeComparison(before, after, name, totals, n_rows, _in_pieces(before, after, ids))


def _in_pieces(before: ClosedWeek, after: ClosedWeek, ids: list[int]) -> Iterator[UnitDifference]:
    for at in range(0, len(ids), UNITS_AT_ONCE):
        piece = ids[at : at + UNITS_AT_ONCE]
        rows = {row.unit_id: row for row in WeekUnit.objects.for_week(after.pk).filter(unit_id__in=piece)}
        yield from _units(before, after, [rows[pk] for pk in piece])


def _pair(week: Week, params: Mapping[str, str]) -> tuple[list[ClosedWeek], ClosedWeek | None, ClosedWeek]:
    """All editions, and the two that the address names. Raises Http404 for any that is not published."""
    found = list(ClosedWeek.objects.published().of_week(week))
    if not found:
        raise Http404
    after = _edition(found, params.get("to")) or found[0]
    earlier = [each for each in found if each.edition < after.edition]
    return found, _edition(found, params.get("from")) or next(iter(earlier), None), after


def _seen(before: ClosedWeek, after: ClosedWeek, in_charge: UnitsInCharge) -> WeekUnitQuerySet:
    columns = _in_both(before, after, OWN)
    differing = WeekUnit.objects.within(in_charge).for_week(after.pk).differing_from(before.pk, columns)
    return differing.order_by("depth", "position", "code")


def _units(before: ClosedWeek, after: ClosedWeek, rows: list[WeekUnit]) -> list[UnitDifference]:
    """What differs in each of these rows; one statement."""
    ids, columns = [row.unit_id for row in rows], _in_both(before, after, OWN)
    old = {row.unit_id: row for row in WeekUnit.objects.for_week(before.pk).filter(unit_id__in=ids)}
    return [
        UnitDifference(row.unit_id, row.name, _differences(vars(old[row.unit_id]), vars(row), columns))
        for row in rows
    ]


def _in_both(before: ClosedWeek, after: ClosedWeek, columns: tuple[str, ...]) -> tuple[str, ...]:
    """Without figures that were not there yet when one of the editions was closed: nobody has corrected them."""
    if min(before.digest_form, after.digest_form) > 1:
        return columns
    return tuple(name for name in columns if _figure(name) not in NOT_IN_FIRST_DIGEST)


def _edition(found: list[ClosedWeek], text: str | None) -> ClosedWeek | None:
    if not text:
        return None
    chosen = next((each for each in found if each.edition == whole_number(text)), None)
    if chosen is None:
        raise Http404
    return chosen


def _totals(before: ClosedWeek, after: ClosedWeek, in_charge: UnitsInCharge) -> tuple[str, list[Difference]]:
    """Of the reader's highest unit; who sees only some lines of it gets the sum of the subordinates of these lines."""
    top = in_charge.widest()
    if top is None:
        return "", []
    # Persons of several subordinates are no sum (R3).
    columns = tuple(f"sub_{name}" for name in FIGURES if name not in DISTINCT) if top.lines else SUBTREE
    columns = _in_both(before, after, columns)
    both = WeekUnit.objects.within(in_charge).for_weeks([before.pk, after.pk])
    own = both.filter(unit_id=top.unit_id)
    names = dict(own.values_list("week_id", "name"))
    if len(names) < 2:
        return "", []
    shown = both.children_of(top.unit_id, is_national=top.is_forest) if top.lines else own
    rows = list(shown.values("week_id", *columns))
    then, now = (
        _sums([row for row in rows if row["week_id"] == each.pk], columns) for each in (before, after)
    )
    return names[after.pk], _differences(then, now, columns)


def _sums(rows: list[dict[str, int | None]], columns: tuple[str, ...]) -> dict[str, int | None]:
    """Column by column; what is missing everywhere stays missing."""
    known = {name: [value for row in rows if (value := row[name]) is not None] for name in columns}
    return {name: sum(found) if found else None for name, found in known.items()}


def _differences(
    before: Mapping[str, int | None], after: Mapping[str, int | None], columns: tuple[str, ...]
) -> list[Difference]:
    return [
        Difference(_label(name), before[name], after[name]) for name in columns if before[name] != after[name]
    ]


def _label(column: str) -> str:
    name = _figure(column)
    return str(_WORDS.get(name, name))


def _figure(column: str) -> str:
    return column.removeprefix("own_").removeprefix("sub_")
