"""`import_orgs`: tables with codes or paths; all errors at once; a second run changes nothing."""

from __future__ import annotations

import json
from contextlib import suppress
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from orgs.choices import Kind
from orgs.models import OrgUnit, UnitVersion
from orgs.operations.tree_check import check_tree
from tests.orgs.forest import wrong_descendant_sets

HEADER = "code,parent_code,name,level\n"


@pytest.fixture
def import_csv(tmp_path, world):
    """import_csv(text, *options) -> what the command answers as JSON, whatever the exit code."""

    def _import(text: str, *options: str, encoding: str = "utf-8") -> dict:
        file = tmp_path / "units.csv"
        file.write_bytes(text.encode(encoding))
        return _run(file, *options)

    return _import


def _run(file, *options: str) -> dict:
    out = StringIO()
    with suppress(SystemExit):
        call_command("import_orgs", str(file), "--json", *options, stdout=out)
    return json.loads(out.getvalue())


def test_new_province_is_loaded_and_a_second_run_changes_nothing(import_csv):
    text = (
        HEADER
        + "46,,海南省,province\n4601,46,海口市,city\n460105,4601,秀英区,county\n460106,4601,龙华区,county\n"
    )
    first = import_csv(text)
    assert (first["created"], first["changed"], first["unchanged"], first["errors"]) == (4, 0, 0, 0)
    again = import_csv(text)
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, 4)
    assert OrgUnit.objects.get(code="460106").get_ancestors().count() == 2
    assert OrgUnit.objects.get(code="4601").kind_id == Kind.PREFECTURE
    assert wrong_descendant_sets() == []
    assert check_tree().is_sound


def test_parents_may_stand_below_their_children(import_csv):
    assert import_csv(HEADER + "4601,46,海口市,city\n46,,海南省,province\n")["created"] == 2
    assert check_tree().is_sound


def test_units_are_added_below_existing_ones(import_csv, world):
    answer = import_csv(
        HEADER
        + "n1,hnu,甲学院团委,college\nn2,qh-hs,乙村团支部,village\nn3,qh,丙镇团委,town\nn4,n3,丁村团支部,village\n"
    )
    assert answer["created"] == 4
    assert OrgUnit.objects.get(code="n1").line == world["hnu"].line
    assert world["qh"].get_descendants().filter(code="n4").exists()
    assert UnitVersion.objects.current().get(unit__code="n4").name == "丁村团支部"
    assert check_tree().is_sound


def test_rows_without_parent_go_below_the_unit_named(import_csv, world):
    assert import_csv(HEADER + "n1,,甲学院团委,college\n", "--under", "hnu")["created"] == 1
    assert OrgUnit.objects.get(code="n1").parent_id == world.ids["hnu"]


def test_changed_name_and_parent_are_written_as_changes(import_csv, world):
    answer = import_csv(HEADER + "qh-hs,wn,会山新镇团委,township\n")
    assert (answer["created"], answer["changed"]) == (0, 1)
    assert (world["qh-hs"].parent_id, world["qh-hs"].name) == (world.ids["wn"], "会山新镇团委")
    assert world["qh-hs"] in OrgUnit.objects.matching("会山镇")
    assert check_tree().is_sound


def test_dry_run_tells_and_writes_nothing(import_csv):
    before = OrgUnit.objects.count()
    assert import_csv(HEADER + "n1,hnu,甲学院团委,college\n", "--dry-run")["created"] == 1
    assert OrgUnit.objects.count() == before


def test_all_errors_are_told_at_once_with_row_and_column_and_nothing_is_written(import_csv):
    before = OrgUnit.objects.count()
    answer = import_csv(
        "code,parent_code,name,kind,intake_year\n"
        "a1,hnu,甲学院团委,college,\n"
        ",hnu,无码学院团委,college,\n"
        "a3,nowhere,丙学院团委,college,\n"
        "a4,hnu,丁学院团委,planet,\n"
        "a1,hnu,戊学院团委,college,\n"
        "a6,hnu-law,己班团支部,class,\n"
        "a7,hnu-law,庚班团支部,class,二零一三\n"
        "a8,hnu,辛村团支部,village,\n"
        "a9,hnu,法学院团委,college,\n"
        "b1,b2,环一镇团委,township,\nb2,b1,环二镇团委,township,\n"
    )
    told = {(error["row"], error["column"]) for error in answer["error_rows"]}
    assert told == {
        (3, "code"),
        (4, "parent_code"),
        (5, "kind"),
        (6, "code"),
        (7, "intake_year"),
        (8, "intake_year"),
        (9, "kind"),
        (10, "name"),
        (11, "parent_code"),
        (12, "parent_code"),
    }
    assert OrgUnit.objects.count() == before


def test_paths_are_enough_and_codes_are_given(import_csv, world):
    text = "组织路径,类型,入学年级\n海洋学院团委,院（系）团委,\n海洋学院团委/2013级1班团支部,class,2013级\n法学院团委/法学2014级1班团支部,class,2014\n"
    answer = import_csv(text, "--under", "hnu")
    assert (answer["created"], answer["errors"]) == (3, 0)
    new = OrgUnit.objects.get(name="2013级1班团支部")
    assert (new.parent.name, new.parent.parent_id) == ("海洋学院团委", world.ids["hnu"])
    assert OrgUnit.objects.get(name="法学2014级1班团支部").parent_id == world.ids["hnu-law"]
    again = import_csv(text, "--under", "hnu")
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, 3)


def test_path_without_superior_is_told_in_words(import_csv):
    answer = import_csv("组织路径,类型\n没有的学院/某班团支部,college\n", "--under", "hnu")
    assert "找不到上级“没有的学院”" in answer["error_rows"][0]["message"]


def test_gb18030_and_rare_characters_are_read(import_csv):
    assert import_csv(HEADER + "n1,hnu,𠮷学院团委,college\n", encoding="gb18030")["created"] == 1
    assert OrgUnit.objects.get(code="n1").name == "𠮷学院团委"


def test_workbook_is_read_through_the_guard(tmp_path, world):
    book = Workbook()
    book.active.append(["代码", "上级代码", "全称", "类型", "成立日期", "规定排序"])
    book.active.append(["n1", "hnu", "甲学院团委", "院（系）团委", "2013-09-01", "7"])
    file = tmp_path / "units.xlsx"
    book.save(file)
    assert _run(file)["created"] == 1
    unit = OrgUnit.objects.get(code="n1")
    assert (unit.position, unit.opened_on.isoformat()) == (7, "2013-09-01")


def test_file_with_errors_ends_with_exit_code_1(tmp_path, world):
    file = tmp_path / "units.csv"
    file.write_text(HEADER + "n1,nowhere,甲学院团委,college\n")
    with pytest.raises(SystemExit) as done:
        call_command("import_orgs", str(file), stdout=StringIO())
    assert done.value.code == 1


def test_unusable_header_is_refused_in_words(tmp_path, world):
    file = tmp_path / "units.csv"
    file.write_text("甲,乙\n1,2\n")
    with pytest.raises(CommandError, match="表头要有"):
        call_command("import_orgs", str(file))
