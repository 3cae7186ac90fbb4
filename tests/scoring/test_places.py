"""Points by rank, and weights shared out in steps: pure, each case worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring import rules
from scoring.rules import Place, Standing
from scoring.scheme_weights import shares

D, F = Decimal, Fraction
SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PLACES = (Place(1, D("1.0")), Place(5, D("0.6")), Place(None, D("-0.2")))


@pytest.mark.parametrize(
    ("rank", "points", "band"),
    [(1, "1.0", 0), (2, "0.6", 1), (5, "0.6", 1), (6, "-0.2", 2), (400, "-0.2", 2)],
)
def test_a_place_gives_its_points_up_to_its_last_rank(rank, points, band):
    found = rules.by_rank(Standing(rank, 400, 1), PLACES)
    assert (found.points, found.band, found.formula) == (D(points), band, f"{rank} / 400 → {points}")


def test_who_is_not_ranked_has_no_points_and_not_the_last_place():
    assert (rules.by_rank(None, PLACES).points, rules.by_rank(None, PLACES).missing) == (
        None,
        rules.NO_FIGURE,
    )


def ranked(*values, falls=(False,)):
    return {
        key: (each.rank, each.n, each.n_equal)
        for key, each in rules.standings(dict(enumerate(values)), falls).items()
    }


def test_equal_units_share_the_better_rank_and_the_next_skips():
    found = ranked([F(9)], [F(7)], [F(9)], [F(8)], [F(7)])
    assert found == {0: (1, 5, 2), 2: (1, 5, 2), 3: (3, 5, 1), 1: (4, 5, 2), 4: (4, 5, 2)}


def test_tie_breaks_decide_in_their_order_and_only_between_equals():
    """9 before 8 whatever the rest says; of the two with 9 fewer changes is better; then more posts."""
    units = ([F(9), F(2), F(1)], [F(9), F(1), F(1)], [F(8), F(0), F(9)], [F(9), F(1), F(5)])
    found = ranked(*units, falls=(False, True, False))
    assert {key: rank for key, (rank, _n, _equal) in found.items()} == {3: 1, 1: 2, 0: 3, 2: 4}


def test_an_unknown_tie_break_stands_behind_and_an_unknown_figure_is_not_ranked():
    found = ranked([F(9), None], [F(9), F(0)], [None, F(9)], [F(9), None], falls=(False, False))
    assert found == {1: (1, 3, 1), 0: (2, 3, 2), 3: (2, 3, 2)}


def test_the_exact_fraction_decides():
    found = ranked([F(22633, 25148)], [F(9, 10)], [F(22634, 25148)])
    assert {key: rank for key, (rank, _n, _equal) in found.items()} == {2: 1, 1: 2, 0: 3}


@pytest.mark.parametrize(
    ("points", "weights", "step", "expected"),
    [
        ("10", ["40", "30", "30"], "0.1", ["4.0", "3.0", "3.0"]),
        ("6.0", ["33.3", "33.3", "33.4"], "0.1", ["2.0", "2.0", "2.0"]),  # 1.998, 1.998, 2.004
        ("1", ["33.3", "33.3", "33.4"], "0.1", ["0.3", "0.3", "0.4"]),  # 0.1 is left: .34 before .33
        ("1", ["25", "25", "25", "25"], "0.1", ["0.3", "0.3", "0.2", "0.2"]),  # equal remainders: the first
        ("100", ["12.5", "87.5"], "0.5", ["12.5", "87.5"]),
        ("10", ["12.5", "87.5"], "1", ["1", "9"]),  # 1.25, 8.75
    ],
)
def test_weights_come_to_points_in_whole_steps(points, weights, step, expected):
    found = shares(D(points), [D(each) for each in weights], D(step))
    assert found == [D(each) for each in expected]


@given(
    st.integers(1, 1000),
    st.lists(st.integers(1, 10_000), min_size=1, max_size=12),
    st.sampled_from(["0.1", "0.5", "1"]),
)
@SETTINGS
def test_shares_add_up_exactly_and_stay_within_a_step(n_steps, weights, step):
    points, given_weights = D(step) * n_steps, [D(each) / 100 for each in weights]
    found = shares(points, given_weights, D(step))
    assert sum(found) == points
    for each, weight in zip(found, given_weights, strict=True):
        assert each % D(step) == 0
        assert abs(F(each) - F(points) * F(weight) / F(sum(given_weights))) < F(step)


@given(st.lists(st.none() | st.integers(0, 5), max_size=20))
@SETTINGS
def test_a_rank_is_one_more_than_how_many_are_better(values):
    """Against a plain count."""
    found = rules.standings(
        {key: [None if each is None else F(each)] for key, each in enumerate(values)}, (False,)
    )
    known = [each for each in values if each is not None]
    for key, each in enumerate(values):
        if each is None:
            assert key not in found
        else:
            assert found[key] == Standing(
                1 + sum(other > each for other in known), len(known), known.count(each)
            )
