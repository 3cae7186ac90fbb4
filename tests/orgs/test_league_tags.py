"""How a status, a number, a week and a mobile are shown."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.template import Context, Template

from orgs.kernel import clock, plot
from orgs.templatetags import league


def show(source, **context):
    return Template("{% load league %}" + source).render(Context(context))


def test_a_pill_has_sign_word_and_colour():
    pill = show('{% pill "warn" label %}', label="一般<4 条>")
    assert "pill-warn" in pill
    assert "#alert-triangle" in pill
    assert "一般&lt;4 条&gt;" in pill


@pytest.mark.parametrize(
    ("mobile", "shown"),
    [("13800000123", "138****0123"), ("", "—"), (None, "—"), ("1234567", "****"), ("abc13800000123", "****")],
)
def test_a_mobile_is_masked_or_hidden_wholly(mobile, shown):
    assert show("{{ mobile|masked }}", mobile=mobile) == shown


@pytest.mark.parametrize(
    ("part", "base", "shown"),
    [(836, 1000, "83.6%"), (7999, 10000, "79.9%"), (1, 0, "—"), (None, 5, "—"), (0, 5, "0.0%")],
)
def test_a_percentage_is_cut_and_never_rounded_up(part, base, shown):
    assert show("{% percent part base %}", part=part, base=base) == shown


def test_a_ratio_is_shown_like_a_percentage():
    assert show("{{ share|ratio }}", share=Fraction(7999, 10000)) == "79.9%"
    assert show("{{ share|ratio }}", share=None) == "—"


@pytest.mark.parametrize(
    ("part", "base", "step"),
    [
        (90, 100, 1),
        (8999, 10000, 2),
        (80, 100, 2),
        (7999, 10000, 3),
        (70, 100, 3),
        (6999, 10000, 4),
        (0, 9, 4),
        (None, 9, 0),
        (1, 0, 0),
    ],
)
def test_the_coverage_step_changes_exactly_at_the_cut_lines(part, base, step):
    assert show("{% band part base %}", part=part, base=base) == str(step)


def test_a_week_is_named_with_its_days():
    assert show("{{ w|week }}", w="2013-W36") == "第36周 9月2日—9月8日"


def test_a_path_is_parted_by_arrows():
    assert show("{{ p|unit_path }}", p="海南大学/材料与化工学院/") == "海南大学 › 材料与化工学院"
    assert show("{{ p|unit_path }}", p=["海南大学", "法学院"]) == "海南大学 › 法学院"


@pytest.mark.parametrize(
    ("change", "sign", "word"),
    [
        (3, "▲</span> 3", "升"),
        (-2, "▼</span> 2", "降"),
        (Fraction(21, 10), "▲</span> 2.1", "升"),
        (0, "－", "不变"),
    ],
)
def test_a_movement_is_said_in_sign_and_word(change, sign, word):
    arrow = show("{% delta change %}", change=change)
    assert sign in arrow
    assert word in arrow


def test_an_unknown_movement_is_a_dash():
    assert "—" in show("{% delta change %}", change=None)


def test_a_bar_shows_its_figure_to_screen_readers_and_stops_at_its_end():
    bar = show('{% bar 12 10 "覆盖率" %}')
    assert 'aria-label="覆盖率 120.0%"' in bar
    assert 'width="100%"' in bar
    assert "bar-1" in bar
    assert "bar-tick" in bar


def test_a_plain_bar_has_no_tick_and_turns_green_only_when_complete():
    assert "bar-tick" not in show('{% bar 3 4 "" "plain" %}')
    assert "bar-plain" in show('{% bar 3 4 "" "plain" %}')
    assert "bar-full" in show('{% bar 4 4 "" "plain" %}')


def test_a_bar_without_a_base_is_empty_and_unreported():
    bar = show('{% bar part base "" %}', part=None, base=None)
    assert "bar-0" in bar
    assert 'width="0%"' in bar


def test_a_week_without_a_report_breaks_the_line_and_is_a_dash_in_the_table():
    points = [("第1周", Fraction(1, 2)), ("第2周", None), ("第3周", Fraction(9, 10))]
    chart = show('{% trend points "走势" %}', points=points)
    assert chart.count("<polyline") == 2
    assert "<td>—</td>" in chart
    assert "<td>90.0%</td>" in chart


def test_a_trend_without_any_figure_still_draws_its_axes():
    assert "<polyline" not in show('{% trend points "走势" %}', points=[("第1周", None)])
    assert "<polyline" not in show('{% trend points "走势" %}', points=[])


def test_a_plot_keeps_inside_its_frame():
    drawn = plot.line_plot([("1", Fraction(0)), ("2", Fraction(13, 10))], Fraction(4, 5))
    assert drawn.runs == ["38,154 268,16"]
    assert drawn.last == (268, 16)


def test_a_plot_marks_places_between_its_points():
    drawn = plot.line_plot([("1", Fraction(0)), ("2", Fraction(1))], None, [(Fraction(1, 2), "①")])
    assert [(mark.at, mark.label) for mark in drawn.marks] == [(153, "①")]
    text = show(
        "{% trend points '走势' None marks %}", points=[("1", Fraction(1))], marks=[(Fraction(0), "①")]
    )
    assert "trend-mark" in text
    assert "①" in text


def test_midnight_is_said_as_the_end_of_the_day_before():
    assert league.until(clock.day_end(date(2026, 9, 8))) == "2026年9月8日 24:00"
    assert league.until(clock.day_start(date(2026, 9, 8)) + timedelta(hours=18)) == "2026年9月8日 18:00"
