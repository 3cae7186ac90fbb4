"""YAML as people write it: plain values, the line of each key, no surprises."""

from __future__ import annotations

import pytest

from orgs.kernel import yaml_text

TEXT = """\
# a comment
title: 通知
on: yes
count: 07
share: 0.5
day: 2013-09-20
at: 12:30
none: ~
rows:
  - {code: a, deep: [1, true]}
  - code: b
"""


def test_values_are_what_they_look_like():
    assert yaml_text.read(TEXT).value == {
        "title": "通知",
        "on": "yes",
        "count": "07",
        "share": 0.5,
        "day": "2013-09-20",
        "at": "12:30",
        "none": None,
        "rows": [{"code": "a", "deep": [1, True]}, {"code": "b"}],
    }


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("title", 2),
        ("rows", 9),
        ("rows[1].deep[2]", 10),
        ("rows[2].code", 11),
        ("rows[2].none", 11),
        ("rows[7]", 9),
        ("other", 2),
        ("", 2),
    ],
)
def test_every_key_has_its_line_and_a_missing_one_that_of_what_is_around(key, line):
    assert yaml_text.read(TEXT).line_of(key) == line


def test_a_key_that_stands_twice_is_named():
    assert yaml_text.read("a: {b: 1, b: 2}\na: 3\n").repeated == ["a.b", "a"]


def test_nothing_is_read_as_nothing():
    assert yaml_text.read("# only a comment\n").value is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: [", 2),
        ("a: &x 1\nb: *x", 2),
        ("a: 1\nb: !!set {c}", 2),
        ("!!int x", 1),
        ("a:\n- !!seq [x]", 2),
        ("a: 1\n\tb: 2", 2),
    ],
)
def test_what_can_not_be_read_names_its_line(text, line):
    with pytest.raises(yaml_text.NotYaml) as refused:
        yaml_text.read(text)
    assert refused.value.line == line
