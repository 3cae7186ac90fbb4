"""Writers and sealers at once: every line gets one link, and the chain holds."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from orgs.models import AuditEntry, AuditLink
from orgs.operations import audit_chain, ledger
from tests.reporting.test_bulletin_races import at_once

pytestmark = [
    pytest.mark.race,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]
N_LINES = 40


def test_lines_written_while_others_are_sealed_are_linked_once(transactional_world):
    unit = transactional_world["hnu"]

    def write() -> int:
        for n in range(N_LINES):
            with transaction.atomic():
                ledger.record("unit.amended", unit, by=None, n=n)
        return N_LINES

    def seal() -> int:
        return sum(audit_chain.seal() for _n in range(10))

    results = at_once(write, seal, write, seal)
    assert all(isinstance(each, int) for each in results)
    audit_chain.seal()
    assert list(audit_chain.verify()) == []
    assert AuditLink.objects.count() == AuditEntry.objects.count() >= 2 * N_LINES
    assert AuditLink.objects.head().number == AuditLink.objects.count()
