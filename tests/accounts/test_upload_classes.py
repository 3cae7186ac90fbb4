"""Every class of upload has its outcome (D1): file → accepted, put in order, rows refused, file refused, and in which words.

Each goes through `import_collection`, as a reviewer would upload it; the number of data rows is told by the case, not
counted by the reader.
"""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command

from accounts.models import SubmissionRow
from accounts.operations import registry
from orgs.kernel import clock
from orgs.models import OrgUnit
from tests.accounts import upload_columns
from tests.accounts import upload_files as files
from tests.accounts.forms import launch, submitted
from tests.accounts.upload_cases import CASES, FILE, ROWS, STATUS
from tests.accounts.upload_files import UNITS, flat, row, table


@pytest.fixture
def round(world, cast):
    return launch(world, cast)


@pytest.fixture
def take(round, tmp_path, capsys, settings):
    """take(data, name) -> the answer of the command, its sums and words checked."""

    def _take(data: bytes, name: str = "收集表.xlsx", *options: str, unit: str = "hnu") -> dict:
        path = tmp_path / name
        path.write_bytes(data)
        status = 0
        try:
            call_command("import_collection", str(path), "--unit", unit, "--json", *options)
        except SystemExit as stopped:
            status = int(stopped.code or 0)
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == 1
        answer = json.loads(lines[0])
        assert status == STATUS[answer["outcome"]]
        wrong = {(each["sheet"], each["row"]) for each in answer["rejected"]}
        assert answer["rows_total"] == answer["accepted"] + len(wrong)
        for each in answer["rejected"]:
            assert each["column"]
            assert "请" in each["message"]
            assert len(each["value"]) <= 40
        return answer

    return _take


def words(answer: dict) -> str:
    """Everything the answer says, in one text."""
    normalised = (each["column"] for each in answer["normalised"])
    return "\n".join([str(answer["message"]), *(each["text"] for each in answer["rejected"]), *normalised])


ALL = CASES | upload_columns.CASES


def test_there_are_as_many_cases_as_promised():
    """D1 speaks of 200 and more; none hides another of the same name."""
    assert len(ALL) == len(CASES) + len(upload_columns.CASES)
    assert len(ALL) >= 200


@pytest.mark.parametrize("name", ALL)
def test_class_of_upload_has_its_outcome(name, take, settings):
    case = ALL[name]
    settings.UPLOAD_LIMITS = settings.UPLOAD_LIMITS | (case.settings or {})
    answer = take(case.make(), case.name)
    found = words(answer)
    assert (answer["outcome"], answer["rows_total"], answer["accepted"]) == (
        case.outcome,
        case.rows,
        case.good,
    ), found
    for part in case.says:
        assert part in found
    if case.outcome == FILE:
        assert answer["message"].endswith("。")
    assert SubmissionRow.objects.count() == case.good


def test_a_closed_unit_is_said_to_be_closed(world, take):
    OrgUnit.objects.filter(code="hnu-law-1201").update(is_open=False, closed_on=clock.today())
    answer = take(flat(table(2)))
    assert (answer["outcome"], answer["accepted"]) == (ROWS, 1)
    assert "已撤销，不再填报，请" in words(answer)


def test_a_bare_name_of_several_units_gets_the_paths_within_the_uploaders_scope(world, take):
    name = UNITS["hnu-law-1201"].rpartition("/")[2]
    OrgUnit.objects.filter(code__in=["hnu-tour-1201", "qzu-sci-1201"]).update(name=name)
    found = words(take(flat([row(0, path=name)])))
    assert f"请改填组织路径：海南大学团委/法学院团委/{name}；海南大学团委/旅游学院团委/{name}" in found
    assert "琼州" not in found
    assert "海南省委" not in found


def test_foreign_and_unknown_units_read_the_same_word_for_word(take):
    answer = take(flat([row(0, path="数学2012级1班团支部"), row(1, path="数学2099级1班团支部")]))
    first, second = (each["message"] for each in answer["rejected"])
    assert first == second


def test_an_account_of_another_unit_is_refused_and_ones_own_is_not(world, cast, take):
    registered = {"platform": "wechat_personal", "by": cast["province"]}
    registry.open_account(world["qzu"], identifier=str(row(0)[1]).upper(), **registered)
    registry.open_account(world["hnu-law-1202"], identifier=str(row(1)[1]), **registered)
    answer = take(flat(table(2)))
    (error,) = answer["rejected"]
    assert (answer["outcome"], answer["accepted"], error["row"]) == (ROWS, 1, 2)
    assert "已由其他团组织登记，请核对" in error["message"]
    assert "琼州" not in words(answer)


def test_a_form_that_was_submitted_is_not_replaced(world, cast, round, take):
    submitted(round, world["hnu-law-1201"], by=cast["secretary"])
    answer = take(flat(table(2)))
    assert (answer["outcome"], answer["accepted"]) == (ROWS, 1)
    assert "待审核，不能重复导入" in words(answer)


def test_nothing_personal_is_repeated(take):
    changes = {
        "admin_name": "欧阳测试\u200b",
        "admin_wechat": "ceshi_weixin@",
        "admin_mobile": "138000001011",
    }
    told = json.dumps(
        take(flat([row(0, **changes), row(1, admin_mobile="1380000 0102 ")])), ensure_ascii=False
    )
    for secret in ("欧阳测试", "ceshi_weixin", "138000001011", "1380000 0102", "13800000102"):
        assert secret not in told


def test_a_dry_run_touches_nothing(take):
    assert take(flat(table(3)), "a.xlsx", "--dry-run")["accepted"] == 3
    assert not SubmissionRow.objects.exists()


@pytest.mark.once
def test_a_million_empty_styled_rows_are_read_in_time(take):
    assert take(files.million_empty_rows())["accepted"] == 1


@pytest.mark.once
def test_a_million_merged_cells_do_no_harm(take):
    assert take(files.million_merges())["accepted"] == 1
