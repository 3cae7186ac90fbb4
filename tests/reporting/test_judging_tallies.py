"""Tallies of a made-up registry equal a walk over parents in plain Python, at a week's end and within a week."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import Q

from orgs.kernel.clock import Week
from orgs.models import UnitVersion
from reporting.models import Judgement, Tally
from tests.reporting.campaign_rows import figure, judge, make_campaign
from tests.reporting.registry import RandomRegistry

WEEK = Week(2026, 46)
RULES = (
    figure("groups_member"),
    figure("groups_dedicated", {"kinds": ["village", "township"]}),
    figure(
        "groups_of", {"with_children": True}, scope="subtree", group_kinds=["branch", "link"], threshold="2"
    ),
    figure(
        "covered_members",
        {"attributes": ["holds_members"]},
        base="base_members",
        threshold="0.5",
        missing="not_asked",
    ),
)

pytestmark = pytest.mark.django_db


def superiors(at):
    """{unit: its superior} of the units in operation at the moment."""
    found = UnitVersion.objects.filter(is_open=True, valid_from__lt=at).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=at)
    )
    return dict(found.values_list("unit_id", "parent_id"))


def walked(parents, answers, n):
    """{unit with others below: Counter of characters of its subtree}, counted one unit after the other."""
    found = {}
    for unit, text in answers.items():
        walker = unit
        while walker is not None:
            found.setdefault(walker, Counter())[text[n]] += 1
            walker = parents.get(walker)
    with_others = {parents[unit] for unit in answers}
    above = set()
    for unit in with_others:
        walker = unit
        while walker is not None:
            above.add(walker)
            walker = parents.get(walker)
    return {unit: counted for unit, counted in found.items() if unit in above}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "moment", [WEEK.ends_at, WEEK.ends_at + timedelta(days=3, hours=7)], ids=["sunday", "wednesday"]
)
def test_a_tally_is_what_stands_below(world, seed, moment):
    RandomRegistry(WEEK, seed).build()
    campaign = make_campaign(world, *RULES, launched_at=WEEK.starts_at)
    judge(campaign, moment)
    rows = Judgement.objects.current().filter(version__campaign=campaign)
    answers = dict(rows.values_list("unit_id", "standings"))
    parents = superiors(moment)
    assert answers.keys() <= parents.keys()
    for n in range(len(RULES)):
        expected = {
            unit: (counted["0"] + counted["1"], counted["1"], counted["x"])
            for unit, counted in walked(parents, answers, n).items()
            if counted["0"] + counted["1"] + counted["x"]
        }
        kept = Tally.objects.current().filter(
            requirement__version__campaign=campaign, requirement__position=n + 1
        )
        stored = {
            unit: tuple(rest) for unit, *rest in kept.values_list("unit_id", "n_asked", "n_met", "n_exempt")
        }
        assert stored == expected
