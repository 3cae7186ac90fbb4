"""The digest of a final sheet: the same content is the same digest, and one byte that differs is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from orgs.kernel import clock, triggers
from orgs.operations import documents
from scoring import seal_words
from scoring.content import canonical, content_of, digest
from scoring.models import Evidence, Score, Sheet, SignedScan
from scoring.operations import document_stores, sealing
from tests.scoring.sheet_steps import finalised

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def final(sheets, week, cast):
    """A final sheet with a file as evidence."""
    document = documents.checked(PDF, "总结.pdf")
    Evidence.objects.create(
        score=Score.objects.get(sheet=sheets["qh"], criterion__code="1.1.a"),
        title="工作总结",
        stored_name=document_stores.EVIDENCE.keep(document.data),
        original_name=document.name,
        size=document.size,
        sha256=document.sha256,
        added_by=cast["city"],
        added_at=clock.now(),
    )
    return Sheet.objects.get(pk=finalised(sheets, cast).pk)


def changed(sql, *values):
    """What somebody with the database in their hands can do."""
    with triggers.without_triggers(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def differs(year=None):
    return [each.words for each in sealing.verify(year).findings]


def test_a_final_sheet_verifies_and_says_the_same_when_read_again(final):
    assert digest(canonical(content_of(final))) == final.content_hash
    found = sealing.verify()
    assert (found.n_sheets, found.n_without, found.findings) == (1, 0, [])
    assert sealing.verify(2020).n_sheets == 0


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE scoring_score SET assessed_points = 0.4 WHERE sheet_id = %s AND assessed_points = 1", "考评得分"),
        ("UPDATE scoring_score SET reason = 'x' WHERE sheet_id = %s", "评分点 1.1.a 理由"),
        ("UPDATE scoring_sheet SET total_points = 9.9 WHERE id = %s", "考评表 总分：定稿时为"),
        ("UPDATE scoring_sheet SET grade = 'good' WHERE id = %s", "现在为“good”"),
        ("UPDATE scoring_evidence SET title = '工作总结。' WHERE %s > 0", "佐证材料 1 材料名称"),
        ("DELETE FROM scoring_evidence WHERE %s > 0", "现在为空"),
        ("UPDATE scoring_sheetseal SET content = content || ' ' WHERE sheet_id = %s", "内容记录与内容摘要不符"),
        ("DELETE FROM scoring_sheetseal WHERE sheet_id = %s", "内容记录不见了"),
        ("UPDATE scoring_sheet SET content_hash = 'a' WHERE id = %s", "与操作日志所记的不同"),
    ],
)  # fmt: skip
def test_a_row_that_was_changed_past_the_triggers_is_named(final, sql, words):
    changed(sql, final.pk)
    assert words in "；".join(differs())


def test_one_byte_of_a_file_is_named(final):
    path = Path(settings.MEDIA_ROOT, "sheet_evidence", Evidence.objects.get().stored_name)
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(bytes(whole))
    assert differs() == ["评分点 1.1.a 的佐证材料“工作总结”：文件已损坏、被改动或不在服务器上"]


def test_a_lost_scan_is_named(final, cast):
    facts = {"kind": "sheet", "original_name": "盖章.pdf", "size": 1, "sha256": "0" * 64}
    facts |= {"stored_name": "0" * 32 + ".bin", "added_by": cast["province"], "added_at": clock.now()}
    SignedScan.objects.create(sheet=final, **facts)
    assert differs() == ["考评表的扫描件“盖章.pdf”：文件已损坏、被改动或不在服务器上"]


def test_the_command_names_what_differs_and_fails(final, capsys):
    call_command("verify_sheets", "--year", "2026")
    assert "已核对定稿的考评表 1 张" in capsys.readouterr().out
    changed("UPDATE scoring_sheet SET overall = '好' WHERE id = %s", final.pk)
    with pytest.raises(CommandError, match="1 处"):
        call_command("verify_sheets")
    assert "琼海市委 第1版：考评表 总体评价：定稿时为“”，现在为“好”" in capsys.readouterr().out
    with pytest.raises(CommandError, match="1 处"):
        call_command("verify_sheets", "--json")
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["unit"], finding["revision"]) == ("qh", 1)


def test_long_values_and_rows_that_came_or_went_are_shown_short():
    before, now = (
        {"sheet": {"overall": "好" * 60}, "decisions": []},
        {"sheet": {}, "decisions": [{"grade": "good"}]},
    )
    first, second = seal_words.differences(before, now)
    assert first == '党组会决定 1：定稿时为空，现在为“{"grade": "good"}”'
    assert second == f"考评表 总体评价：定稿时为“{'好' * 40}…”，现在为空"
