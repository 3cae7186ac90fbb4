"""What a bulletin says, read from one edition of a closed week: the units of its lines and scope, in official order."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Protocol

from django.utils.translation import gettext as _

from orgs.choices import Kind
from orgs.querysets.scope import Span, UnitsInCharge
from reporting import moves, scopes
from reporting.bulletin_figures import FLOWS, Figures, UnitFigures
from reporting.choices import HEAT_WEEKS
from reporting.coverage import Coverage, CoverageFacts
from reporting.models import ClosedWeek, WeekUnit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from orgs.models import OrgUnit

COLUMNS = (
    "week_id", "unit_id", "kind_id", "line", "name", "is_open", "coverage_part", "coverage_base", "sub_covered_capped",
    "sub_holders", "sub_unreported", "sub_base_missing", "poor_streak",
    *(f"{side}_{name}" for side in ("own", "sub") for name in FLOWS),
)  # fmt: skip


class Row(CoverageFacts, Protocol):
    """A row as `COLUMNS` reads it."""

    week_id: int
    unit_id: int
    kind_id: str
    line: str
    name: str
    is_open: bool
    poor_streak: int


class Reading:
    """The unit's own rows and its subordinates' in the week and the closed ones before it; one statement."""

    def __init__(self, closed: ClosedWeek, unit: OrgUnit, *, scope: str, lines: Sequence[str]) -> None:
        earlier = ClosedWeek.objects.newest_editions().filter(starts_on__lt=closed.starts_on).reverse()
        self.recent = [closed, *earlier[: HEAT_WEEKS - 1]]
        self.is_whole = scope == scopes.ALL and not lines
        self.roots: dict[int, Row] = {}
        self.below: dict[int, list[Row]] = defaultdict(list)
        for row in _rows([each.pk for each in self.recent], unit, lines):
            if row.unit_id == unit.pk:
                self.roots[row.week_id] = row
            elif scopes.belongs(row.kind_id, row.line, scope):
                self.below[row.week_id].append(row)

    @property
    def before_pk(self) -> int | None:
        """The calendar week before, if it is closed: there is no delta against a missing week."""
        wanted = self.recent[0].week.previous()
        return next((each.pk for each in self.recent if each.week == wanted), None)

    def coverage(self, week_pk: int | None) -> Coverage | None:
        """Of the whole scope in a week; None where the unit has no row."""
        if week_pk is None or week_pk not in self.roots:
            return None
        if self.is_whole:
            return Coverage.of(self.roots[week_pk])
        return Coverage.of_all(self.below[week_pk])

    def total(self, name: str) -> int:
        """A flow of the whole scope: the unit's own subtree figure, else the sum of what is shown."""
        pk = self.recent[0].pk
        root = self.roots.get(pk)
        if self.is_whole and root is not None:
            return int(getattr(root, f"sub_{name}"))
        return sum(getattr(row, f"sub_{name}") for row in self.below[pk])

    def units(self) -> list[UnitFigures]:
        """Subordinates in operation at the week's end."""
        history = {(pk, row.unit_id): Coverage.of(row) for pk, found in self.below.items() for row in found}
        shown = [row for row in self.below[self.recent[0].pk] if row.is_open]
        return [self._unit(row, history) for row in shown]

    def moves(self) -> list[str]:
        """Units that came from or went to another superior since the week before: a delta names the move (metrics.md)."""
        before, now = self.before_pk, self.recent[0].pk
        if before is None or before not in self.roots:
            return []
        names_now = {row.unit_id: row.name for row in self.below[now]}
        names_before = {row.unit_id: row.name for row in self.below[before]}
        return moves.sentences(WeekUnit.objects.all(), before, now, names_before, names_now)

    def _unit(self, row: Row, history: dict[tuple[int, int], Coverage]) -> UnitFigures:
        before = self.before_pk
        weeks = 0
        for closed in self.recent:
            past = history.get((closed.pk, row.unit_id))
            if past is None or not past.is_unreported:
                break
            weeks += 1
        return UnitFigures(
            row.unit_id,
            row.name,
            row.kind_id,
            row.line,
            Coverage.of(row),
            history.get((before, row.unit_id)) if before is not None else None,
            weeks,
            row.poor_streak,
            {name: getattr(row, f"sub_{name}") for name in FLOWS},
        )


def read(closed: ClosedWeek, unit: OrgUnit, *, scope: str, lines: Sequence[str]) -> Figures | None:
    """The figures of the unit's subordinates of these lines; None where the unit did not exist in that week."""
    reading = Reading(closed, unit, scope=scope, lines=lines)
    coverage = reading.coverage(closed.pk)
    if coverage is None:
        return None
    whole = _("全省") if reading.roots[closed.pk].kind_id == Kind.PROVINCE else _("所属单位")
    return Figures(
        week=str(closed.week),
        edition=closed.edition,
        who=str(scopes.NAMES.get(scope, whole)),
        coverage=coverage,
        before=reading.coverage(reading.before_pk),
        totals={name: reading.total(name) for name in FLOWS},
        units=reading.units(),
        moves=reading.moves(),
    )


def _rows(week_pks: list[int], unit: OrgUnit, lines: Sequence[str]) -> Iterable[Row]:
    seen = UnitsInCharge((Span.of(unit, lines=tuple(lines)),))
    visible = WeekUnit.objects.within(seen).for_weeks(week_pks)
    both = visible.children_of(unit.pk, is_national=unit.is_national) | visible.filter(unit_id=unit.pk)
    found: Iterable[Row] = both.with_coverage().in_official_order().values_list(*COLUMNS, named=True)
    return found
