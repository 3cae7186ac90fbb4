"""Schemes are data: read from a file, checked, kept in editions."""

from __future__ import annotations

import io
import json
import re
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from scoring.exceptions import SchemeInvalid
from scoring.models import Criterion, Scheme, Section, Sheet
from scoring.operations import schemes
from scoring.operations.sheets import open_year
from scoring.scheme_files import parse

SHEET_2013 = schemes.SHIPPED / "sup-a-2013.yaml"
pytestmark = pytest.mark.django_db


def edited(old: str, new: str) -> str:
    text = SHEET_2013.read_text(encoding="utf-8")
    assert old in text
    return text.replace(old, new, 1)


def test_the_2013_sheet_has_four_sections_and_ten_points():
    schemes.load_scheme(SHEET_2013)
    sections = Section.objects.filter(scheme__code="sup-a").values_list("title", "max_points")
    assert list(sections) == [
        ("一、落实全省微信工作", Decimal("3")),
        ("二、微信群情况", Decimal("2.5")),
        ("三、微信群管理、监督运营情况", Decimal("3")),
        ("四、日常督查与自查", Decimal("1.5")),
    ]


def test_three_and_a_half_points_are_marked_as_reconstructed():
    schemes.load_scheme(SHEET_2013)
    reconstructed = Criterion.objects.filter(
        item__section__scheme__code="sup-a", provenance="reconstructed"
    ).values_list("code", "max_points")
    assert {code: str(points) for code, points in reconstructed} == {
        "3.3": "0.50",
        "3.4": "1.00",
        "3.5": "0.50",
        "4.1": "0.50",
        "4.2": "0.50",
        "4.3": "0.50",
    }


def test_every_criterion_cites_its_clause():
    schemes.load_shipped()
    assert not Criterion.objects.filter(clause="").exists()
    assert Criterion.objects.get(item__section__scheme__code="sup-a", code="2.2.a").clause == "SUP-A 二.2"


def test_loading_twice_changes_nothing():
    schemes.load_shipped()
    before = list(Scheme.objects.values_list("pk", "version"))
    assert {loaded.outcome for loaded in schemes.load_shipped()} == {"unchanged"}
    assert list(Scheme.objects.values_list("pk", "version")) == before


def test_an_edition_in_use_is_kept_and_the_next_one_made(world):
    schemes.load_scheme(SHEET_2013)
    used = Scheme.objects.latest_editions().get(code="sup-a")
    Sheet.objects.create(scheme=used, year=2026, unit=world["qh"])
    loaded = schemes.store(parse(edited("2013年）", "2014年）")))
    assert (loaded.outcome, loaded.version) == ("created", used.version + 1)
    assert Scheme.objects.get(pk=used.pk).title == "市县微信工作综合考评方案（2013年）"


def test_an_edition_nobody_uses_is_replaced():
    schemes.load_scheme(SHEET_2013)
    loaded = schemes.store(parse(edited("2013年）", "2014年）")))
    assert (loaded.outcome, loaded.version) == ("replaced", 1)
    assert Scheme.objects.get(code="sup-a").title == "市县微信工作综合考评方案（2014年）"


def test_a_province_and_the_product_never_replace_each_others_edition(world, cast):
    schemes.load_scheme(SHEET_2013)
    own = schemes.store(parse(edited("2013年）", "2014年）")), unit=world["hi"], by=cast["province"])
    again = schemes.load_scheme(SHEET_2013)
    assert (own.outcome, own.version, again.outcome, again.version) == ("created", 2, "unchanged", 1)
    opened = {sheet.unit.code: sheet.scheme.version for sheet in open_year(2026)}
    assert opened["qh"] == 2
    with pytest.raises(SchemeInvalid, match="换一个"):
        schemes.store(parse(edited("2013年）", "2015年）")), unit=world["ah"])


def test_units_of_other_provinces_keep_what_came_with_the_product(world, cast):
    schemes.load_scheme(SHEET_2013)
    schemes.store(parse(edited("2013年）", "2014年）")), unit=world["ah"])
    assert {sheet.scheme.version for sheet in open_year(2026) if sheet.unit.code == "qh"} == {1}


def test_dry_run_writes_nothing():
    Scheme.objects.all().delete()
    schemes.load_scheme(SHEET_2013, dry_run=True)
    assert not Scheme.objects.exists()


@pytest.mark.parametrize(
    ("old", "new", "key", "remedy"),
    [
        ('points: "2.5"', 'points: "2.4"', "sections", "应为 10"),
        ('points: "0.4"', 'points: "0.5"', "sections[2].items", "应为 2.5"),
        ("metric: members_coverage", "metric: likes", "sections[2].items[2].criteria[1].metric", "请改为"),
        (
            '[null, "-0.2"]',
            '["0.50", "-0.2"]',
            "sections[2].items[2].criteria[1].params.bands",
            "最后一档须为 null",
        ),
        ('["0.80", "0.5"]', '["0.95", "0.5"]', "sections[2].items[2].criteria[1].params.bands", "从高到低"),
        ('["0.90", "0.8"]', '["0.90", "0.7"]', "sections[2].items[2].criteria[1].params.bands", "最高得分"),
        ('points: "3"', "points: 3.0", "sections[1].points", "带引号"),
        ('[good, "7"]', '[good, "9"]', "grades", "从高到低"),
        ('[fail, "0"]', '[fail, "1"]', "grades", "不留空档"),
    ],
)
def test_a_wrong_file_is_refused_with_line_key_and_remedy(old, new, key, remedy):
    with pytest.raises(SchemeInvalid) as refused:
        parse(edited(old, new))
    told = [re.fullmatch(r"第(\d+)行 (.+?)：(.+)", line) for line in refused.value.problems]
    assert [each for each in told if each[2] == key and remedy in each[3]]


def test_a_problem_names_the_line_of_its_key():
    lines = SHEET_2013.read_text(encoding="utf-8").splitlines()
    with pytest.raises(SchemeInvalid) as refused:
        parse(edited("metric: members_coverage", "metric: likes"))
    line = next(n for n, text in enumerate(lines, 1) if "metric: members_coverage" in text)
    assert refused.value.problems[0].startswith(f"第{line}行 sections[2].items[2].criteria[1].metric：")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("code: [", "第1行：不是有效的 YAML"),
        ("- 1", "不是考评方案"),
        ("code: a\ncode: b", "第2行 code：这个键写了两次"),
    ],
)
def test_what_is_no_scheme_is_told(text, told):
    with pytest.raises(SchemeInvalid, match=told):
        parse(text)


def test_all_problems_are_told_at_once():
    text = edited("metric: members_coverage", "metric: likes").replace("[good,", "[splendid,")
    with pytest.raises(SchemeInvalid) as refused:
        parse(text)
    assert len(refused.value.problems) == 2


def test_the_command_reports_as_json(tmp_path):
    out = io.StringIO()
    call_command("load_scheme", str(SHEET_2013), "--json", stdout=out)
    assert json.loads(out.getvalue())["n_criteria"] == 19


def test_the_command_names_the_problem(tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(edited('points: "2.5"', 'points: "2.4"'), encoding="utf-8")
    with pytest.raises(CommandError, match="应为 10"):
        call_command("load_scheme", str(wrong))
