"""佐证材料: added by whose turn it is, counted once on a sheet, sent back as it came, closed with the sheet."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from orgs.exceptions import FileDamaged, NotAllowed
from orgs.kernel import clock
from orgs.kernel.sheets import FileRejected
from orgs.models import AuditEntry
from reporting.operations import hand_ins
from scoring.choices import SheetState
from scoring.exceptions import EvidenceRefused, EvidenceTaken, NotReady, SheetFinal, SheetProposed
from scoring.models import Evidence, Score, Sheet
from scoring.operations import document_stores
from scoring.operations import evidence as operations
from scoring.pages.evidence import count_word, read
from tests.reporting.paper_scene import handed, papers, pdf
from tests.scoring.sheet_steps import finalised

PDF = b"%PDF-1.4\n%%EOF\n"
OTHER = b"%PDF-1.4\n%%EOF \n"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def sheet(sheets):
    return sheets["qh"]


def score_of(sheet, code):
    return Score.objects.select_related("criterion", "sheet__unit").get(sheet=sheet, criterion__code=code)


def stored():
    return sorted(path.name for path in Path(settings.MEDIA_ROOT, "sheet_evidence").glob("*"))


def add(sheet, code, by, data=PDF, name="会议记录.pdf"):
    return operations.add_file(score_of(sheet, code), data, name, by=by)


def test_a_file_stands_encrypted_and_comes_back_as_it_was(sheet, cast):
    made = add(sheet, "1.3", cast["city"])
    assert (made.title, made.original_name, made.size) == ("会议记录.pdf", "会议记录.pdf", len(PDF))
    assert PDF not in Path(settings.MEDIA_ROOT, "sheet_evidence", made.stored_name).read_bytes()
    data, kind, name = operations.content(made, by=cast["auditor"])
    assert (data, kind.mime, name) == (PDF, "application/pdf", "会议记录.pdf")
    assert set(AuditEntry.objects.filter(verb__startswith="sheet.evidence").values_list("verb", flat=True)) == {
        "sheet.evidence_added",
        "sheet.evidence_read",
    }  # fmt: skip


def test_the_same_file_twice_is_one_and_counts_under_one_criterion_only(sheet, cast):
    first = add(sheet, "1.3", cast["city"])
    assert add(sheet, "1.3", cast["city"], name="同一份.pdf") == first
    assert len(stored()) == 1
    with pytest.raises(EvidenceTaken, match="例会制度"):
        add(sheet, "1.1.a", cast["city"])
    assert len(stored()) == 1
    assert add(sheet, "1.1.a", cast["city"], data=OTHER).pk != first.pk


def test_what_was_handed_in_is_taken_with_one_tap_and_once(sheets, world, cast):
    sheet, by = sheets["hnu"], cast["university"]
    given = handed(papers(world), world["hnu"], by)
    made = operations.add_hand_in(score_of(sheet, "4.2"), given.pk, by=by)
    assert (made.title, made.hand_in, made.stored_name) == (given.original_name, given, "")
    assert operations.add_hand_in(score_of(sheet, "4.2"), given.pk, by=by) == made
    assert operations.content(made, by=cast["auditor"])[0] == pdf()
    with pytest.raises(EvidenceTaken):
        operations.add_hand_in(score_of(sheet, "1.1.a"), given.pk, by=by)
    with pytest.raises(EvidenceTaken):  # the same file, uploaded again
        add(sheet, "1.1.a", by, data=pdf())


def test_a_returned_or_foreign_document_is_no_evidence(sheets, world, cast):
    campaign, sheet, by = papers(world), sheets["hnu"], cast["university"]
    foreign = handed(campaign, world["qzu"], cast["outsider"])
    own = handed(campaign, world["hnu"], by, text="缺公章")
    hand_ins.send_back(own.pk, reason="缺公章", by=cast["province"])
    for pk in (foreign.pk, own.pk, 10**9):
        with pytest.raises(EvidenceRefused):
            operations.add_hand_in(score_of(sheet, "4.2"), pk, by=by)
    assert read(sheet, by).handed_in == []


def test_a_paper_may_be_only_named(sheet, cast):
    made = operations.add_named(
        score_of(sheet, "1.1.a"), " 琼办〔2026〕3号 ", dated_on=date(2026, 3, 1), by=cast["city"]
    )
    assert (made.title, made.sha256) == ("琼办〔2026〕3号", "")
    with pytest.raises(EvidenceRefused):
        operations.content(made, by=cast["city"])
    with pytest.raises(EvidenceRefused):
        operations.add_named(score_of(sheet, "1.1.a"), "  ", by=cast["city"])


def test_minutes_that_are_only_named_count_under_one_criterion_only(sheet, cast):
    def add(code, day):
        return operations.add_named(score_of(sheet, code), "微信工作例会记录", dated_on=day, by=cast["city"])

    first = add("1.3", date(2026, 3, 1))
    assert add("1.3", date(2026, 3, 1)) == first
    with pytest.raises(EvidenceTaken, match=r"只计一次.*确是另一份的"):
        add("4.3", date(2026, 3, 1))
    assert add("4.3", date(2026, 4, 1)).pk != first.pk


@pytest.mark.parametrize(("data", "name"), [(b"", "空.pdf"), (b"MZ\x90", "x.pdf"), (PDF, "x.exe")])
def test_only_the_few_kinds_of_files_are_taken(sheet, cast, data, name):
    with pytest.raises(FileRejected):
        add(sheet, "1.3", cast["city"], data=data, name=name)
    assert stored() == []


@pytest.mark.parametrize(
    ("state", "proposed", "who", "error"),
    [
        ("self", False, "city", None),
        ("self", False, "auditor", NotReady),
        ("self", False, "township", NotAllowed),
        ("self", False, "outsider", NotAllowed),
        ("assessing", False, "city", NotReady),
        ("assessing", False, "auditor", None),
        ("assessing", True, "auditor", SheetProposed),
        ("objection", False, "city", NotReady),
        ("objection", False, "auditor", NotReady),
    ],
)
def test_who_adds_when(sheet, cast, state, proposed, who, error):
    who_proposed = {"proposed_by": cast["province"], "proposed_at": clock.now()} if proposed else {}
    Sheet.objects.filter(pk=sheet.pk).update(state=state, **who_proposed)
    if error is None:
        made = operations.add_named(score_of(sheet, "1.1.a"), "文件", by=cast[who])
        operations.remove(made, by=cast[who])
        assert not Evidence.objects.exists()
    else:
        with pytest.raises(error):
            operations.add_named(score_of(sheet, "1.1.a"), "文件", by=cast[who])


def test_the_group_takes_nothing_of_the_unit_away(sheet, cast):
    made = operations.add_named(score_of(sheet, "1.1.a"), "文件", by=cast["city"])
    Sheet.objects.filter(pk=sheet.pk).update(state=SheetState.ASSESSING)
    with pytest.raises(NotAllowed):
        operations.remove(made, by=cast["auditor"])


def test_nothing_changes_on_a_final_sheet(sheets, week, cast):
    sheet = finalised(sheets, cast)
    with pytest.raises(SheetFinal):
        operations.add_named(score_of(sheet, "1.1.a"), "文件", by=cast["auditor"])


@pytest.mark.parametrize(
    ("count", "has_rule", "papers_there", "word"),
    [
        (None, None, 3, ""),
        (2, None, 2, ""),
        (2, True, 3, ""),
        (3, True, 1, "登记 4 份，佐证材料 1 份，少 3 份，请补齐材料或更正份数。"),
        (1, False, 3, "登记 1 份，佐证材料 3 份，多 2 份，请更正份数。"),
    ],
)
def test_the_count_is_checked_against_the_papers(sheet, count, has_rule, papers_there, word):
    score = score_of(sheet, "1.3")
    score.entered_count, score.has_rule_document = count, has_rule
    assert count_word(score, papers_there) == word
    assert count_word(score_of(sheet, "3.1"), papers_there) == ""


def test_a_removed_file_goes_with_the_purge_a_day_later(sheet, cast):
    kept, gone = add(sheet, "1.3", cast["city"]), add(sheet, "1.3", cast["city"], data=OTHER)
    operations.remove(gone, by=cast["city"])
    assert document_stores.purge() == 0
    long_ago = (clock.now() - timedelta(days=2)).timestamp()
    for name in stored():
        os.utime(Path(settings.MEDIA_ROOT, "sheet_evidence", name), (long_ago, long_ago))
    assert document_stores.purge() == 1
    assert stored() == [kept.stored_name]


def test_a_file_survives_the_rotation_of_keys_and_a_changed_one_is_not_sent(sheet, cast, settings):
    made = add(sheet, "1.3", cast["city"])
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
    assert operations.content(made, by=cast["city"])[0] == PDF
    path = Path(settings.MEDIA_ROOT, "sheet_evidence", made.stored_name)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(FileDamaged):
        operations.content(made, by=cast["city"])


def posted(client, sheet, code, **data):
    address = reverse("scoring:add-evidence", args=[sheet.pk, score_of(sheet, code).pk])
    return client.post(address, data)


def test_the_panel_adds_shows_downloads_and_takes_off(sheets, week, sign_in, world, cast):
    given = handed(papers(world), world["hnu"], cast["university"])
    client, sheet = sign_in("university"), sheets["hnu"]
    score = score_of(sheet, "1.3")
    answer = posted(client, sheet, "1.3", title="第一次例会", file=SimpleUploadedFile("例会.pdf", PDF))
    assert answer.url == f"{sheet.get_absolute_url()}?item={score.criterion.item_id}#evidence-of-{score.pk}"
    assert f'value="{given.pk}"' in client.get(answer.url).content.decode()
    posted(client, sheet, "1.3", hand_in=given.pk)
    page = client.get(answer.url).content.decode()
    for word in ("第一次例会", given.original_name, "已报送", "撤下"):
        assert word in page
    made = Evidence.objects.get(title="第一次例会")
    file = client.get(reverse("scoring:download-evidence", args=[sheet.pk, made.pk]))
    assert (file.content, file["X-Content-Type-Options"]) == (PDF, "nosniff")
    assert file["Content-Disposition"].startswith("attachment")
    client.post(reverse("scoring:remove-evidence", args=[sheet.pk, made.pk]))
    assert list(Evidence.objects.values_list("hand_in", flat=True)) == [given.pk]


def test_what_is_wrong_stands_beside_the_fields_and_nothing_typed_is_lost(sheet, week, sign_in):
    answer = posted(sign_in("city"), sheet, "1.3", title="例会", file=SimpleUploadedFile("x.exe", b"MZ"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="例会"' in page
    assert "错误：" in page
    answer = posted(sign_in("city"), sheet, "1.3")
    assert "请填写材料名称，或选择文件。" in answer.content.decode()


def test_foreign_papers_do_not_exist(sheet, sign_in, cast):
    made = operations.add_named(score_of(sheet, "1.1.a"), "文件", by=cast["city"])
    for name in ("download-evidence", "remove-evidence"):
        address = reverse(f"scoring:{name}", args=[sheet.pk, made.pk])
        client = sign_in("university")
        assert (client.post if "remove" in name else client.get)(address).status_code == 404
    assert sign_in("auditor").get(
        reverse("scoring:download-evidence", args=[sheet.pk + 1, made.pk])
    ).status_code in {302, 404}
    assert posted(sign_in("university"), sheet, "1.1.a", title="x").status_code == 404
    assert posted(sign_in("auditor"), sheet, "1.1.a", title="x").status_code == 422
