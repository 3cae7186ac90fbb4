"""Whatever a scheme says and a year holds: the sums stay within their bounds, and doing it again gives the same (Q1–Q4, Q10)."""

from __future__ import annotations

import json
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoring import next_grade, rules
from scoring.computation import compute
from scoring.exceptions import SchemeInvalid
from scoring.models import Scheme, Score, Sheet
from scoring.scheme_files import parse
from scoring.scheme_trials import blueprint
from scoring.tallies import tally
from tests.scoring import scheme_strategies as strategies

SETTINGS = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

SHORT = settings(SETTINGS, max_examples=40)


def scored(criteria, year, entered):
    """A score per criterion, computed; people judge with whatever `entered` says, or not at all."""
    scores = []
    for n, criterion in enumerate(criteria):
        score = Score(criterion=criterion)
        count = entered[n % len(entered)] if entered else None
        score.entered_count, score.has_rule_document = count, bool(count)
        computed = compute(score, year)
        score.computed_points, score.arithmetic = computed.points, computed.arithmetic
        if not criterion.is_computed and count is not None:
            span = criterion.max_points - criterion.min_points
            share = Decimal(count % 11) / 10
            score.assessed_points = (criterion.min_points + span * share).quantize(rules.STEP)
        scores.append(score)
    return scores


@given(strategies.schemes(), strategies.years(), st.lists(st.none() | st.integers(0, 30), max_size=5))
@SETTINGS
def test_points_stay_within_floor_and_cap_at_every_step(data, year, entered):
    file = parse(json.dumps(data, ensure_ascii=False))
    assert sum(each.points for each in file.sections) == file.full_points  # Q1
    scores = scored(blueprint(file), year, entered)
    for score in scores:
        low, high = score.criterion.min_points, score.criterion.max_points
        assert score.computed_points is None or low <= score.computed_points <= high
        assert score.computed_points is not None or score.arithmetic["missing"]
    result = tally(scores)
    for item in result.items:  # Q2
        floor = sum(each.criterion.min_points for each in item.scores)
        low = floor if item.item.min_points is None else max(item.item.min_points, floor)
        assert item.points is None or min(low, item.item.max_points) <= item.points <= item.item.max_points
    for section in result.sections:
        assert section.points is None or section.points <= section.section.max_points
        assert section.section.min_points is None or (section.points or 0) >= section.section.min_points
    assert result.total is None or 0 <= result.total <= file.full_points
    total = max(Decimal(0), sum((each.points or Decimal(0) for each in result.sections), Decimal(0)))
    assert result.total in {None, total}  # Q3
    assert 0 <= result.attainable <= file.full_points


@given(strategies.weighted_schemes())
@SHORT
def test_weights_of_weights_add_up_at_every_level_or_are_refused(data):
    """Q1: what is too small for a step is the only thing that is wrong with such a scheme."""
    file, problems = None, []
    try:
        file = parse(json.dumps(data, ensure_ascii=False))
    except SchemeInvalid as error:
        problems = [each.text for each in error.found]
    assert all("折合不足" in each or "整数倍" in each for each in problems)
    if file is None:
        assert problems
        return
    step = Decimal(data["weight_step"])
    assert sum(each.points for each in file.sections) == file.full_points
    for section in file.sections:
        assert sum(each.points for each in section.items) == section.points
        for item in section.items:
            assert sum(each.points for each in item.criteria) == item.points
            assert all(each.points > 0 and each.points % step == 0 for each in item.criteria)
    assert parse(json.dumps(data, indent=2)).digest() == file.digest()


@given(strategies.schemes(), strategies.years(), st.lists(st.none() | st.integers(0, 30), max_size=5))
@SETTINGS
def test_doing_it_again_from_the_stored_inputs_gives_the_same(data, year, entered):
    text = json.dumps(data, ensure_ascii=False)
    assert parse(text).digest() == parse(json.dumps(data, indent=3)).digest()
    first, second = (scored(blueprint(parse(text)), year, entered) for _ in range(2))
    assert [each.computed_points for each in first] == [each.computed_points for each in second]
    assert [json.dumps(each.arithmetic) for each in first] == [json.dumps(each.arithmetic) for each in second]
    assert tally(first).total == tally(second).total


@given(st.integers(0, 1500), st.lists(st.integers(1, 999), unique=True, max_size=3))
def test_every_total_has_exactly_one_grade(points, floors):
    """Q4: half-open and total, against a walk that knows nothing of the order."""
    ordered = sorted(floors, reverse=True)
    names = ["excellent", "good", "pass"][: len(ordered)]
    bands = [(name, Decimal(floor) / 10) for name, floor in zip(names, ordered, strict=True)]
    bands.append(("fail", Decimal(0)))
    total = Decimal(points) / 10
    reached = [name for name, floor in bands if total >= floor]
    assert rules.grade(total, bands) == min(reached, key=lambda name: -dict(bands)[name])


@given(strategies.schemes(), strategies.years(), st.lists(st.none() | st.integers(0, 30), max_size=5))
@SHORT
def test_what_a_unit_gives_itself_changes_no_points(data, year, entered):
    """Q5: the unit's own scores stand beside, also where people have not scored."""
    scores = scored(blueprint(parse(json.dumps(data))), year, entered)
    before = tally(scores)
    for score in scores:
        score.self_points = score.criterion.max_points
    after = tally(scores)
    assert (after.total, after.attainable) == (before.total, before.attainable)
    assert [item.points for item in after.items] == [item.points for item in before.items]


@given(strategies.schemes(), strategies.years(), st.lists(st.none() | st.integers(0, 30), max_size=5))
@SHORT
def test_the_cheapest_way_reaches_the_next_grade(data, year, entered):
    """Whatever the scheme: with the points of the steps named, the sheet's own sums reach the floor, and not before."""
    scores = scored(blueprint(parse(json.dumps(data))), year, entered)
    sheet = Sheet(scheme=Scheme(bands=data["grades"]), year=2026)
    found = next_grade.look(sheet, tally(scores))
    assert 0 <= found.now <= found.best <= found.ceiling
    for each in found.ways:
        criterion = each.score.criterion
        assert all(criterion.min_points <= step.points <= criterion.max_points for step in each.steps)
    if found.floor is None:
        return
    assert found.missing > 0
    assert (found.cheapest is not None) is (found.best >= found.floor)
    if found.cheapest is None:
        return
    # Everything as it is assumed, then the steps.
    for each in found.ways:
        each.score.assessed_points = each.points
    assert tally(scores).total == found.now
    for pick in found.cheapest.picks:
        pick.ahead.score.assessed_points = pick.step.points
    assert tally(scores).total >= found.floor
