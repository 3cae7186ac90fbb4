"""The board of one unit: its subordinates in one closed week and the nine before, from the snapshot alone.

Placement, names and figures are those of the week; today's tree decides only what the reader may see.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from django.db.models import F, Sum

from reporting.coverage import Coverage, change_in_points, shown_change
from reporting.models import WeekUnit
from reporting.scopes import SCOPES, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction

    from orgs.querysets.scope import UnitsInCharge
    from reporting.pages.weeks import ChosenWeek
    from reporting.querysets.weekly import WeekUnitQuerySet

OFFICIAL, BY_COVERAGE, BY_GAP = "official", "coverage", "gap"
SORTS = (OFFICIAL, BY_COVERAGE, BY_GAP)
EVERYTHING = Scope()
FLOWS = ("opened", "closed", "changed", "admin_changed")  # added up between two weeks that are compared

SUMMED = (
    "orgs", "orgs_with_account", "orgs_with_group", "orgs_with_admin", "accounts_public", "holders", "unreported",
    "expected", "submitted", "returned", "opened", "closed", "changed", "admin_changed", "checks", "checks_poor",
    "posts", "channels_recorded",
)  # fmt: skip
# What is open at the week's end and could be recorded.
CHANNELS = (
    "accounts_personal", "accounts_public", "accounts_weibo", "accounts_other", "groups_member", "groups_link",
    "groups_dedicated", "groups_other",
)  # fmt: skip
PLACED_NOW = {"parent": "parent_id", "tree": "tree_id", "lft": "lft", "rght": "rght"}
COLUMNS = (
    "week_id", "unit_id", "parent_id", "kind_id", "line", "name", "is_open", "base_year", "own_covered",
    "own_base_members", "coverage_part", "coverage_base", "sub_covered_members", "sub_covered_capped",
    "sub_base_missing", "poor_streak", "parent_now", "tree_now", "lft_now", "rght_now",
    *(f"{side}_{name}" for side in ("own", "sub") for name in SUMMED),
    *(f"sub_{name}" for name in CHANNELS if name not in SUMMED),
)  # fmt: skip


class SnapshotRow(Protocol):
    """A row as `COLUMNS` reads it."""

    week_id: int
    unit_id: int
    parent_id: int | None
    kind_id: str
    line: str
    name: str
    parent_now: int | None
    tree_now: int
    lft_now: int
    rght_now: int
    is_open: bool
    coverage_part: int | None
    coverage_base: int | None
    sub_covered_capped: int
    own_holders: int
    sub_holders: int
    sub_unreported: int
    sub_base_missing: int
    sub_checks_poor: int
    sub_posts: int
    sub_channels_recorded: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One week of one unit; `coverage` None: the unit was not below this one then."""

    week: str
    coverage: Coverage | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A subordinate on the board."""

    row: SnapshotRow
    coverage: Coverage
    change: Fraction | int | None
    cells: list[Cell]

    @property
    def weeks_unreported(self) -> int:
        """For how many closed weeks in a row up to this one nothing has been reported."""
        n = 0
        for cell in reversed(self.cells):
            if cell.coverage is None or not cell.coverage.is_unreported:
                break
            n += 1
        return n


@dataclass(slots=True)
class Board:
    """A unit's week. `is_whole` is False where the reader sees only some lines of what stands below."""

    chosen: ChosenWeek
    root: SnapshotRow | None
    among: Scope
    sort: str
    is_whole: bool
    rows_by_week: dict[int, list[SnapshotRow]] = field(default_factory=dict)
    roots_by_week: dict[int, SnapshotRow] = field(default_factory=dict)
    # unit -> sums of `chosen.between`; None: too many weeks to be added up
    flows_between: dict[int, dict[str, int]] | None = field(default_factory=dict)

    @property
    def scope(self) -> str:
        """The scope in one word."""
        return self.among.text

    @property
    def is_for_all(self) -> bool:
        return self.among.is_all

    def counts(self) -> dict[str, int]:
        """How many subordinates each of the four views has as narrowed, in operation at the week's end."""
        return {
            view: sum(in_scope(row, self.among.seen_as(view)) for row in self.in_operation())
            for view in SCOPES
        }

    def in_operation(self) -> list[SnapshotRow]:
        """Every subordinate at the week's end, whatever the scope."""
        return [row for row in self._all(self.chosen.closed.pk) if row.is_open]

    def entries(self) -> list[Entry]:
        """The subordinates of the scope in the chosen order; what has no rate stands last in an order by rate."""
        history = {
            (week_pk, row.unit_id): Coverage.of(row)
            for week_pk, rows in self.rows_by_week.items()
            for row in rows
        }
        shown = [row for row in self.rows() if row.is_open]
        return ordered([self._entry(row, history) for row in shown], self.sort)

    def rows(self, week_pk: int | None = None) -> list[SnapshotRow]:
        """Rows of the scope in a week (the chosen one), closed units with flows included."""
        pk = self.chosen.closed.pk if week_pk is None else week_pk
        return [row for row in self._all(pk) if in_scope(row, self.among)]

    def figure(self, name: str, week_pk: int | None = None) -> int | None:
        """A figure of the whole scope: the unit's own subtree figure, else the sum of what is shown."""
        pk = self.chosen.closed.pk if week_pk is None else week_pk
        root = self.roots_by_week.get(pk)
        if root is None:
            return None
        if self.is_for_all and self.is_whole:
            return int(getattr(root, f"sub_{name}"))
        own = getattr(root, f"own_{name}") if self.is_for_all else 0
        return int(own + sum(getattr(row, f"sub_{name}") for row in self.rows(pk)))

    def change(self, *names: str) -> int | None:
        """A figure (or the sum of several) against the closed week before; None when that week is missing."""
        before = self.chosen.week_before_pk
        if before is None or before not in self.roots_by_week:
            return None
        return sum((self.figure(name) or 0) - (self.figure(name, before) or 0) for name in names)

    def coverage(self, week_pk: int | None = None) -> Coverage | None:
        """Coverage of the whole scope in a week."""
        pk = self.chosen.closed.pk if week_pk is None else week_pk
        root = self.roots_by_week.get(pk)
        if root is None:
            return None
        if self.is_for_all and self.is_whole:
            return Coverage.of(root)
        return Coverage.of_all(self.rows(pk))

    def coverage_change(self) -> Fraction | None:
        """Percentage points of the whole scope against the closed week before."""
        now, before = self.coverage(), self.chosen.week_before_pk
        return change_in_points(now, self.coverage(before)) if now and before is not None else None

    def trend(self) -> list[tuple[str, Fraction | None]]:
        """(label, share) of the whole scope, the oldest week first."""
        covered = [(each, self.coverage(each.pk)) for each in self.chosen.recent]
        return [(f"{each.number}周", known.share if known else None) for each, known in covered]

    def _all(self, week_pk: int) -> list[SnapshotRow]:
        return self.rows_by_week.get(week_pk, [])

    def _entry(self, row: SnapshotRow, history: dict[tuple[int, int], Coverage]) -> Entry:
        covered = Coverage.of(row)
        before = self.chosen.week_before_pk
        past = history.get((before, row.unit_id)) if before is not None else None
        cells = [Cell(str(each.week), history.get((each.pk, row.unit_id))) for each in self.chosen.recent]
        return Entry(row, covered, shown_change(change_in_points(covered, past)), cells)


def read(
    chosen: ChosenWeek,
    unit_pk: int,
    in_charge: UnitsInCharge,
    *,
    is_whole: bool,
    is_national: bool = False,
    among: Scope = EVERYTHING,
    sort: str = OFFICIAL,
) -> Board:
    """One statement for ten weeks: the unit's own rows and its subordinates', as far as the reader may see them.

    One more where the week is compared with one before those.
    """
    seen = WeekUnit.objects.within(in_charge)
    visible = seen.for_weeks(chosen.pks)
    both = visible.children_of(unit_pk, is_national=is_national) | visible.filter(unit_id=unit_pk)
    rows = read_rows(both.in_official_order())
    roots: dict[int, SnapshotRow] = {}
    below: dict[int, list[SnapshotRow]] = defaultdict(list)
    for row in rows:
        if row.unit_id == unit_pk:
            roots[row.week_id] = row
        else:
            below[row.week_id].append(row)
    between = [each.pk for each in chosen.between]
    flows = (
        _flows(seen.for_weeks(between).children_of(unit_pk, is_national=is_national), among)
        if between
        else {}
    )
    root = roots.get(chosen.closed.pk)
    return Board(chosen, root, among, sort, is_whole, dict(below), roots, flows)


def read_rows(rows: WeekUnitQuerySet) -> Iterable[SnapshotRow]:
    """The rows as boards have them, with where their units stand today, which decides what the reader may open."""
    now = {f"{name}_now": F(f"unit__{column}") for name, column in PLACED_NOW.items()}
    found: Iterable[SnapshotRow] = rows.with_coverage().annotate(**now).values_list(*COLUMNS, named=True)
    return found


def _flows(rows: WeekUnitQuerySet, among: Scope) -> dict[int, dict[str, int]]:
    """unit -> what happened in and below it in the weeks of the rows."""
    key = ("unit_id", "kind_id", "line")
    sums = rows.order_by().values(*key).annotate(**{name: Sum(f"sub_{name}") for name in FLOWS})
    found: dict[int, dict[str, int]] = {}
    for unit_id, kind, line, *counts in sums.values_list(*key, *FLOWS):
        if among.holds(kind, line):
            counted = found.setdefault(unit_id, dict.fromkeys(FLOWS, 0))
            for name, n in zip(FLOWS, counts, strict=True):
                counted[name] += int(n)
    return found


def in_scope(row: SnapshotRow, among: Scope) -> bool:
    """Whether the row belongs to the scope."""
    return among.holds(row.kind_id, row.line)


def ordered(entries: Iterable[Entry], sort: str) -> list[Entry]:
    """In the official order as read, or by rate or gap with what has none last."""
    listed = list(entries)
    if sort == BY_COVERAGE:
        return sorted(listed, key=lambda each: (each.coverage.share is None, each.coverage.share or 0))
    if sort == BY_GAP:
        return sorted(listed, key=lambda each: (not each.coverage.is_rate, -each.coverage.shortfall))
    return listed
