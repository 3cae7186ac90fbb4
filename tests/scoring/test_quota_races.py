"""Many uploads at once where only a few more may stand: never one too many, and of the refused nothing stays on disk (D3)."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from orgs.exceptions import OrgsError
from orgs.kernel import clock
from scoring.models import SignedScan
from scoring.operations import scans, schemes
from scoring.operations.sheets import open_year
from tests import cast as cast_module
from tests.reporting.test_bulletin_races import at_once

pytestmark = [
    pytest.mark.race,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
LEFT = 2  # places


@pytest.mark.parametrize("n", [6, pytest.param(50, marks=pytest.mark.long)])
def test_of_many_scans_only_as_many_are_kept_as_may_be(transactional_world, settings, tmp_path, n):
    settings.MEDIA_ROOT = tmp_path
    cast = cast_module.build(transactional_world)
    schemes.load_shipped()
    sheet = next(each for each in open_year(2026) if each.unit.code == "qh")
    facts = {"original_name": "报告.pdf", "size": 1, "added_at": clock.now(), "added_by": cast["nobody"]}
    SignedScan.objects.bulk_create(
        SignedScan(sheet=sheet, kind="report", stored_name=f"{at:032x}.bin", sha256=f"{at:064x}", **facts)
        for at in range(scans.MOST - LEFT)
    )
    results = at_once(
        *(
            lambda at=at: scans.attach(
                sheet, "report", f"%PDF-1.4\n% {at}\n%%EOF\n".encode(), "报告.pdf", by=cast["city"]
            )
            for at in range(n)
        )
    )
    assert sum(not isinstance(each, OrgsError) for each in results) == LEFT
    assert sheet.scans.count() == scans.MOST
    assert len([each for each in Path(tmp_path).rglob("*") if each.is_file()]) == LEFT
