"""Sheets: opened once per unit and year, by who may."""

from __future__ import annotations

import pytest

from orgs.exceptions import NotAllowed
from scoring.exceptions import ScoringError
from scoring.models import Score, Sheet
from scoring.operations import sheets as operations

pytestmark = pytest.mark.django_db


def test_every_direct_unit_gets_the_sheet_of_its_kind(sheets):
    assert {code: sheet.scheme.code for code, sheet in sheets.items()} == {
        "qh": "sup-a",
        "wn": "sup-a",
        "aq": "sup-a",
        "hnu": "sup-a-universities",
        "qzu": "sup-a-universities",
    }
    assert sheets["qh"].title == "2026年微信工作综合考评表"


def test_opening_again_changes_nothing(sheets):
    before = Score.objects.count()
    operations.open_year(2026)
    assert (Sheet.objects.count(), Score.objects.count()) == (5, before)


def test_a_unit_of_another_kind_is_refused(sheets, world):
    with pytest.raises(ScoringError, match="不适用"):
        operations.open_sheets(sheets["qh"].scheme, 2026, [world["hnu"]], by=None)


def test_an_assessor_opens_no_sheets(scheme_files, world, cast):
    with pytest.raises(NotAllowed):
        operations.open_year(2026, by=cast["auditor"])
    assert not Sheet.objects.exists()


def test_one_province_opens_its_own_sheets_only(scheme_files, world):
    opened = operations.open_year(2026, province=world["ah"])
    assert [sheet.unit.code for sheet in opened] == ["aq"]
