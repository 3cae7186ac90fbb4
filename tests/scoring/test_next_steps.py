"""How many more bring more points: against trying every number one after the other."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import rules
from scoring.rules import Band, Measured, next_steps
from scoring.rules.next_steps import Part, Step

D, F = Decimal, Fraction
COVERAGE = (
    Band(F("0.9"), D("0.8")),
    Band(F("0.8"), D("0.5")),
    Band(F("0.7"), D("0.2")),
    Band(None, D("-0.2")),
)
FALLING = (Band(F(3), D("0")), Band(F(1), D("0.5"), is_open=True), Band(None, D("1")))
LADDERS = (
    COVERAGE,
    (Band(F("0.5"), D(1), is_open=True), Band(None, D(0))),
    (Band(F(1), D(1)), Band(None, D(0))),
)
QUICK = settings(max_examples=60, deadline=None)


def brute(points, tries, start):
    """(how many, points) of each improvement, met by trying every number in turn."""
    best, found = start, []
    for n in tries:
        reached = points(n)
        if reached is not None and reached > best:
            best = reached
            found.append((n, reached))
    return found


def flat(steps):
    return [(step.adds[0], step.points) for step in steps]


def test_the_sentence_of_the_task():
    """21,586 of 25,148: 90 % are 22,633.2, so 22,634 are 1,048 more; 1,047 more are 89.999 %."""
    steps = next_steps.bands(21586, 25148, COVERAGE)
    assert next_steps.next_step(steps) == Step((1048,), D("0.8"))
    assert rules.bands(21586 + 1047, 25148, COVERAGE).points == D("0.5")


@given(st.integers(0, 130), st.integers(1, 120), st.sampled_from(LADDERS))
@QUICK
def test_bands(numerator, base, ladder):
    start = rules.bands(numerator, base, ladder).points
    tries = range(1, max(base - numerator, 0) + 1)
    expected = brute(lambda n: rules.bands(numerator + n, base, ladder).points, tries, start)
    assert flat(next_steps.bands(numerator, base, ladder)) == expected


@given(st.integers(0, 40), st.integers(0, 20), st.integers(0, 25), st.sampled_from(LADDERS[:2]))
@QUICK
def test_bands_whose_base_grows_too(good, poor, most, ladder):
    base = good + poor or 1
    good = min(good, base)
    start = rules.bands(good, base, ladder).points
    expected = brute(lambda n: rules.bands(good + n, base + n, ladder).points, range(1, most + 1), start)
    assert flat(next_steps.bands(good, base, ladder, grows_base=True, most=most)) == expected


@given(st.integers(0, 12))
def test_bands_of_a_number_that_falls(count):
    def points(n):
        return rules.bands(count - n, None, FALLING, highest=None, is_number=True).points

    expected = [(-n, each) for n, each in brute(points, range(1, count + 1), points(0))]
    assert flat(next_steps.bands(count, None, FALLING, highest=None, is_number=True, falls=True)) == expected


@given(
    st.integers(0, 60),
    st.integers(1, 60),
    st.sampled_from(["down", "half_up", "up"]),
    st.sampled_from([F(0), F("0.5")]),
    st.sampled_from([D(0), D("-0.5")]),
    st.sampled_from([D("1.5"), D("2.05")]),
)
@QUICK
def test_lines(numerator, base, rounding, zero, low, high):
    def points(n):
        return rules.linear(numerator + n, base, low, high, zero=zero, rounding=rounding).points

    expected = brute(points, range(1, max(base - numerator, 0) + 1), points(0))
    assert flat(next_steps.linear(numerator, base, low, high, zero=zero, rounding=rounding)) == expected


@given(st.integers(0, 12), st.sampled_from(["down", "half_up", "up"]))
@QUICK
def test_a_line_that_falls(count, rounding):
    ends = {"zero": F(10), "full": F(0), "is_number": True, "rounding": rounding}

    def points(n):
        return rules.linear(count - n, None, D(0), D(3), **ends).points

    expected = [(-n, each) for n, each in brute(points, range(1, count + 1), points(0))]
    assert flat(next_steps.linear(count, None, D(0), D(3), **ends)) == expected


@given(
    st.none() | st.integers(0, 25),
    st.sampled_from([None, False, True]),
    st.sampled_from([1, 3]),
    st.sampled_from(["down", "half_up", "up"]),
)
@QUICK
def test_counts_with_and_without_the_written_rule(count, has_rule, per, rounding):
    terms = {"rule_points": D("0.2"), "per": per, "rounding": rounding}

    def points(n, rule):
        with_rule = bool(has_rule or rule)
        return rules.count_with_cap((count or 0) + n, D("0.1"), D(1), has_rule=with_rule, **terms).points

    steps = next_steps.count_with_cap(count, D("0.1"), D(1), has_rule=has_rule, **terms)
    pairs = [(n, r) for n in range(40) for r in ((0,) if has_rule else (0, 1))]
    best = points(0, 0)
    assert all(points(*step.adds) == step.points for step in steps)
    for effort in range(1, 41):
        reached = max((points(*pair) for pair in pairs if sum(pair) == effort), default=best)
        assert (reached > best) is any(step.effort == effort for step in steps)
        best = max(best, reached)


@pytest.mark.parametrize("count", [None, 0, 1, 2, 5])
def test_documents(count):
    def points(n):
        return rules.documents((count or 0) + n, D("0.5"), D("1.2")).points

    assert flat(next_steps.documents(count, D("0.5"), D("1.2"))) == brute(points, range(1, 9), points(0))


@given(st.integers(0, 6), st.integers(1, 4))
def test_presence(count, least):
    def points(n):
        return rules.presence(count + n, D("0.2"), at_least=least).points

    assert flat(next_steps.presence(count, D("0.2"), at_least=least)) == brute(points, range(1, 9), points(0))


@given(st.integers(0, 9), st.integers(0, 2))
def test_penalties_of_what_can_be_undone(count, free):
    def points(n):
        return rules.penalty(count - n, D("0.5"), D(-1), D(1), free=free).points

    expected = [(-n, each) for n, each in brute(points, range(1, count + 1), points(0))]
    assert flat(next_steps.penalty(count, D("0.5"), D(-1), D(1), free=free)) == expected


@given(st.lists(st.integers(0, 110), min_size=1, max_size=6), st.sets(st.integers(6, 12), max_size=3))
@QUICK
def test_monthly_means(shares, open_months):
    weeks = [Measured(month, month, n, 100) for month, n in enumerate(shares, 1)]
    last = shares[-1]

    def points(n):
        ahead = [Measured(month, 100 + month, last + n, 100) for month in open_months]
        return rules.monthly_mean([*weeks, *ahead], COVERAGE).points

    tries = range(1, max(100 - last, 0) + 1) if open_months else ()
    assert flat(next_steps.monthly_mean(weeks, COVERAGE, open_months)) == brute(points, tries, points(0))


@given(st.integers(0, 20), st.integers(0, 20))
@QUICK
def test_parts_that_add_up_and_parts_of_which_the_most_severe_counts(a, b):
    """Both parts of 20: the steps agree with every pair of numbers tried in order of what they take together."""
    first = Part(rules.bands(a, 20, COVERAGE).points, next_steps.bands(a, 20, COVERAGE), 1)
    second = Part(
        rules.presence(b, D("0.5"), at_least=12).points, next_steps.presence(b, D("0.5"), at_least=12), 1
    )

    def pair(n, m):
        return [rules.bands(a + n, 20, COVERAGE), rules.presence(b + m, D("0.5"), at_least=12)]

    for steps, combine in (
        (next_steps.summed([first, second], D(0), D("1.1")), lambda each: rules.summed(each, D(0), D("1.1"))),
        (next_steps.exclusive([first, second]), rules.exclusive),
    ):
        best = combine(pair(0, 0)).points
        expected = []
        for effort in range(1, 41):
            ways = [(n, effort - n) for n in range(max(21 - a, 1)) if effort - n <= 20 and n <= effort]
            reached = max((combine(pair(*way)).points for way in ways), default=best)
            if reached > best:
                best = reached
                expected.append((effort, reached))
        assert [(step.effort, step.points) for step in steps] == expected


def test_what_is_unknown_or_lost_has_no_step():
    assert next_steps.bands(None, 10, COVERAGE) == next_steps.bands(5, None, COVERAGE) == []
    assert next_steps.linear(5, 0, D(0), D(1)) == next_steps.presence(None, D(1)) == []
    assert next_steps.misses() == next_steps.judged() == next_steps.penalty(None, D(1), D(0), D(1)) == []
    unknown = [Part(None, [], 1)]
    assert next_steps.summed(unknown, D(0), D(1)) == next_steps.exclusive(unknown) == []
    assert next_steps.next_step([]) is None
