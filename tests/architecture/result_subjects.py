"""What hangs on a sheet's result, for the matrix: an objection, a scan."""

from __future__ import annotations

from orgs.kernel import clock
from scoring.models import SheetObjection, SignedScan
from scoring.operations import document_stores
from tests.cast import Cast


def objection_on(sheet_pk: int | None, cast: Cast) -> int | None:
    """An open objection of the unit."""
    if sheet_pk is None:
        return None
    facts = {"text": "异议", "raised_at": clock.now(), "raised_by": cast["nobody"]}
    return SheetObjection.objects.get_or_create(sheet_id=sheet_pk, defaults=facts)[0].pk


def scan_of(sheet_pk: int | None, cast: Cast) -> int | None:
    """A scan of the unit's report."""
    if sheet_pk is None:
        return None
    facts = {"original_name": "报告.pdf", "size": 1, "sha256": "0" * 64, "added_at": clock.now()}
    facts |= {"stored_name": document_stores.SCANS.keep(b"x"), "added_by": cast["nobody"]}
    return SignedScan.objects.get_or_create(sheet_id=sheet_pk, kind="report", defaults=facts)[0].pk
