"""An assessor's own sheet on paper: exported with what he found alone, taken back into that, seen by nobody else."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from orgs.exceptions import NotAllowed
from scoring.exceptions import NotReady
from scoring.models import BlindScore, Score
from scoring.operations import blind_scores, exports, sheet_import
from tests.scoring.round_steps import found, grouped, hands_in, opened, ready
from tests.scoring.test_sheet_import import recognised

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def sheet(world, cast, scheme_files):
    """Qionghai's, in a group the auditor leads, the province's clerk its second member."""
    round = opened(world, cast)
    found = round.sheets.select_related("unit", "scheme").get(unit__code="qh")
    grouped(round, cast, found)
    return ready(found, cast)


def filled(sheet, by, **cells):
    """The file as this person exports it, with cells of 考评表 and, by `own_` before the address, of 计算依据 filled."""
    book = load_workbook(io.BytesIO(exports.download(sheet, by=by).content))
    for address, value in cells.items():
        book["计算依据" if address.startswith("own_") else "考评表"][
            address.removeprefix("own_")
        ].value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def taken(sheet, content, by):
    """Everything the file has is chosen."""
    own, given = recognised(content, by, sheet)
    comparison = sheet_import.compare(own, given, by=by)
    keys = {each.key for each in comparison.takeable}
    return sheet_import.take(own, given, keys, version=own.version, by=by), comparison


def own(sheet, user):
    kept = BlindScore.objects.filter(blind_sheet__sheet=sheet, blind_sheet__assessor=user)
    return {each.criterion.code: each.points for each in kept.select_related("criterion")}


def test_what_was_filled_on_site_stays_the_assessors_own(sheet, cast):
    auditor = cast["auditor"]
    keys, _comparison = taken(sheet, filled(sheet, auditor, F6=0.7), auditor)
    assert keys == ["1.3:assessed"]
    assert own(sheet, auditor) == {"1.3": D("0.7")}
    assert own(sheet, cast["province"]) == {}
    assert not Score.objects.filter(sheet=sheet, assessed_points__isnull=False).exists()


def test_the_file_holds_the_own_points_and_nobody_elses(sheet, cast):
    auditor, province = cast["auditor"], cast["province"]
    blind_scores.keep(sheet, found(sheet, "0.1", **{"1_3": "0.6"}), version=0, by=auditor)
    blind_scores.keep(sheet, found(sheet, "0.1", **{"1_3": "0.9"}), version=0, by=province)
    shown = {
        who: load_workbook(io.BytesIO(filled(sheet, cast[who])))["考评表"]["F6"].value
        for who in ("auditor", "province", "city")
    }
    assert shown == {"auditor": 0.6, "province": 0.9, "city": None}
    keys, comparison = taken(sheet, filled(sheet, auditor), auditor)
    assert (keys, comparison.differences) == ([], [])


def test_what_was_changed_on_the_page_meanwhile_is_a_conflict(sheet, cast):
    auditor = cast["auditor"]
    content = filled(sheet, auditor, F6=0.7)
    blind_scores.keep(sheet, found(sheet, "0.1", **{"1_3": "0.6"}), version=0, by=auditor)
    given = recognised(content, auditor, sheet)[1]
    (difference,) = [
        each for each in sheet_import.compare(sheet, given, by=auditor).differences if each.cell.code == "1.3"
    ]
    assert (difference.kind, difference.portal) == (sheet_import.CONFLICT, D("0.6"))


def test_once_handed_in_only_the_leader_brings_a_file_for_what_was_agreed(sheet, cast, sign_in):
    auditor, province = cast["auditor"], cast["province"]
    content = filled(sheet, auditor, F6=0.7)
    hands_in(sheet, auditor)
    with pytest.raises(NotReady):
        sheet_import.column_of(sheet, auditor)
    hands_in(sheet, province)
    with pytest.raises(NotReady):
        sheet_import.column_of(sheet, province)
    keys, _comparison = taken(sheet, content, auditor)
    assert keys == ["1.3:assessed"]
    assert Score.objects.get(sheet=sheet, criterion__code="1.3").assessed_points == D("0.7")
    assert own(sheet, auditor)["1.3"] == D("0.1")


def test_who_is_in_no_group_brings_no_points_of_a_sheet_with_one(sheet, cast):
    with pytest.raises(NotAllowed):
        sheet_import.column_of(sheet, cast["national"])


def test_the_page_of_blind_scoring_leads_to_file_and_import(sheet, sign_in):
    page = sign_in("auditor").get(reverse("scoring:score-blind", args=[sheet.pk])).content.decode()
    for name in ("download-sheet", "import-sheet"):
        assert reverse(f"scoring:{name}", args=[sheet.pk]) in page
