"""核减 in a closed week: by how much what was declared falls short where inspections found less (metrics.md, "verified beside declared").

READING. A verified figure counts in a week when it was found before the week's end and not voided before it, so that the
same week gives the same figures for ever. Of several about one group the last one counts. In its unit:
- a group that wasn't found is no group: a unit left without one of its own kind has none, without any it covers nobody;
- what a group has fewer than declared (as it stood in the week) is taken off the unit's covered members;
- where each group of the unit was verified, the unit covers no more than they hold.
Nothing ever rises. Superiors fall by what their units fall, capped where the unit's base caps it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.choices import LINK_GROUPS, MEMBER_FACING_GROUPS, GroupStatus
from accounts.models import GroupVersion
from orgs.models import UnitKind
from reporting.models import VerifiedCount, WeekUnit
from reporting.querysets.pages import stood_at_end_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from reporting.models import ClosedWeek

OF_KIND = {"member": MEMBER_FACING_GROUPS, "link": LINK_GROUPS}
ROW = (
    "unit_id", "parent_id", "kind_id", "own_base_members", "own_covered_members", "own_orgs_with_group",
    "own_groups_member", "own_groups_link", "own_groups_dedicated", "own_groups_other",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Less:
    """What is to be taken off the declared figures of a subtree."""

    covered_members: int = 0
    covered_capped: int = 0
    orgs_with_group: int = 0

    def __add__(self, other: Less) -> Less:
        return Less(
            self.covered_members + other.covered_members,
            self.covered_capped + other.covered_capped,
            self.orgs_with_group + other.orgs_with_group,
        )


@dataclass(frozen=True, slots=True)
class Found:
    """A group as it stood in the week: `verified` None where nobody has looked."""

    kind: str
    declared: int | None
    verified: int | None


def of_weeks(weeks: Iterable[ClosedWeek], unit_ids: Iterable[int]) -> dict[int, dict[int, Less]]:
    """Week → unit → what is taken off; one statement where nothing was ever verified."""
    ids, is_needed = list(unit_ids), VerifiedCount.objects.exists()
    return {each.pk: of_units(each, ids) if is_needed else {} for each in weeks}


def of_units(closed: ClosedWeek, unit_ids: Iterable[int]) -> dict[int, Less]:
    """For each unit that falls short with everything below it. One statement where nothing was verified, else a dozen."""
    verified = _verified(closed)
    if not verified:
        return {}
    groups = _groups(closed, verified)
    rows = _with_superiors(closed, groups)
    own_groups = dict(UnitKind.objects.values_list("code", "own_group"))
    asked = set(unit_ids)
    found: dict[int, Less] = defaultdict(Less)
    for unit_id, known in groups.items():
        row = rows.get(unit_id)
        if row is None:
            continue
        less = less_of(row, known, OF_KIND.get(own_groups[row.kind_id], ()))
        for superior, is_settled in _upward(row, rows):
            if superior in asked:
                capped = less.covered_capped if is_settled else 0
                found[superior] += Less(less.covered_members, capped, less.orgs_with_group)
    return {unit_id: less for unit_id, less in found.items() if less != Less()}


def less_of(row: WeekUnit, groups: Sequence[Found], own_kinds: Collection[str]) -> Less:
    """What one unit falls short of. `covered_capped` is what it is once a base caps it. Pure."""
    counts = (row.own_groups_member, row.own_groups_link, row.own_groups_dedicated, row.own_groups_other)
    looked_at = [each for each in groups if each.verified is not None]
    n_missing = sum(each.verified == 0 for each in looked_at)
    covered = _covered(row.own_covered_members, looked_at, n_groups=sum(counts), n_missing=n_missing)
    of_kind = row.own_groups_member if own_kinds == MEMBER_FACING_GROUPS else row.own_groups_link
    n_kind_missing = sum(each.verified == 0 and each.kind in own_kinds for each in looked_at)
    loses_group = row.own_orgs_with_group == 1 and n_kind_missing >= of_kind
    return Less(
        row.own_covered_members - covered,
        _capped(row.own_covered_members, row.own_base_members) - _capped(covered, row.own_base_members),
        int(loses_group),
    )


def _covered(declared: int, looked_at: Sequence[Found], *, n_groups: int, n_missing: int) -> int:
    """The members a unit covers after inspection, never more than declared."""
    if n_missing and n_missing >= n_groups:
        return 0
    short = sum(max(0, (each.declared or 0) - (each.verified or 0)) for each in looked_at)
    left = max(0, declared - short)
    if looked_at and len(looked_at) >= n_groups:
        left = min(left, sum(each.verified or 0 for each in looked_at))
    return left


def _capped(covered: int, base: int | None) -> int:
    return covered if base is None else min(covered, base)


def _verified(closed: ClosedWeek) -> dict[int, int]:
    """Group -> the last number verified by then."""
    counts = VerifiedCount.objects.valid_at(closed.known_until or closed.week.ends_at)
    return dict(counts.order_by("verified_at", "pk").values_list("group_id", "verified"))


def _groups(closed: ClosedWeek, verified: dict[int, int]) -> dict[int, list[Found]]:
    """Unit -> its open groups at the week's end, of units in which one was looked at."""
    standing = GroupVersion.objects.filter(stood_at_end_of(closed.week), status=GroupStatus.OPEN)
    units = set(standing.filter(group_id__in=verified).values_list("unit_id", flat=True))
    found: dict[int, list[Found]] = defaultdict(list)
    rows = standing.filter(unit_id__in=units).values_list("unit_id", "group_id", "kind", "members")
    for unit_id, group_id, kind, members in rows:
        found[unit_id].append(Found(kind, members, verified.get(group_id)))
    return found


def _with_superiors(closed: ClosedWeek, unit_ids: Iterable[int]) -> dict[int, WeekUnit]:
    """The frozen rows of the units and of everybody above them, a statement per level."""
    known: dict[int, WeekUnit] = {}
    missing = set(unit_ids)
    while missing:
        found = WeekUnit.objects.filter(week=closed, unit_id__in=missing).only(*ROW, "week_id")
        known |= {row.unit_id: row for row in found}
        missing = {row.parent_id for row in found if row.parent_id is not None} - known.keys()
    return known


def _upward(row: WeekUnit, rows: dict[int, WeekUnit]) -> Iterable[tuple[int, bool]]:
    """The unit and its superiors; whether what the unit covers is capped by a base there or below."""
    is_settled, at = False, row
    while True:
        is_settled = is_settled or at.own_base_members is not None
        yield at.unit_id, is_settled
        above = rows.get(at.parent_id) if at.parent_id is not None else None
        if above is None:
            return
        at = above
