"""定稿 under parallel tries (Q7): exactly one of them makes the sheet final."""

from __future__ import annotations

import pytest
from django.db import connection

from orgs.exceptions import OrgsError
from orgs.models import AuditEntry
from scoring.models import SheetSeal
from scoring.operations import finalising, schemes
from scoring.operations import sheets as operations
from scoring.operations.sheets import open_year
from tests import cast as cast_module
from tests.reporting.test_bulletin_races import at_once
from tests.scoring.conftest import QIONGHAI, close_week
from tests.scoring.sheet_steps import assess_all, without_self_assessment

pytestmark = [
    pytest.mark.race,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


def test_confirmed_by_many_at_once_it_is_final_exactly_once(transactional_world):
    world, cast = transactional_world, cast_module.build(transactional_world)
    schemes.load_shipped()
    close_week(world, 46, {"qh": QIONGHAI})
    sheet = next(each for each in open_year(2026) if each.unit.code == "qh")
    points = dict.fromkeys(_uncomputed(operations.compute_sheet(sheet)), "0")
    sheet = without_self_assessment(assess_all(sheet, cast["province"], points), cast)
    schemes.approve_scheme(sheet.scheme, by=cast["province"])
    sheet = finalising.propose(sheet, version=sheet.version, by=cast["auditor"])
    version = sheet.version

    def confirm():
        return finalising.confirm(sheet, version=version, by=cast["province"])

    found = at_once(*[confirm] * 6)
    assert sum(isinstance(each, OrgsError) for each in found) == 5
    sheet.refresh_from_db()
    assert (sheet.is_final, sheet.version) == (True, version + 1)
    assert AuditEntry.objects.filter(verb="sheet.finalised").count() == SheetSeal.objects.count() == 1


def _uncomputed(sheet):
    return sheet.scores.filter(computed_points=None).values_list("criterion__code", flat=True)
