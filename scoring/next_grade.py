"""离下一等次: what the unit still can do to reach the next grade, the cheapest of it, and what is out of reach (SUP-4.3).

Pure: the scores come in loaded. The sums follow the sheet: items and sections within their floors and caps.
READING of cheapest: a document, a meeting, a group, a check, a week count one each, and people by 40, which is the
least a member-facing group is asked to have (UNI-2.1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING

from scoring import rules
from scoring.choices import Metric
from scoring.looking_ahead import Ahead, Outlook, Thing, of_score
from scoring.rules.sums import BEST
from scoring.tallies import floors_of

if TYPE_CHECKING:
    from scoring.models import Item, Section, Sheet
    from scoring.rules.next_steps import Step
    from scoring.tallies import ItemTally, SectionTally, Tally

PEOPLE_TO_ONE = 40
OF_PEOPLE = frozenset({Metric.MEMBERS_COVERAGE, Metric.REPORTED_COVERAGE})


@dataclass(frozen=True, slots=True)
class Need:
    """So many more of one thing (negative: fewer)."""

    thing: Thing
    add: int

    @property
    def cost(self) -> Fraction:
        n = Fraction(abs(self.add))
        return n / PEOPLE_TO_ONE if _is_people(self.thing) else n


@dataclass(frozen=True, slots=True)
class Pick:
    """One criterion lifted by one of its steps."""

    ahead: Ahead
    step: Step

    @property
    def gain(self) -> Decimal:
        return self.step.points - self.ahead.points

    @property
    def needs(self) -> list[Need]:
        """What the step takes; what it needs none of is left out."""
        pairs = zip(self.ahead.things, self.step.adds, strict=True)
        return [Need(thing, add) for thing, add in pairs if add]


@dataclass(frozen=True, slots=True)
class Way:
    """A combination of steps: the points it comes to, and what it takes.

    What counts for several criteria is done once, as often as the most demanding of them asks.
    """

    points: Decimal
    picks: tuple[Pick, ...] = ()
    needs: Mapping[str, Need] = field(default_factory=dict)
    cost: Fraction = Fraction(0)

    @classmethod
    def of_step(cls, ahead: Ahead, step: Step) -> Way:
        pick = Pick(ahead, step)
        return cls(step.points).taking((pick,), {need.thing.key: need for need in pick.needs})

    def beside(self, other: Way) -> Way:
        """Both of them, for the sum of their points."""
        points = self.points + other.points
        if not other.picks:
            return replace(self, points=points)
        return replace(self, points=points).taking(other.picks, other.needs)

    def taking(self, picks: tuple[Pick, ...], needs: Mapping[str, Need]) -> Way:
        found, cost = dict(self.needs), self.cost
        for key, need in needs.items():
            present = found.get(key)
            if present is None or need.cost > present.cost:
                cost += need.cost - (present.cost if present else 0)
                found[key] = need
        return replace(self, picks=self.picks + picks, needs=found, cost=cost)


@dataclass(frozen=True, slots=True)
class NextGrade:
    """Where a sheet stands and the way to the grade above it."""

    now: Decimal
    grade: str
    target: str
    floor: Decimal | None
    ways: Sequence[Ahead]  # every criterion
    cheapest: Way | None
    best: Decimal  # with every step there is, nothing from people
    people_most: Decimal  # what people who haven't scored yet can add at most
    ceiling: Decimal
    is_capped: bool
    outlook: Outlook

    @property
    def missing(self) -> Decimal:
        return rules.ZERO if self.floor is None else max(self.floor - self.now, rules.ZERO)

    @property
    def from_people(self) -> Decimal:
        """What people have to give beside every step there is."""
        return rules.ZERO if self.floor is None else max(self.floor - self.best, rules.ZERO)

    @property
    def is_out_of_reach(self) -> bool:
        return self.floor is not None and self.ceiling < self.floor

    @property
    def lost(self) -> list[Ahead]:
        """Criteria of which some points can't be had any more."""
        return [each for each in self.ways if each.lost > 0]


def look(sheet: Sheet, result: Tally) -> NextGrade:
    """The way to the next grade from the points that stand; a confirmed row of 差 leaves 优秀 out (SUP-4.1c)."""
    outlook = Outlook.after(sheet.year, sheet.week.week if sheet.week else None)
    aheads = {
        score.criterion.code: of_score(score, outlook) for item in result.items for score in item.scores
    }
    now = _sum(result, lambda each: each.points, aheads)
    is_capped = sheet.has_poor_flag and sheet.poor_flag_confirmed_at is not None
    floors = [row for row in floors_of(sheet) if not (is_capped and row[0] == BEST)]
    grade = rules.grade(now, floors)
    above = [row for row in floors if row[1] > now]
    target, floor = above[-1] if above else ("", None)
    steps_only = _sum(result, _with_steps, aheads)
    with_people = _sum(result, _with_people, aheads)
    return NextGrade(
        now=now,
        grade=grade,
        target=target,
        floor=floor,
        ways=list(aheads.values()),
        cheapest=cheapest(result, aheads, floor) if floor is not None and steps_only >= floor else None,
        best=steps_only,
        people_most=with_people - now,
        ceiling=_sum(result, lambda each: each.ceiling, aheads),
        is_capped=is_capped,
        outlook=outlook,
    )


def cheapest(result: Tally, aheads: Mapping[str, Ahead], floor: Decimal) -> Way | None:
    """The combination of steps with the least cost whose total reaches the floor; None where none does."""
    now = _sum(result, lambda each: each.points, aheads)
    most = floor - now + _slack(result, aheads)
    sections = [_section_ways(section, aheads, most) for section in result.sections]
    reached = [way for way in _together(sections, most) if max(way.points, rules.ZERO) >= floor]
    return min(reached, key=lambda way: (way.cost, len(way.picks)), default=None)


def _slack(result: Tally, aheads: Mapping[str, Ahead]) -> Decimal:
    """How far the raw sums lie below floors: so much may be gained without being seen in the total."""
    slack, whole = rules.ZERO, rules.ZERO
    for section in result.sections:
        inside = rules.ZERO
        for item in section.items:
            raw = sum((aheads[score.criterion.code].points for score in item.scores), rules.ZERO)
            inside += _within(raw, item.item)
            slack += max(_within(raw, item.item) - raw, rules.ZERO)
        whole += _within(inside, section.section)
        slack += max(_within(inside, section.section) - inside, rules.ZERO)
    return slack + max(-whole, rules.ZERO)


def _section_ways(section: SectionTally, aheads: Mapping[str, Ahead], most: Decimal) -> list[Way]:
    ways = _together([_item_ways(item, aheads, most) for item in section.items], most)
    return _best((replace(way, points=_within(way.points, section.section)) for way in ways), most)


def _item_ways(item: ItemTally, aheads: Mapping[str, Ahead], most: Decimal) -> list[Way]:
    found = [aheads[score.criterion.code] for score in item.scores]
    groups = [[Way(each.points), *(Way.of_step(each, step) for step in each.steps)] for each in found]
    ways = _together(groups, most)
    return _best((replace(way, points=_within(way.points, item.item)) for way in ways), most)


def _together(groups: Iterable[list[Way]], most: Decimal) -> list[Way]:
    """Every combination of one way of each group, less those that others beat."""

    def both(left: list[Way], right: list[Way]) -> list[Way]:
        return _best((a.beside(b) for a in left for b in right), most)

    return reduce(both, groups, [Way(rules.ZERO)])


def _best(ways: Iterable[Way], most: Decimal) -> list[Way]:
    """Those that no cheaper one equals in points, the cheapest first, up to the first that gains `most`."""
    found: list[Way] = []
    for way in sorted(ways, key=lambda way: (way.cost, -way.points, len(way.picks))):
        if found and found[-1].points - found[0].points >= most:
            break
        if not found or way.points > found[-1].points:
            found.append(way)
    return found


def _sum(result: Tally, points: Callable[[Ahead], Decimal], aheads: Mapping[str, Ahead]) -> Decimal:
    """The total of the sheet with these points for each criterion, every sum within its floor and cap."""
    sections = []
    for section in result.sections:
        items = (
            _within(
                sum((points(aheads[score.criterion.code]) for score in item.scores), rules.ZERO), item.item
            )
            for item in section.items
        )
        sections.append(_within(sum(items, rules.ZERO), section.section))
    return rules.total(sections)


def _within(points: Decimal, bounds: Item | Section) -> Decimal:
    return rules.bounded(points, bounds.min_points, bounds.max_points)


def _with_steps(each: Ahead) -> Decimal:
    return max((step.points for step in each.steps), default=each.points)


def _with_people(each: Ahead) -> Decimal:
    return each.score.criterion.max_points if each.is_open else each.points


def _is_people(thing: Thing) -> bool:
    words = thing.name if thing.kind == Metric.FIGURES else ""
    return thing.kind in OF_PEOPLE or "members" in words or "youth" in words
