"""Bases (底数): recorded counts with year, source and author; every rate names one (SUP-2.1.1b)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs.choices import Measure
from orgs.exceptions import InvalidUnit
from orgs.kernel import clock, versions
from orgs.models import OrgUnit, UnitBase, UnitBaseVersion
from orgs.operations import ledger, placement

if TYPE_CHECKING:
    from orgs.models import User

FIRST_YEAR = 1950
LARGEST_COUNT = 100_000_000
LONGEST_SOURCE = 120
# SECURITY: what a unit is assessed by is recorded by its superior; else it would set its own denominator.
ASSESSED_BY = frozenset({Measure.MEMBERS_2012, Measure.MEMBERS_REPORTED, Measure.ORGANISATIONS})
# 自愿填报: each unit gives its own number or none (UNI-1.2.3, RUR-2.1); the week adds them up, nothing is derived.
VOLUNTARY = frozenset({Measure.CADRES, Measure.CADRES_WITH_ACCOUNT, Measure.CADRES_IN_TOUCH})


@transaction.atomic
def record_base(
    unit: OrgUnit, *, measure: str, count: int, year: int, source: str, by: User | None
) -> UnitBase:
    """Record or correct one base of a unit; the former figure stays in the versions. The same again changes nothing.

    What a unit is assessed by is recorded from above. Raises NotAllowed, InvalidUnit for a closed unit, an unknown measure, a negative count, a year to come or a missing source.
    """
    unit = OrgUnit.objects.select_for_update(of=("self",), no_key=True).get(pk=unit.pk)
    placement.refuse_stranger(by, unit)
    placement.refuse_closed(unit)
    if measure in ASSESSED_BY and unit.parent is not None:
        placement.refuse_stranger(by, unit.parent)
    refuse_faulty(measure, count, year, source)
    facts = {"count": count, "year": year, "source": source.strip()}
    known = UnitBase.objects.filter(unit=unit, measure=measure).first()
    if known and all(getattr(known, name) == value for name, value in facts.items()):
        return known
    now = clock.now()
    base, _created = UnitBase.objects.update_or_create(
        unit=unit, measure=measure, defaults={**facts, "recorded_by": by, "recorded_at": now}
    )
    versions.record(UnitBaseVersion, key={"unit": unit, "measure": measure}, facts=facts, at=now)
    ledger.record("base.recorded", base, by=by, unit=unit, measure=measure, count=count, year=year)
    return base


def refuse_faulty(measure: str, count: int, year: int, source: str) -> None:
    """Raises InvalidUnit for an unknown measure, a number that can't be, a year to come or a missing source."""
    if measure not in Measure.values:
        raise InvalidUnit(_("没有这种底数，请重新选择口径。"))
    if not 0 <= count <= LARGEST_COUNT:
        raise InvalidUnit(_("人数（个数）应在 0 到 %(n)s 之间，请检查。") % {"n": LARGEST_COUNT})
    if not FIRST_YEAR <= year <= clock.today().year:
        raise InvalidUnit(_("年份应在 %(first)s 年到今年之间，请检查。") % {"first": FIRST_YEAR})
    if not source.strip() or len(source.strip()) > LONGEST_SOURCE:
        raise InvalidUnit(
            _("请填写来源，不超过 %(n)s 个字，例如“2012年底团内统计”。") % {"n": LONGEST_SOURCE}
        )
