"""Many first bases at once: the first ledger of an installation, a demo, a load test. One at a time: bases.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from orgs.kernel import clock
from orgs.models import UnitBase, UnitBaseVersion
from orgs.operations import ledger

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orgs.models import User

BATCH = 500


@dataclass(frozen=True, slots=True)
class NewBase:
    """A count to record for a unit that has none of this measure yet."""

    unit_id: int
    measure: str
    count: int
    year: int
    source: str


@transaction.atomic
def record_bases(bases: Iterable[NewBase], *, by: User | None) -> int:
    """Record them with their version rows; returns how many. A measure a unit already has is an IntegrityError."""
    now = clock.now()
    rows, versions = [], []
    for base in bases:
        facts = {"count": base.count, "year": base.year, "source": base.source}
        key = {"unit_id": base.unit_id, "measure": base.measure}
        rows.append(UnitBase(**key, **facts, recorded_by=by, recorded_at=now))
        versions.append(UnitBaseVersion(**key, **facts, valid_from=now))
    UnitBase.objects.bulk_create(rows, batch_size=BATCH)
    UnitBaseVersion.objects.bulk_create(versions, batch_size=BATCH)
    ledger.record_many("base.recorded", rows, by=by)
    return len(rows)
