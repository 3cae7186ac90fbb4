"""Where the files of the assessment stand: evidence of criteria, and scans of what was signed and sealed."""

from __future__ import annotations

from orgs.operations.documents import Store
from scoring.models import Evidence, SignedScan

EVIDENCE = Store("sheet_evidence")
SCANS = Store("sheet_scans")


def purge() -> int:
    """Delete files whose row was never written, a day later; returns how many."""
    return EVIDENCE.purge(Evidence.objects.all()) + SCANS.purge(SignedScan.objects.all())
