"""Matters of 督导台账 for the matrix: a visit to the unit, asked for by its superior."""

from __future__ import annotations

from datetime import timedelta

from orgs.kernel import clock
from orgs.models import OrgUnit
from reporting.choices import DutyKind
from reporting.models import Duty
from tests.cast import Cast


def duty(unit: OrgUnit, cast: Cast) -> int:
    known = Duty.objects.filter(unit=unit).first()
    superior = unit.parent or OrgUnit.objects.get(code="cn")
    facts = {
        "kind": DutyKind.VISIT,
        "reason": "了解群的使用情况",
        "clause": "RUR-3",
        "made_by_unit": superior,
    }
    facts |= {"made_by": cast["nobody"], "made_at": clock.now(), "due_on": clock.today() + timedelta(days=7)}
    return (known or Duty.objects.create(unit=unit, **facts)).pk
