"""`import_orgs`: tables with codes or paths; all errors at once; a second run changes nothing."""

from __future__ import annotations

import json
from contextlib import suppress
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from orgs.choices import Kind
from orgs.models import OrgUnit, UnitKind, UnitVersion
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


def test_what_stands_outside_the_file_is_seen_too_with_row_and_column(import_csv, world):
    """New names beside siblings, kinds above children, superiors below: all of units of which the file says nothing."""
    text = HEADER + (
        "hnu-law,hnu,旅游学院团委,college\n"
        "qh-hs-jl,wn-xl,南林村团支部,village\n"
        "qh,hi,共青团琼海市委,university\n"
        "ah,,共青团海南省委,province\n"
        "aq,aq-zy,共青团安庆市委,county\n"
        "n1,,共青团海南省委,province\n"
    )
    # No kind may stand below itself in the reference data; a county may here, so that a ring is possible.
    UnitKind.objects.filter(pk=Kind.COUNTY).update(allowed_children=[Kind.COUNTY, Kind.TOWNSHIP])
    for options in (["--dry-run"], []):
        answer = import_csv(text, *options)
        told = {(error["row"], error["column"]) for error in answer["error_rows"]}
        assert told == {(2, "name"), (3, "name"), (4, "level"), (5, "name"), (6, "parent_code"), (7, "name")}
    assert world["hnu-law"].name == "法学院团委"


def test_what_the_rows_do_together_is_judged_by_what_comes_of_it(import_csv, world):
    """Siblings swap names, a unit takes a name that another leaves, one changes kind and superior at once."""
    text = HEADER + (
        "hnu-law,hnu,旅游学院团委,college\nhnu-tour,hnu,法学院团委,college\n"
        "qh-hs-jl,wn-xl,南林村团支部,village\nwn-xl-nl,qh-yj,南林村团支部,village\n"
        "aq-zy,ah,共青团枞阳市委,prefecture\n"
    )
    answer = import_csv(text)
    assert (answer["changed"], answer["errors"]) == (5, 0)
    assert (world["hnu-law"].name, world["hnu-tour"].name) == ("旅游学院团委", "法学院团委")
    assert (world["qh-hs-jl"].parent_id, world["wn-xl-nl"].parent_id) == (
        world.ids["wn-xl"],
        world.ids["qh-yj"],
    )
    assert (world["aq-zy"].kind_id, world["aq-zy"].parent_id) == (Kind.PREFECTURE, world.ids["ah"])
    assert UnitVersion.objects.current().get(unit=world["aq-zy"]).kind_id == Kind.PREFECTURE
    assert wrong_descendant_sets() == []
    assert check_tree().is_sound
    assert import_csv(text)["unchanged"] == 5


def test_a_superior_and_its_subordinate_change_places(import_csv, world):
    UnitKind.objects.filter(pk=Kind.COUNTY).update(allowed_children=[Kind.COUNTY, Kind.TOWNSHIP])
    first = import_csv(HEADER + "aq,ah,共青团安庆市委,county\n")
    assert first["changed"] == 1
    answer = import_csv(HEADER + "aq,aq-zy,共青团安庆市委,county\naq-zy,ah,共青团枞阳县委,county\n")
    assert (answer["changed"], answer["errors"]) == (2, 0)
    assert (world["aq"].parent_id, world["aq-zy"].parent_id) == (world.ids["aq-zy"], world.ids["ah"])
    assert wrong_descendant_sets() == []


def test_a_column_that_the_file_has_not_is_not_missing_of_a_known_unit(import_csv, world):
    answer = import_csv(HEADER + "hnu-law-1201,hnu-law,法学2012级甲班团支部,class\n")
    assert (answer["changed"], answer["errors"]) == (1, 0)
    assert world["hnu-law-1201"].intake_year == 2012


def test_kinds_are_known_as_the_administrators_have_them(import_csv, world):
    """UNI-1.2: kinds are data; one added or renamed there is understood by its code and its name."""
    UnitKind.objects.create(code="research", name="科研院所团委", position=99)
    university = UnitKind.objects.get(pk=Kind.UNIVERSITY)
    university.allowed_children += ["research"]
    university.save()
    UnitKind.objects.filter(pk=Kind.COLLEGE).update(name="学院团委")
    answer = import_csv(
        HEADER + "n1,hnu,热作所团委,research\nn2,hnu,橡胶所团委,科研院所团委\nn3,hnu,甲学院团委,学院团委\n"
        "n4,hnu,乙学院团委,院（系）团委\n"
    )
    assert (answer["created"], answer["errors"]) == (4, 0)
    kinds = dict(OrgUnit.objects.filter(code__in=["n2", "n3", "n4"]).values_list("code", "kind_id"))
    assert kinds == {"n2": "research", "n3": Kind.COLLEGE, "n4": Kind.COLLEGE}


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
