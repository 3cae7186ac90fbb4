"""What a scheme file may not say: each with its key and the remedy."""

from __future__ import annotations

import pytest

from scoring.exceptions import SchemeInvalid
from scoring.scheme_files import parse
from tests.scoring.test_unseen_schemes import WORK

BANDS = '[{above: "0.9", points: 12}, {above: "0.5", to: "0.9", points: 6}, {to: "0.5", points: 0}]'
A1, B3 = "sections[1].items[1].criteria[1]", "sections[2].items[2].criteria[1].params.parts[2].params.bands"


def refused(old: str, new: str) -> list[tuple[str, str]]:
    """The key and the words of each problem."""
    text = WORK.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(SchemeInvalid) as error:
        parse(text.replace(old, new, 1))
    assert all(each.line for each in error.value.found)
    return [(each.key, each.text) for each in error.value.found]


def told(key: str, words: str, problems: list[tuple[str, str]]) -> bool:
    return any(key == at and words in text for at, text in problems)


@pytest.mark.parametrize(
    ("bands", "words"),
    [
        ('[{above: "0.9", points: 12}, {above: "0.5", to: "0.8", points: 6}, {to: "0.5", points: 0}]', "第 1 档和第 2 档之间有空档"),
        ('[{above: "0.9", points: 12}, {above: "0.5", below: "0.9", points: 6}, {to: "0.5", points: 0}]', "第 1 档和第 2 档之间有空档"),
        ('[{from: "0.9", points: 12}, {above: "0.5", to: "0.9", points: 6}, {to: "0.5", points: 0}]', "第 1 档和第 2 档重叠"),
        ('[{above: "0.9", points: 12}, {above: "0.5", to: "0.95", points: 6}, {to: "0.5", points: 0}]', "第 1 档和第 2 档重叠"),
        ('[{above: "0.9", points: 12}, {above: "0.5", to: "0.9", points: 6}, {from: "0.1", to: "0.5", points: 0}]', "最后一档须为 null"),
        ('[{above: "0.5", below: "0.9", points: 12}, {to: "0.5", points: 0}]', "第一档不能有上端"),
        ('[{above: "1.5", points: 12}, {to: "1.5", points: 0}]', "不超过 1"),
        ('[{above: "0.5", points: 12}, {points: 5}, {points: 0}]', "只有最后一档写 null"),
        ('[["0.9", 11], [null, 0]]', "最高得分须等于 points"),
    ],
)  # fmt: skip
def test_bands_cover_the_range_without_gap_or_overlap(bands, words):
    assert told(B3, words, refused(BANDS, bands))


def test_one_end_is_said_once():
    both = BANDS.replace('{above: "0.9"', '{above: "0.9", from: "0.9"', 1)
    assert told(f"{B3}[1]", "同一端只能写一个", refused(BANDS, both))


def test_a_first_band_may_end_where_nothing_is_above():
    text = WORK.read_text(encoding="utf-8").replace(
        '{above: "0.9", points: 12}', '{above: "0.9", to: "1", points: 12}'
    )
    assert parse(text).full_points == 100


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("full_points: 100", "full_points: 90", "sections", "应为 90"),
        ("[excellent, 85]", "[excellent, 101]", "grades", "不能超过总分"),
        ("[good, 70]", "[excellent, 70]", "grades", "等次重复"),
        ("capped: true", "capped: false", "sections[1].items[3].criteria", "合计为 25，应为 20"),
        ("points: 15, rule: count", "points: 5, rule: count", "sections[1].items[3].criteria", "应不少于 20"),
        ("metric: requirements,", "metric: wishes,", f"{A1}.metric", "请改为"),
        ("rule: linear, metric: requirements,", "rule: linear,", f"{A1}.metric", "须写明 metric"),
        ('zero: "0.5"', 'zero: "1"', f"{A1}.params.full", "不能相同"),
        ('step: "0.5"', 'step: "0"', f"{A1}.params.step", "步长须大于 0"),
        ("step:", "stop:", f"{A1}.params.stop", "是否应为 step"),
        ("min_points: -6", "min_points: 1", "sections[1].items[2].criteria[1].min_points", "不能大于分值"),
        ("{each: 2, free: 1}", "{each: 0, free: 1}", "sections[1].items[2].criteria[1].params.each", "须大于 0"),
        ("metric: requirements_overdue", "metric: requirements", "sections[1].items[2].criteria[1].metric", "个数的指标"),
        ("points: 0, min_points: -20, params: {each: 20}", "points: 0, min_points: -30, params: {each: 20}",
         "sections[1].items[2].criteria[2].params.parts[1]", "之间"),
        ("rule: monthly, metric: members_coverage", "rule: monthly, metric: incidents", "sections[2].items[1].criteria[1].metric", "全年只有一个数"),
        ("rule: documents,", "rule: documents, metric: incidents,", "sections[1].items[3].criteria[2].metric", "请删去"),
        ("params: {each: 5}", "params: {}", "sections[1].items[3].criteria[2].params.each", "缺少这一项"),
        (", params: {each: 5}", "", "sections[1].items[3].criteria[2].params", "须写明 params"),
        ("part: admins, ", "", "sections[3].items[1].criteria[1].params.part", "须写明 part"),
        ("part: admins", "part: likes", "sections[3].items[1].criteria[1].params.part", "请改为"),
        ("code: a2", "code: a1", "sections[1].items[2].criteria[1].code", "代码重复"),
        ("code: invented-work", "code: Invented", "code", "小写字母"),
        ("full_points: 100", 'full_points: 1.5', "full_points", "带引号"),
        ("full_points: 100", 'full_points: "99.95"', "full_points", "步长 0.1"),
        ("[good, 70]", '[good, "70.25"]', "grades[2][2]", "步长 0.1"),
        ("min_points: -6", 'min_points: "-6.25"', "sections[1].items[2].criteria[1].min_points", "步长 0.1"),
        ("params: {each: 5}", 'params: {each: "0.25"}', "sections[1].items[3].criteria[2].params.each", "步长 0.1"),
        ('to: "0.9", points: 6', 'to: "0.9", points: "6.05"', f"{B3}[2].points", "步长 0.1"),
        ('step: "0.5"', 'step: "0.25"', f"{A1}.params.step", "0.1 的整数倍"),
    ],
)  # fmt: skip
def test_a_wrong_scheme_is_refused_with_key_and_remedy(old, new, key, words):
    assert told(key, words, refused(old, new))


def test_a_text_that_is_no_yaml_is_told():
    with pytest.raises(SchemeInvalid, match="不是有效的 YAML"):
        parse("code: [")
