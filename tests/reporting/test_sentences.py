"""The conclusion of a week in words. Pure: figures in, a sentence out."""

from __future__ import annotations

from fractions import Fraction

import pytest

from reporting.coverage import Coverage
from reporting.sentences import WeekFacts, conclusion, plain_text


def say(part, base, *, change=None, holders=10, unreported=0, base_missing=0, **facts) -> str:
    defaults = {"who": "高校", "n_units": 18, "n_low": 0, "n_unreported": 0}
    coverage = Coverage(part, base, holders, unreported, base_missing)
    return plain_text(conclusion(WeekFacts(coverage=coverage, change=change, **defaults | facts)))


def test_the_ordinary_week_says_rate_movement_line_and_who_is_missing():
    text = say(836, 1000, change=Fraction(21, 10), n_low=5, n_unreported=2)
    assert text == (
        "本周高校团员微信覆盖率 83.6%，比上周高 2.1 个百分点，达到 80% 良好线；仍有 5 个单位低于 80%；2 个单位未报。"
    )


def test_a_falling_rate_below_the_line():
    text = say(700, 1000, change=Fraction(-12, 10), n_low=9)
    assert text == (
        "本周高校团员微信覆盖率 70.0%，比上周低 1.2 个百分点，低于 80% 良好线；其中 9 个单位低于 80%。"
    )


def test_exactly_80_percent_reaches_the_line_and_79_99_does_not():
    assert "达到 80% 良好线" in say(8000, 10000)
    assert "79.9%，低于 80% 良好线" in say(7999, 10000)


def test_the_first_week_says_nothing_about_a_week_before():
    assert "上周" not in say(900, 1000)


@pytest.mark.parametrize("change", [Fraction(0), Fraction(1, 100), Fraction(-1, 100)])
def test_a_change_too_small_to_show_is_none(change):
    assert "与上周持平" in say(900, 1000, change=change)


def test_all_reported_and_above_the_line_is_said():
    assert say(900, 1000).endswith("达到 80% 良好线；没有单位低于良好线，也没有单位未报。")


def test_missing_bases_make_the_rate_provisional():
    assert "83.6%（暂定，3 个单位缺底数）" in say(836, 1000, base_missing=3)


def test_nothing_reported_is_not_zero_percent():
    text = say(0, 1000, holders=4, unreported=4, n_unreported=4)
    assert text == "本周高校还没有已通过的填报，覆盖率为未报。"


def test_no_base_no_rate():
    assert "没有登记团员底数，不能计算覆盖率" in say(10, None)


def test_nobody_who_holds_members():
    assert "不计算覆盖率" in say(None, None, holders=0)


def test_more_people_than_the_base_are_to_be_checked():
    assert "超过底数，需核实" in say(1100, 1000)


def test_spot_checks_are_told_with_their_poor_ones():
    assert "抽查 40 次，3 次为“差”。" in say(900, 1000, checks=40, checks_poor=3)
    assert "抽查 40 次，没有“差”。" in say(900, 1000, checks=40)


def test_the_figures_are_the_strong_pieces():
    facts = WeekFacts("高校", Coverage(836, 1000, 10, 0), None, 18, 5, 2)
    assert [phrase.text for phrase in conclusion(facts) if phrase.is_strong] == [
        "83.6%",
        "5 个单位低于 80%",
        "2 个单位未报",
    ]
