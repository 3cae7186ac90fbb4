"""Golden cases: every rule kind and every boundary, worked by hand beside the line, through the whole way from scheme to points."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from reporting.models import ClosedWeek, WeekUnit
from reporting.punctuality import Punctuality
from reporting.rollup.streaks import occasion_grade, poor_streak
from reporting.verified_figures import Less
from scoring import rules
from scoring.choices import Metric
from scoring.computation import compute
from scoring.frozen import Group, Year
from scoring.incidents import Incidents
from scoring.models import Criterion, Score
from tests.scoring.poor_rows import lengths

D = Decimal
COVERAGE = {"bands": [["0.90", "0.8"], ["0.80", "0.5"], ["0.70", "0.2"], [None, "-0.2"]]}
ORGS = {"bands": [["0.80", "0.5"], ["0.60", "0.3"], [None, "0"]]}
CHECKS = {"bands": [["0.90", "1"], ["0.80", "0.7"], ["0.70", "0.4"], [None, "0"]]}
FEWER = {"bands": [["3", "0"], ["1", "0.5"], [None, "1"]]}
ENDS = {"bands": [{"above": "0.5", "points": "1"}, {"to": "0.5", "points": "0"}]}
MEETINGS = {"rule_points": "0.2", "each": "0.1"}
BAND = {"rule": "bands", "metric": "members_coverage", "params": COVERAGE, "points": "0.8", "low": "-0.2"}
PLACES = {"places": [[1, "1"], [5, "0.6"], [None, "0"]]}
RANK = {"rule": "rank", "metric": "members_coverage", "params": PLACES}
TIED = RANK | {"params": PLACES | {"ties": [{"metric": "administrator_changes", "order": "low"}]}}
LINE = {"rule": "linear", "metric": "members_coverage", "points": "2"}


def members(covered, base):
    return {"sub_covered_members": covered, "base_assessed": base}


def orgs(with_group, recorded, standing=100):
    return {"sub_orgs_with_group": with_group, "base_orgs": recorded, "sub_orgs": standing}


# (what, the criterion, figures and what people entered, points or why there are none)
CASES = [
    # bands: 90 % and more 0.8, 80–89 % 0.5, 70–79 % 0.2, below −0.2; the exact fraction is compared
    ("exactly 90 %: 900 ÷ 1000 = 9⁄10 ≥ 9⁄10", BAND, members(900, 1000), "0.8"),
    ("89.5 %: 895 ÷ 1000 < 9⁄10, the gap of the source", BAND, members(895, 1000), "0.5"),
    ("one short of 90 %: 22633 × 10 = 226330 < 226332 = 25148 × 9", BAND, members(22633, 25148), "0.5"),
    ("there: 22634 × 10 = 226340 ≥ 226332", BAND, members(22634, 25148), "0.8"),
    ("exactly 80 %", BAND, members(800, 1000), "0.5"),
    ("79.9 %", BAND, members(799, 1000), "0.2"),
    ("exactly 70 %", BAND, members(700, 1000), "0.2"),
    ("69.9 %: −0.2", BAND, members(699, 1000), "-0.2"),
    ("nobody: 0 ÷ 1000 is −0.2, not nothing", BAND, members(0, 1000), "-0.2"),
    ("over-claim: 1200 ÷ 1000 counts as 1", BAND, members(1200, 1000), "0.8"),
    ("no base is not 0 points", BAND, members(500, None), "no_base"),
    ("a base of 0 divides nothing", BAND, members(0, 0), "base_zero"),
    ("核减: 900 − 1 = 899 ÷ 1000 < 9⁄10", BAND, members(900, 1000) | {"less": Less(covered_members=1)}, "0.5"),
    ("reported before: 895 ÷ 994 = 90.04 %", BAND | {"metric": "reported_coverage"}, {"sub_covered_members": 895, "base_reported": 994}, "0.8"),
    ("80 ÷ 100 organisations", {"rule": "bands", "metric": "organisations_coverage", "params": ORGS, "points": "0.5"}, orgs(80, 100), "0.5"),
    ("79 ÷ 100", {"rule": "bands", "metric": "organisations_coverage", "params": ORGS, "points": "0.5"}, orgs(79, 100), "0.3"),
    ("59 ÷ 100", {"rule": "bands", "metric": "organisations_coverage", "params": ORGS, "points": "0.5"}, orgs(59, 100), "0"),
    ("not recorded: 48 ÷ the 60 that stand = 80 %", {"rule": "bands", "metric": "organisations_coverage", "params": ORGS, "points": "0.5"}, orgs(48, None, 60), "0.5"),
    ("9 of 10 checks not 差 = 90 %", {"rule": "bands", "metric": "spot_checks", "params": CHECKS}, {"flows": (10, 1)}, "1"),
    ("17 of 19 = 89.4 %", {"rule": "bands", "metric": "spot_checks", "params": CHECKS}, {"flows": (19, 2)}, "0.7"),
    ("6 of 10", {"rule": "bands", "metric": "spot_checks", "params": CHECKS}, {"flows": (10, 4)}, "0"),
    ("no check at all is not 0", {"rule": "bands", "metric": "spot_checks", "params": CHECKS}, {"flows": (0, 0)}, "no_checks"),
    ("a number, falling: none found", {"rule": "bands", "metric": "incidents_found", "params": FEWER}, {}, "1"),
    ("one found", {"rule": "bands", "metric": "incidents_found", "params": FEWER}, {"incidents": Incidents(1)}, "0.5"),
    ("three found", {"rule": "bands", "metric": "incidents_found", "params": FEWER}, {"incidents": Incidents(3)}, "0"),
    ("an open end: exactly 1⁄2 is not above it", {"rule": "bands", "metric": "members_coverage", "params": ENDS}, members(500, 1000), "0"),
    ("501 ÷ 1000 is", {"rule": "bands", "metric": "members_coverage", "params": ENDS}, members(501, 1000), "1"),
    ("weekly reports: 45 of 50 in time = 90 %", {"rule": "bands", "metric": "weekly_reports", "params": CHECKS}, {"reports": Punctuality(45, 3, 2)}, "1"),
    # share of requirements met, and what else a week or a year says
    ("requirements: 36 of 40 met = 90 %", {"rule": "bands", "metric": "requirements", "params": CHECKS}, {"sub_requirements": 40, "sub_requirements_met": 36}, "1"),
    ("35 of 40 = 87.5 %", {"rule": "bands", "metric": "requirements", "params": CHECKS}, {"sub_requirements": 40, "sub_requirements_met": 35}, "0.7"),
    ("the unit's own: 1 of 2", {"rule": "bands", "metric": "requirements", "params": CHECKS | {"scope": "own"}}, {"own_requirements": 2, "own_requirements_met": 1}, "0"),
    ("none asked", {"rule": "bands", "metric": "requirements", "params": CHECKS}, {"sub_requirements": 0, "sub_requirements_met": 0}, "no_requirements"),
    ("nobody knows how many", {"rule": "bands", "metric": "requirements", "params": CHECKS}, {"sub_requirements": None}, "no_figure"),
    ("weekly reports: 44 of 50 = 88 %", {"rule": "bands", "metric": "weekly_reports", "params": CHECKS}, {"reports": Punctuality(44, 4, 2)}, "0.7"),
    ("weekly reports: none was asked", {"rule": "bands", "metric": "weekly_reports", "params": CHECKS}, {}, "no_figure"),
    ("13 of 14 days of two channels = 92.9 %", {"rule": "bands", "metric": "publication", "params": CHECKS}, {"own_channels_recorded": 2, "own_active_days": 13}, "1"),
    ("no channel keeps records", {"rule": "bands", "metric": "publication", "params": CHECKS}, {"own_channels_recorded": 0}, "no_records"),
    ("9 of 10 cadres have an account", {"rule": "bands", "metric": "figures", "params": CHECKS | {"part": "cadres_with_account", "base": "cadres"}}, {"sub_cadres": 10, "sub_cadres_with_account": 9}, "1"),
    ("a figure no week has yet", {"rule": "bands", "metric": "figures", "params": CHECKS | {"part": "cadres_with_account", "base": "cadres"}}, {"sub_cadres": 10, "sub_cadres_with_account": None}, "no_figure"),
    # linear, 0 to 2 points, steps of 0.1, rounded down
    ("85.8 %: 0.858 × 2 = 1.716 → 1.7", LINE, members(858, 1000), "1.7"),
    ("half up: 0.876 × 2 = 1.752 → 1.8", LINE | {"params": {"rounding": "half_up"}}, members(876, 1000), "1.8"),
    ("up: 0.851 × 2 = 1.702 → 1.8", LINE | {"params": {"rounding": "up"}}, members(851, 1000), "1.8"),
    ("from 50 %: (0.75 − 0.5) ÷ 0.5 × 2 = 1.0", LINE | {"params": {"zero": "0.5"}}, members(750, 1000), "1.0"),
    ("below its beginning: its lowest", LINE | {"params": {"zero": "0.5"}, "low": "-1"}, members(400, 1000), "-1"),
    ("over-claim: not more than its highest", LINE, members(3000, 1000), "2"),
    ("no base", LINE, members(1, None), "no_base"),
    # presence
    ("one platform", {"rule": "presence", "metric": "public_platform", "points": "0.2"}, {"own_accounts_public": 1}, "0.2"),
    ("a second earns nothing", {"rule": "presence", "metric": "public_platform", "points": "0.2"}, {"own_accounts_public": 2}, "0.2"),
    ("none", {"rule": "presence", "metric": "public_platform", "points": "0.2"}, {"own_accounts_public": 0}, "0"),
    ("no administrator's point without a platform", {"rule": "presence", "metric": "public_platform_administrator", "points": "0.1"}, {"own_accounts_public": 0, "own_admins": 2}, "0"),
    ("14 of 2 × 7 days", {"rule": "presence", "metric": "public_platform_updated", "points": "0.1"}, {"own_accounts_public": 1, "own_channels_recorded": 2, "own_active_days": 14}, "0.1"),
    ("13 of 14", {"rule": "presence", "metric": "public_platform_updated", "points": "0.1"}, {"own_accounts_public": 1, "own_channels_recorded": 2, "own_active_days": 13}, "0"),
    # documents, 0.5 each up to 0.5; count, written rule 0.2 and 0.1 each up to 1.0
    ("one document", {"rule": "documents", "params": {"each": "0.5"}, "points": "0.5"}, {"count": 1}, "0.5"),
    ("three: 1.5 → cap 0.5", {"rule": "documents", "params": {"each": "0.5"}, "points": "0.5"}, {"count": 3}, "0.5"),
    ("none, said", {"rule": "documents", "params": {"each": "0.5"}, "points": "0.5"}, {"count": 0}, "0"),
    ("nobody said", {"rule": "documents", "params": {"each": "0.5"}, "points": "0.5"}, {}, "no_entry"),
    ("0.2 + 7 × 0.1", {"rule": "count", "params": MEETINGS}, {"count": 7, "has_rule": True}, "0.9"),
    ("0.2 + 8 × 0.1 = 1.0", {"rule": "count", "params": MEETINGS}, {"count": 8, "has_rule": True}, "1.0"),
    ("0.2 + 9 × 0.1 = 1.1 → 1.0 in all", {"rule": "count", "params": MEETINGS}, {"count": 9, "has_rule": True}, "1.0"),
    ("meetings without the rule", {"rule": "count", "params": MEETINGS}, {"count": 9, "has_rule": False}, "0.9"),
    ("nothing said of the rule", {"rule": "count", "params": MEETINGS}, {"count": 9}, "no_entry"),
    ("full tens: 29 ÷ 10 → 2 × 0.3", {"rule": "count", "params": {"each": "0.3", "per": 10}}, {"count": 29}, "0.6"),
    ("half up: 25 ÷ 10 → 3 × 0.3", {"rule": "count", "params": {"each": "0.3", "per": 10, "rounding": "half_up"}}, {"count": 25}, "0.9"),
    # penalty: 1 − 0.5 each beyond the free ones, down to −0.5
    ("one is free", {"rule": "penalty", "metric": "incidents_found", "params": {"each": "0.5", "free": 1}, "low": "-0.5"}, {"incidents": Incidents(1)}, "1"),
    ("1 − 2 × 0.5", {"rule": "penalty", "metric": "incidents_found", "params": {"each": "0.5", "free": 1}, "low": "-0.5"}, {"incidents": Incidents(3)}, "0"),
    ("1 − 9 × 0.5 → floor", {"rule": "penalty", "metric": "incidents_found", "params": {"each": "0.5", "free": 1}, "low": "-0.5"}, {"incidents": Incidents(10)}, "-0.5"),
    ("1 − 1 × 0.5 for a grave one", {"rule": "penalty", "metric": "incidents_grave", "params": {"each": "0.5"}}, {"incidents": Incidents(3, 3, ((5, date(2026, 3, 1)),))}, "0.5"),
    ("1 − 2 × 0.2 overdue", {"rule": "penalty", "metric": "requirements_overdue", "params": {"each": "0.2"}}, {"sub_requirements_overdue": 2}, "0.6"),
    ("overdue unknown is not none", {"rule": "penalty", "metric": "requirements_overdue", "params": {"each": "0.2"}}, {"sub_requirements_overdue": None}, "no_figure"),
    ("1 − 3 × 0.1 not reported", {"rule": "penalty", "metric": "reports_missing", "params": {"each": "0.1"}}, {"reports": Punctuality(40, 7, 3)}, "0.7"),
    ("1 − 2 × 0.5 checks graded 差", {"rule": "penalty", "metric": "checks_poor", "params": {"each": "0.5"}}, {"flows": (10, 2)}, "0"),
    ("no check: not a clean year", {"rule": "penalty", "metric": "checks_poor", "params": {"each": "0.5"}}, {"flows": (0, 0)}, "no_checks"),
    ("1 − 3 × 0.1 changes, the first free: 0.8", {"rule": "penalty", "metric": "administrator_changes", "params": {"each": "0.1", "free": 1}}, {"flows": (0, 0, 3)}, "0.8"),
    # people
    ("handled beside what people decide", {"rule": "judged", "metric": "incidents"}, {"incidents": Incidents(4, 3)}, "people"),
    ("people decide", {"rule": "judged", "metric": "group_administrators"}, {"sub_orgs_with_admin": 9, "sub_orgs_with_group": 12}, "people"),
    # rank: 1st 1.0, 2nd–5th 0.6, the others 0; among units of the same kind below the same committee
    ("first of three", RANK, members(900, 1000) | {"others": [members(899, 1000), members(1, 1000)]}, "1"),
    ("second by one member", RANK, members(899, 1000) | {"others": [members(900, 1000)]}, "0.6"),
    ("fifth", RANK, members(5, 10) | {"others": [members(n, 10) for n in (6, 7, 8, 9)]}, "0.6"),
    ("sixth", RANK, members(4, 10) | {"others": [members(n, 10) for n in (5, 6, 7, 8, 9)]}, "0"),
    ("two equal ones share the better rank", RANK, members(9, 10) | {"others": [members(90, 100)]}, "1"),
    ("after two first ones comes the third: still 0.6", RANK, members(8, 10) | {"others": [members(9, 10), members(9, 10)]}, "0.6"),
    ("after five first ones comes the sixth", RANK, members(8, 10) | {"others": [members(9, 10)] * 5}, "0"),
    ("above 1 counts as 1: equal", RANK, members(10, 10) | {"others": [members(12, 10)]}, "1"),
    ("a unit of another kind isn't compared", RANK, members(8, 10) | {"others": [members(9, 10) | {"kind_id": "university"}]}, "1"),
    ("who has no base isn't ranked", RANK, members(8, 10) | {"others": [members(9, None)]}, "1"),
    ("no base of its own", RANK, members(8, None) | {"others": [members(9, 10)]}, "no_base"),
    ("a base of 0 of its own", RANK, members(8, 0) | {"others": [members(9, 10)]}, "base_zero"),
    ("a tie, broken by fewer changes", TIED, members(9, 10) | {"flows": (0, 0, 2), "others": [members(9, 10) | {"flows": (0, 0, 1)}]}, "0.6"),
    ("a tie that stays", TIED, members(9, 10) | {"flows": (0, 0, 1), "others": [members(9, 10) | {"flows": (0, 0, 1)}]}, "1"),
    # parts: coverage −0.2 … 0.8 and a platform 0.2
    ("added up: 0.5 + 0.2", {"rule": "sum", "params": {"parts": [BAND, {"rule": "presence", "metric": "public_platform", "points": "0.2"}]}}, members(800, 1000) | {"own_accounts_public": 1}, "0.7"),
    ("added up: −0.2 + 0 within floor 0", {"rule": "sum", "params": {"parts": [BAND, {"rule": "presence", "metric": "public_platform", "points": "0.2"}]}}, members(1, 1000), "0"),
    ("a part without a base leaves the sum open", {"rule": "sum", "params": {"parts": [BAND, {"rule": "presence", "metric": "public_platform", "points": "0.2"}]}}, members(1, None), "no_base"),
    ("the most severe: min(0.8, 0)", {"rule": "exclusive", "params": {"parts": [BAND, {"rule": "presence", "metric": "public_platform", "points": "0.2"}]}}, members(950, 1000), "0"),
    # several measurements: January 60 and 90 %, February 89 %: (90 + 89) ÷ 2 = 89.5 %
    ("the mean of the months by their last weeks", BAND | {"rule": "monthly"}, {"weeks": [(2, 60), (4, 90), (8, 89)]}, "0.5"),
    ("exactly 90 % on average", BAND | {"rule": "monthly"}, {"weeks": [(4, 91), (8, 89)]}, "0.8"),
    ("one month of two asked for", BAND | {"rule": "monthly", "params": COVERAGE | {"least_months": 2}}, {"weeks": [(4, 91)]}, "no_figure"),
    ("two misses in a row cost nothing where three do", {"rule": "misses", "metric": "members_coverage", "params": {"mark": "0.7", "run": 3, "each": "0.5"}}, {"weeks": [(4, 60), (5, 69)]}, "1"),
    ("three: 1 − 0.5", {"rule": "misses", "metric": "members_coverage", "params": {"mark": "0.7", "run": 3, "each": "0.5"}}, {"weeks": [(4, 60), (5, 69), (6, 0)]}, "0.5"),
    ("exactly 70 % breaks the row", {"rule": "misses", "metric": "members_coverage", "params": {"mark": "0.7", "run": 3, "each": "0.5"}}, {"weeks": [(4, 60), (5, 70), (6, 0)]}, "1"),
]  # fmt: skip


def year_of(figures):
    """The year that one line of the table describes; what it doesn't name is 0."""
    week = ClosedWeek(year=2026, number=46, edition=1)
    less, (checks, poor, *changes) = figures.pop("less", Less()), figures.pop("flows", (0, 0))
    others = [year_of(dict(each)) for each in figures.pop("others", ())]
    reports, incidents = figures.pop("reports", None), figures.pop("incidents", Incidents())
    weeks = tuple(
        Year(ClosedWeek(year=2026, number=n, edition=1), row=WeekUnit(**members(covered, 100)))
        for n, covered in figures.pop("weeks", ())
    )
    flows = {"sub_checks": checks, "sub_checks_poor": poor}
    flows |= {"sub_admin_changed": sum(changes)}
    row = WeekUnit(**({"kind_id": "county"} | figures), unit_id=1)
    year = Year(week, row=row, flows=flows, incidents=incidents, reports=reports, weeks=weeks, less=less)
    return replace(year, group=Group(dict(enumerate([year, *others], 1))))


def scored(facts, figures):
    facts, figures = {"points": "1", "low": "0", "metric": "", "params": {}} | facts, dict(figures)
    low, high = D(facts["low"]), D(facts["points"])
    criterion = Criterion(code="x", label="x", rule=facts["rule"], metric=facts["metric"])
    criterion.min_points, criterion.max_points, criterion.params = low, high, facts["params"]
    score = Score(criterion=criterion, entered_count=figures.pop("count", None))
    score.has_rule_document = figures.pop("has_rule", None)
    return compute(score, year_of(figures))


@pytest.mark.parametrize(
    ("facts", "figures", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_case_worked_by_hand(facts, figures, expected):
    found = scored(facts, figures)
    if expected.lstrip("-").replace(".", "").isdigit():
        assert found.points == D(expected)
    else:
        assert (found.points, found.arithmetic["missing"]) == (None, expected)


def test_every_rule_kind_has_a_case():
    assert {case[1]["rule"] for case in CASES} == {
        "documents", "count", "bands", "linear", "presence", "penalty", "monthly", "misses", "sum", "exclusive", "judged", "rank"
    }  # fmt: skip


def test_every_metric_has_a_case():
    rows = [row for case in CASES for row in (case[1], *case[1].get("params", {}).get("parts", ()))]
    assert {row["metric"] for row in rows if "metric" in row} == set(Metric.values)


def test_an_over_claim_is_flagged_and_verified_beside_declared():
    assert scored(BAND, members(1200, 1000)).arithmetic["is_over_claim"] is True
    kept = scored(BAND, members(900, 1000) | {"less": Less(covered_members=1)}).arithmetic
    assert (kept["declared"], kept["numerator"], kept["denominator"]) == (900, 899, 1000)


def test_of_a_large_group_the_first_and_the_neighbours_are_kept():
    """100 units behind one another, its own the 50th: 1 to 10, 40 to 60; of the first nobody stands before."""
    others = [members(n, 1000) for n in range(1, 101) if n != 51]
    kept = scored(RANK, members(51, 1000) | {"others": others}).arithmetic
    assert (kept["rank"], kept["n_group"]) == (50, 100)
    assert [rank for _unit, rank, _numbers in kept["group"]] == [*range(1, 11), *range(40, 61)]
    first = scored(RANK, members(999, 1000) | {"others": others}).arithmetic
    assert [rank for _unit, rank, _numbers in first["group"]] == list(range(1, 12))


@pytest.mark.parametrize(
    ("points", "total", "grade"),
    [
        (["3.0", "2.5", "2.4", "1.1"], "9.0", "excellent"),  # 3.0 + 2.5 + 2.4 + 1.1
        (["3.0", "2.5", "2.3", "1.1"], "8.9", "good"),  # a tenth below 9
        (["3.0", "2.5", "1.5"], "7.0", "good"),
        (["3.0", "2.5", "1.4"], "6.9", "pass"),
        (["3.0", "3.0"], "6.0", "pass"),
        (["3.0", "2.9"], "5.9", "fail"),
        (["-0.2", "-0.2", "0"], "0", "fail"),  # the item is −0.4, the sheet never below 0
        (["-0.2", "0.5"], "0.3", "fail"),
        (["-0.4", "6.4"], "6.0", "pass"),
    ],
)
def test_a_total_and_its_grade(points, total, grade):
    floors = [("excellent", D(9)), ("good", D(7)), ("pass", D(6)), ("fail", D(0))]
    found = rules.total(D(each) for each in points)
    assert (found, rules.grade(found, floors)) == (D(total), grade)


@pytest.mark.parametrize(
    ("checks", "occasion", "unit_sequence", "same_group"),
    [
        # each check a draw of its own, groups a, b: 2 1 0 posts in one row; a's own row is 2, 0
        ([("a", 2), ("b", 1), ("a", 0)], 3, 3, 2),
        # the 3 posts of b are 一般 and break the unit's row; a's three checks stand in a row of their own
        ([("a", 2), ("b", 3), ("a", 1), ("a", 0)], 2, 2, 3),
        ([("a", 2), ("a", 1), ("a", 3), ("a", 0)], 2, 2, 2),
        ([], 0, 0, 0),
    ],
)
def test_three_running_poor_checks_by_each_reading(checks, occasion, unit_sequence, same_group):
    assert poor_streak(occasion_grade([posts]) for _group, posts in checks).longest == occasion
    found = {"occasion": occasion, "unit_sequence": unit_sequence, "same_group": same_group}
    assert lengths(checks) == found


def test_one_draw_of_several_groups_is_graded_by_its_median():
    """1, 2, 9 posts: median 2, 差; 2 and 4: median 3, 一般."""
    assert [occasion_grade(each) for each in ([1, 2, 9], [2, 4])] == ["poor", "fair"]
    assert Fraction(2 + 4, 2) == 3
