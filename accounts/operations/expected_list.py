"""The list of units that a round expects, fixed at its launch: phase by phase, one statement each (UNI-3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.exceptions import AccountsError
from accounts.models import Expected, ExpectedVersion
from orgs import permissions
from orgs.models import OrgUnit
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import CollectionRound, RoundPhase
    from orgs.models import User
    from orgs.querysets.tree import OrgUnitQuerySet


def expect_all(
    round: CollectionRound, phases: Sequence[RoundPhase], by: User, among: OrgUnitQuerySet | None = None
) -> int:
    """The list of units expected, phase by phase, and its first versions. Raises AccountsError for an empty phase.

    `among`: none but these units.
    """
    total = 0
    for at, phase in enumerate(phases or (None,)):
        units = _units_to_expect(round, by)
        if among is not None:
            units = units.filter(pk__in=among.order_by().values("pk"))
        if phase is not None:
            taken = Expected.objects.filter(round=round).values("unit_id")
            units = units.filter(_of_phase(phase, is_first=at == 0)).exclude(pk__in=taken)
        n_expected = _fix_expected(round, phase, units)
        if not n_expected and phase is not None:
            raise AccountsError(_("“%(phase)s”没有可填报的团组织，请更正年级。") % {"phase": phase.title})
        total += n_expected
    if not total:
        raise AccountsError(_("所选类型和年级没有团组织，请更正填报范围。"))
    _fix_versions(round)
    return total


def _units_to_expect(round: CollectionRound, by: User) -> OrgUnitQuerySet:
    scope = UnitsInCharge.below(OrgUnit.objects.get(pk=round.unit_id))
    units: OrgUnitQuerySet = (
        OrgUnit.objects.within(scope)
        .actionable_by(by, permissions.LAUNCH_ROUND)
        .in_operation()
        .filter(kind__in=round.kinds)
        .exclude(pk=round.unit_id)
    )
    if round.intake_years:
        units = units.filter(Q(intake_year__in=round.intake_years) | Q(intake_year__isnull=True))
    return units


def _of_phase(phase: RoundPhase, *, is_first: bool) -> Q:
    """READING: units without an intake (colleges, universities) report in the first phase, or where none is named."""
    taken = Q()
    if phase.intake_years:
        taken = Q(intake_year__in=phase.intake_years)
        if is_first:
            taken |= Q(intake_year__isnull=True)
    if phase.excluded_intake_years:
        taken &= Q(intake_year__isnull=True) | ~Q(intake_year__in=phase.excluded_intake_years)
    return taken


def takes(phase: RoundPhase, unit: OrgUnit, *, is_first: bool) -> bool:
    """`_of_phase` for one unit at hand."""
    year = unit.intake_year
    if phase.intake_years and not (year in phase.intake_years or (is_first and year is None)):
        return False
    return year is None or year not in phase.excluded_intake_years


def _fix_expected(round: CollectionRound, phase: RoundPhase | None, units: OrgUnitQuerySet) -> int:
    """One INSERT … SELECT per phase: a province has 100,000 branches."""
    chosen, parameters = units.order_by().values(chosen_id=F("pk")).query.sql_with_params()
    quote = connection.ops.quote_name
    names = ("round_id", "phase_id", "unit_id", "deadline_at", "exempt_reason")
    columns = ", ".join(quote(name) for name in names)
    statement = (
        f"INSERT INTO {quote(Expected._meta.db_table)} ({columns})"  # noqa: S608 - quoted names of the model
        f" SELECT %s, {'%s' if phase else 'NULL'}, chosen.chosen_id, %s, '' FROM ({chosen}) chosen"
    )
    deadline_at = connection.ops.adapt_datetimefield_value((phase or round).deadline_at)
    with connection.cursor() as cursor:
        cursor.execute(statement, [round.pk, *([phase.pk] if phase else []), deadline_at, *parameters])
        return int(cursor.rowcount)


def _fix_versions(round: CollectionRound) -> None:
    """The first version of everything expected, in one statement too."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(name) for name in ("expected_id", "deadline_at", "is_due", "valid_from"))
    expected = f"{quote(Expected._meta.db_table)} WHERE {quote('round_id')} = %s"
    statement = (
        f"INSERT INTO {quote(ExpectedVersion._meta.db_table)} ({columns})"  # noqa: S608 - quoted names of the models
        f" SELECT {quote('id')}, {quote('deadline_at')}, %s, %s FROM {expected}"
    )
    now = connection.ops.adapt_datetimefield_value(round.launched_at)
    with connection.cursor() as cursor:
        cursor.execute(statement, [True, now, round.pk])
