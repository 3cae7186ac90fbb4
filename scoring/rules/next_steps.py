"""What would bring more points, rule by rule: exactly how many more, and what the points are then.

Each function has the name and the arguments of the rule it looks ahead for and answers with the steps that lie before a
unit, the nearest first, each with more points than the one before it. `adds` is the least that does it: one fewer does
not. An empty list: nothing the unit still can do brings more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from scoring.rules import counts, measured, ratios
from scoring.rules.arithmetic import STEP, ZERO
from scoring.rules.ratios import ONE, Band
from scoring.rules.rounding import DOWN, HALF_UP, UP, whole

MOST_STEPS = 40  # of more than that the nearest stand, and the last


@dataclass(frozen=True, slots=True)
class Step:
    """With so many more (`adds`, a number for each thing that is counted; negative: fewer) there are these points."""

    adds: tuple[int, ...]
    points: Decimal

    @property
    def effort(self) -> int:
        """How many in all, whatever they are."""
        return sum(abs(each) for each in self.adds)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a combined rule as it stands, and the steps before it; None: it can't be computed."""

    points: Decimal | None
    steps: Sequence[Step]
    n_things: int


def next_step(steps: Sequence[Step]) -> Step | None:
    """The nearest one."""
    return steps[0] if steps else None


def documents(count: int | None, each: Decimal, cap: Decimal) -> list[Step]:
    """One number: documents. What nobody has entered is none so far."""
    return [Step(step.adds[:1], step.points) for step in count_with_cap(count, each, cap)]


def count_with_cap(
    count: int | None,
    each: Decimal,
    cap: Decimal,
    *,
    has_rule: bool | None = False,
    rule_points: Decimal = ZERO,
    per: int = 1,
    rounding: str = DOWN,
) -> list[Step]:
    """Two numbers: how many more are counted, and the written rule (0 or 1)."""
    now = count or 0

    def step(add: int, rule: int) -> Step:
        with_rule = bool(has_rule or rule)
        found = counts.count_with_cap(
            now + add, each, cap, has_rule=with_rule, rule_points=rule_points, per=per, rounding=rounding
        )
        return Step((add, rule), ZERO if found.points is None else found.points)

    n_units = whole(Fraction(cap) / Fraction(each), UP) if each > 0 else 0
    shift = {DOWN: Fraction(0), HALF_UP: Fraction(1, 2)}.get(rounding, ONE)
    borders = [per * (unit - shift) for unit in range(1, n_units + 1)]
    adds = [0, *_up(now, borders)]
    may_add_rule = bool(rule_points) and not has_rule
    return frontier((step(add, rule) for rule in range(1 + may_add_rule) for add in adds), step(0, 0).points)


def presence(count: int | None, points: Decimal, *, at_least: int = 1) -> list[Step]:
    """One number."""
    if count is None or count >= at_least or points <= 0:
        return []
    return [Step((at_least - count,), points)]


def penalty(count: int | None, each: Decimal, low: Decimal, high: Decimal, *, free: int = 0) -> list[Step]:
    """One number, of what can still be undone, as duties that are overdue: so many fewer of them."""
    if not count:
        return []

    def points(n: int) -> Decimal:
        return counts.penalty(n, each, low, high, free=free).points or ZERO

    return frontier((Step((-n,), points(count - n)) for n in range(1, count + 1)), points(count))


def bands(
    numerator: int | None,
    denominator: int | None,
    steps: Sequence[Band],
    *,
    highest: Fraction | None = ONE,
    is_number: bool = False,
    grows_base: bool = False,
    falls: bool = False,
    most: int | None = None,
) -> list[Step]:
    """One number. `grows_base`: each more is one more of the base too, as a check or a week; `falls`: fewer are wanted.

    `most` is how many more there can be at all. Nobody is asked to cover more than the base.
    """
    base = 1 if is_number else denominator
    if ratios.lacking(numerator, base) or numerator is None or base is None:
        return []

    def points(add: int) -> Decimal:
        value = Fraction(numerator + add, base + add if grows_base else base)
        return ratios.in_bands(value, steps, highest=highest).points or ZERO

    room = _room(numerator, base, most, is_free=is_number or grows_base)
    borders = [step.floor for step in steps if step.floor is not None]
    adds = _adds(numerator, base, borders, grows_base=grows_base, falls=falls, most=room)
    return frontier((Step((add,), points(add)) for add in adds), points(0))


def linear(
    numerator: int | None,
    denominator: int | None,
    low: Decimal,
    high: Decimal,
    *,
    zero: Fraction = Fraction(0),
    full: Fraction = ONE,
    step: Decimal = STEP,
    rounding: str = DOWN,
    is_number: bool = False,
    grows_base: bool = False,
    most: int | None = None,
) -> list[Step]:
    """One number. A line that falls is climbed by fewer."""
    base = 1 if is_number else denominator
    if ratios.lacking(numerator, base) or numerator is None or base is None or high <= low:
        return []

    def points(add: int) -> Decimal:
        value = Fraction(numerator + add, base + add if grows_base else base)
        return ratios.on_line(value, low, high, zero=zero, full=full, step=step, rounding=rounding)

    shift = {DOWN: Fraction(0), HALF_UP: Fraction(step) / 2}.get(rounding, Fraction(step))
    first = whole(Fraction(points(0)) / Fraction(step)) + 1
    levels = [
        n * Fraction(step) - shift for n in range(first, whole(Fraction(high) / Fraction(step), UP) + 1)
    ]
    shares = [(level - Fraction(low)) / (Fraction(high) - Fraction(low)) for level in levels]
    borders = [zero + min(max(share, Fraction(0)), ONE) * (full - zero) for share in shares]
    room = _room(numerator, base, most, is_free=is_number or grows_base)
    adds = _adds(numerator, base, borders, grows_base=grows_base, falls=full < zero, most=room)
    return frontier((Step((add,), points(add)) for add in adds), points(0))


def monthly_mean(
    weeks: Sequence[measured.Measured],
    steps: Sequence[Band],
    open_months: Iterable[int],
    *,
    least_months: int = 1,
    highest: Fraction | None = ONE,
    is_number: bool = False,
) -> list[Step]:
    """One number: how many more than at the last measurement, by the last week of every month that is still open."""
    known = sorted((each for each in weeks if each.value is not None), key=lambda each: each.week)
    months = sorted(set(open_months))
    if not known or not months:
        return []
    numerator, base = known[-1].numerator or 0, known[-1].denominator or 1

    def points(add: int) -> Decimal | None:
        ahead = [measured.Measured(month, 100 + month, numerator + add, base) for month in months]
        counted = [*weeks, *ahead]
        found = measured.monthly_mean(
            counted, steps, least_months=least_months, highest=highest, is_number=is_number
        )
        return found.points

    fixed = {each.month: each.value for each in known if each.month not in months}
    cut = [value if highest is None else min(value, highest) for value in fixed.values() if value is not None]
    n_months, so_far = len(cut) + len(months), sum(cut, Fraction(0))
    floors = [step.floor for step in steps if step.floor is not None]
    borders = [(floor * n_months - so_far) / len(months) for floor in floors]
    room = _room(numerator, base, None, is_free=is_number)
    adds = _adds(numerator, base, borders, most=room)
    found = [(add, points(add)) for add in adds]
    start = points(0)
    lowest = min(step.points for step in steps)
    return frontier(
        (Step((add,), each) for add, each in found if each is not None), lowest if start is None else start
    )


def misses() -> list[Step]:
    """What was missed stays missed."""
    return []


def judged() -> list[Step]:
    """Nothing that could be counted: people decide."""
    return []


def summed(parts: Sequence[Part], low: Decimal, high: Decimal) -> list[Step]:
    """As many numbers as the parts have together."""
    if any(part.points is None for part in parts):
        return []
    reached = [Step((), ZERO)]
    for part in parts:
        stay = Step((0,) * part.n_things, part.points or ZERO)
        pairs = (Step(a.adds + b.adds, a.points + b.points) for a in reached for b in (stay, *part.steps))
        reached = frontier(pairs, None)
    bounded = [Step(each.adds, min(max(each.points, low), high)) for each in reached]
    return frontier(bounded[1:], bounded[0].points) if bounded else []


def exclusive(parts: Sequence[Part]) -> list[Step]:
    """As many numbers as the parts have together: whatever is more severe than the step has to be lifted to it."""
    if not parts or any(part.points is None for part in parts):
        return []
    start = min(part.points for part in parts if part.points is not None)
    targets = sorted({points for part in parts for points in _points_of(part) if points > start})
    found = []
    for target in targets:
        lifts = [_lift(part, target) for part in parts]
        known = [lift for lift in lifts if lift is not None]
        if len(known) == len(parts):
            adds = tuple(add for lift in known for add in lift.adds)
            found.append(Step(adds, min(lift.points for lift in known)))
    return frontier(found, start)


def frontier(steps: Iterable[Step], start: Decimal | None) -> list[Step]:
    """Those that bring more points than every one with less effort, and more than `start` (None: whatever comes first)."""
    best, found = start, []
    for each in sorted(steps, key=lambda each: (each.effort, -each.points)):
        if best is None or each.points > best:
            best = each.points
            found.append(each)
    return [*found[: MOST_STEPS - 1], found[-1]] if len(found) > MOST_STEPS else found


def _points_of(part: Part) -> Iterator[Decimal]:
    if part.points is not None:
        yield part.points
    yield from (step.points for step in part.steps)


def _lift(part: Part, target: Decimal) -> Step | None:
    """The nearest step of the part to the target; it stays where it is there already."""
    if part.points is not None and part.points >= target:
        return Step((0,) * part.n_things, part.points)
    return next((step for step in part.steps if step.points >= target), None)


def _room(numerator: int, base: int, most: int | None, *, is_free: bool) -> int | None:
    """How many more there can be: of a share not more than there are."""
    if is_free:
        return most
    left = max(base - numerator, 0)
    return left if most is None else min(left, most)


def _adds(
    numerator: int,
    base: int,
    borders: Iterable[Fraction],
    *,
    grows_base: bool = False,
    falls: bool = False,
    most: int | None = None,
) -> list[int]:
    """The whole numbers on both sides of each border, as changes of the numerator in the direction that is open."""
    if falls:
        down = {whole(border * base) - numerator - n for border in borders for n in (0, 1)}
        return sorted((add for add in down if -numerator <= add < 0), reverse=True)
    if grows_base:
        exact = [(border * base - numerator) / (1 - border) for border in borders if border < 1]
        found = {whole(each, UP) + n for each in exact for n in (0, 1)}
    else:
        found = set(_up(numerator, (border * base for border in borders)))
    return sorted(add for add in found if add > 0 and (most is None or add <= most))


def _up(now: int, borders: Iterable[Fraction]) -> list[int]:
    """How many more reach each border, and how many more are above it."""
    return sorted({add for border in borders for n in (0, 1) if (add := whole(border, UP) + n - now) > 0})
