"""Two people on one sheet: nothing that one saved is overwritten by the other who hasn't seen it, nothing typed is lost (C3)."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from orgs.kernel import clock
from scoring.choices import SheetState
from scoring.models import BlindScore, Score, Sheet
from scoring.operations import agreeing, blind_scores, scores
from scoring.operations import sheets as operations
from tests.scoring import round_steps as steps
from tests.scoring.test_sheet_pages import entered, field, shown

pytestmark = pytest.mark.django_db
NOTHING_CLASHES = "两处填写没有冲突"


@pytest.fixture
def sheet(sheets, week):
    operations.compute_sheet(sheets["qh"])
    return Sheet.objects.get(pk=sheets["qh"].pk)


def sent(response):
    """What a browser sends of the page: every input and text area of its form."""
    page = response.content.decode()
    tags = re.findall(r"<input[^>]*>", page)
    found = {
        name: re.search(r'value="([^"]*)"', tag)
        for tag in tags
        for name in re.findall(r' name="([^"]*)"', tag)
    }
    areas = re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\s*([^<]*)</textarea>', page)
    data = {name: unescape(value[1]) if value else "" for name, value in found.items()}
    return data | {name: unescape(text) for name, text in areas}


def assessed(sheet, code):
    return Score.objects.get(sheet=sheet, criterion__code=code).assessed_points


def saved_by_another(sheet, cast, **points):
    entries = [scores.Entry(code.replace("_", "."), Decimal(value)) for code, value in points.items()]
    fresh = Sheet.objects.get(pk=sheet.pk)
    scores.enter_scores(fresh, assessed=entries, version=fresh.version, by=cast["province"])


def test_what_nobody_touched_takes_over_what_the_other_saved(sheet, sign_in, cast):
    client = sign_in("auditor")
    mine = sent(client.get(shown(sheet))) | {field(sheet, "3.2"): "0.3"}
    saved_by_another(sheet, cast, **{"1.1.a": "0.5"})
    answer = client.post(entered(sheet), mine)
    assert answer.status_code == 409
    assert NOTHING_CLASHES in answer.content.decode()
    assert assessed(sheet, "3.2") is None
    assert client.post(entered(sheet), sent(answer)).status_code == 302
    assert (assessed(sheet, "1.1.a"), assessed(sheet, "3.2")) == (Decimal("0.5"), Decimal("0.3"))


def test_both_values_stand_at_the_field_and_the_second_press_decides(sheet, sign_in, cast):
    client = sign_in("auditor")
    mine = sent(client.get(shown(sheet))) | {field(sheet, "3.2"): "0.3"}
    saved_by_another(sheet, cast, **{"3.2": "0.5"})
    answer = client.post(entered(sheet), mine)
    assert answer.status_code == 409
    assert "刚才已保存为“0.5”，您填写的是“0.3”" in answer.context["form"].errors[field(sheet, "3.2")][0]
    assert assessed(sheet, "3.2") == Decimal("0.5")
    assert sent(answer)[field(sheet, "3.2")] == "0.3"
    assert client.post(entered(sheet), sent(answer)).status_code == 302
    assert assessed(sheet, "3.2") == Decimal("0.3")


def test_a_wrong_number_on_an_old_page_is_still_two_versions(sheet, sign_in, cast):
    """Else the page would come back with the newer version, and what it doesn't know would go blank."""
    client = sign_in("auditor")
    mine = sent(client.get(shown(sheet))) | {field(sheet, "3.2"): "很好"}
    saved_by_another(sheet, cast, **{"1.1.a": "0.5"})
    answer = client.post(entered(sheet), mine)
    assert answer.status_code == 409
    second = client.post(entered(sheet), sent(answer) | {field(sheet, "3.2"): "0.4"})
    assert second.status_code == 302
    assert (assessed(sheet, "1.1.a"), assessed(sheet, "3.2")) == (Decimal("0.5"), Decimal("0.4"))


def test_a_third_save_before_the_second_press_is_seen_too(sheet, sign_in, cast):
    client = sign_in("auditor")
    mine = sent(client.get(shown(sheet))) | {field(sheet, "3.2"): "0.3"}
    saved_by_another(sheet, cast, **{"3.2": "0.5"})
    answer = client.post(entered(sheet), mine)
    saved_by_another(sheet, cast, **{"3.2": "0.4"})
    third = client.post(entered(sheet), sent(answer))
    assert third.status_code == 409
    assert "刚才已保存为“0.4”" in third.content.decode()


def test_what_a_row_opened_for_its_reason_did_not_show_stays(sheet, sign_in, cast):
    sheet = scores.enter_scores(
        sheet, counts=[scores.CountEntry("1.3", 6, True)], version=sheet.version, by=cast["city"]
    )
    client = sign_in("auditor")
    mine = sent(client.get(shown(sheet))) | {field(sheet, "1.3"): "0.3"}
    refused = client.post(entered(sheet, "2.2.a"), mine)
    assert refused.status_code == 422
    given = sent(refused) | {
        field(sheet, "1.3", "reason"): "两份不是制度性文件",
        field(sheet, "1.3", "rule"): "yes",
    }
    assert client.post(entered(sheet, "1.3"), given).status_code == 302
    kept = Score.objects.get(sheet=sheet, criterion__code="1.3")
    assert (kept.entered_count, kept.assessed_points) == (6, Decimal("0.3"))


@pytest.fixture
def grouped(world, cast, scheme_files):
    round = steps.opened(world, cast)
    sheet = round.sheets.get(unit=world["qh"])
    steps.grouped(round, cast, sheet)
    return steps.ready(sheet, cast)


def test_the_agreed_points_of_another_page_are_not_overwritten(grouped, sign_in, cast):
    for who in ("auditor", "province"):
        steps.hands_in(grouped, cast[who], "0.1", **{"3_1": "0.2" if who == "auditor" else "0.3"})
    client, address = sign_in("auditor"), reverse("scoring:agree-scores", args=[grouped.pk])
    mine = sent(client.get(address)) | {field(grouped, "3.1"): "0.2", "overall": "工作扎实\r\n管理规范"}
    fresh = Sheet.objects.get(pk=grouped.pk)
    entries = [scores.Entry("3.1", Decimal("0.3")), scores.Entry("3.3", Decimal("0.1"))]
    agreeing.agree(fresh, entries, overall="", version=fresh.version, by=cast["auditor"])
    answer = client.post(address, mine)
    assert answer.status_code == 409
    errors = answer.context["form"].errors
    assert "刚才已保存为“0.3”，您填写的是“0.2”" in errors[field(grouped, "3.1")][0]
    assert set(errors) == {"__all__", field(grouped, "3.1")}
    assert assessed(grouped, "3.1") == Decimal("0.3")
    assert client.post(address, sent(answer)).status_code == 302
    assert assessed(grouped, "3.1") == Decimal("0.2")
    assert assessed(grouped, "3.3") == Decimal("0.1")
    assert Sheet.objects.get(pk=grouped.pk).overall.startswith("工作扎实")


def test_one_s_own_second_device_overwrites_nothing(grouped, sign_in, cast):
    client, address = sign_in("auditor"), reverse("scoring:score-blind", args=[grouped.pk])
    mine = sent(client.get(address)) | {field(grouped, "3.2"): "0.3", "action": "save"}
    on_paper = [
        blind_scores.BlindEntry("3.1", Decimal("0.4"), "现场"),
        blind_scores.BlindEntry("3.2", Decimal("0.2")),
    ]
    blind_scores.keep(grouped, on_paper, version=0, by=cast["auditor"])
    answer = client.post(address, mine)
    assert answer.status_code == 409
    assert "刚才已保存为“0.2”，您填写的是“0.3”" in answer.content.decode()
    assert client.post(address, sent(answer) | {"action": "save"}).status_code == 302
    kept = dict(BlindScore.objects.values_list("criterion__code", "points"))
    assert kept == {"3.1": Decimal("0.4"), "3.2": Decimal("0.3")}


def told(sheet, cast):
    fresh = Sheet.objects.get(pk=sheet.pk)
    Sheet.objects.filter(pk=fresh.pk).update(state=SheetState.OBJECTION, version=fresh.version + 1)


def proposed(sheet, cast):
    fresh = Sheet.objects.get(pk=sheet.pk)
    Sheet.objects.filter(pk=fresh.pk).update(proposed_by=cast["province"], proposed_at=clock.now())


@pytest.mark.parametrize(("step", "words"), [(told, "已进入“异议期”"), (proposed, "已提出定稿")])
def test_what_was_typed_while_the_sheet_went_on_stands_on_the_page(sheet, sign_in, cast, step, words):
    client = sign_in("auditor")
    mine = sent(client.get(shown(sheet))) | {field(sheet, "3.2"): "0.3"}
    step(sheet, cast)
    answer = client.post(entered(sheet), mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert words in page
    assert re.search(r"<li>[^<]+：“0.3”</li>", page)
    assert assessed(sheet, "3.2") is None


def handed_in_elsewhere(sheet, cast):
    steps.hands_in(sheet, cast["auditor"], "0.1")


@pytest.mark.parametrize(
    ("step", "words"), [(told, "已进入“异议期”"), (handed_in_elsewhere, "您的评分已经提交")]
)
def test_what_was_typed_alone_while_the_sheet_went_on_stands_on_the_page(grouped, sign_in, cast, step, words):
    client, address = sign_in("auditor"), reverse("scoring:score-blind", args=[grouped.pk])
    note = field(grouped, "3.2", "note")
    mine = sent(client.get(address)) | {field(grouped, "3.2"): "0.3", note: "现场看过", "action": "save"}
    step(grouped, cast)
    kept = BlindScore.objects.count()
    answer = client.post(address, mine)
    page = answer.content.decode()
    assert (answer.status_code, words in page) == (409, True)
    assert re.search(r"<li>[^<]+：“0.3”</li>", page)
    assert re.search(r"<li>[^<]+ 说明：“现场看过”</li>", page)
    assert BlindScore.objects.count() == kept


@pytest.mark.parametrize(("step", "words"), [(told, "已进入“异议期”"), (proposed, "已提出定稿")])
def test_what_was_agreed_while_the_sheet_went_on_stands_on_the_page(grouped, sign_in, cast, step, words):
    for who in ("auditor", "province"):
        steps.hands_in(grouped, cast[who], "0.1")
    client, address = sign_in("auditor"), reverse("scoring:agree-scores", args=[grouped.pk])
    mine = sent(client.get(address)) | {field(grouped, "3.1"): "0.3", "overall": "工作扎实"}
    step(grouped, cast)
    answer = client.post(address, mine)
    page = answer.content.decode()
    assert (answer.status_code, words in page) == (409, True)
    assert all(f"：“{text}”</li>" in page for text in ("0.3", "工作扎实"))
    assert assessed(grouped, "3.1") is None
    assert "textarea" not in client.get(address).content.decode()
