"""上报: a direct unit hands its whole return of one round to the province, which accepts or returns it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.choices import PACKAGE_MOVES, PackageStatus
from accounts.exceptions import AccountsError, IllegalMove
from accounts.models import CollectionRound, Expected, Package
from orgs.exceptions import Conflict, NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger
from orgs.permissions import ACCEPT_PACKAGE, REPORT_PACKAGE, may
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from orgs.models import User

REPORTED, ACCEPTED, RETURNED = "package_reported", "package_accepted", "package_returned"


@transaction.atomic
def report_upward(round: CollectionRound, unit: OrgUnit, *, by: User) -> Package:
    """Sign and send the return as it stands. It may be incomplete: the rest list goes with it (F5)."""
    if unit.parent is None or unit.parent.parent_id is not None:
        raise AccountsError(_("只有直属团组织向团省委上报，请由市县、高校等直属团组织办理。"))
    if not may(by, REPORT_PACKAGE, unit):
        raise NotAllowed
    expected = Expected.objects.within(UnitsInCharge.below(unit)).due().filter(round=round)
    n_expected = expected.count()
    if not n_expected:
        raise AccountsError(_("这次填报没有发给您所属的团组织，不需要上报。"))
    missing = list(expected.not_approved_in(round).order_by("unit__lft").values_list("unit_id", flat=True))
    Package.objects.get_or_create(round=round, unit=unit)
    package = Package.objects.select_for_update().get(round=round, unit=unit)
    _move(
        package,
        PackageStatus.REPORTED,
        n_expected=n_expected,
        n_approved=n_expected - len(missing),
        missing_unit_ids=missing,
        reported_at=clock.now(),
        reported_by=by,
        decided_at=None,
        decided_by=None,
        remark="",
    )
    ledger.record("package.report", package, by=by, unit=unit, expected=n_expected, missing=len(missing))
    text = _("%(unit)s已上报：%(title)s。") % {"unit": unit.name, "title": round.title}
    rest = (
        ngettext("未报 %(n)d 个。", "未报 %(n)d 个。", len(missing)) % {"n": len(missing)} if missing else ""
    )
    ledger.notify(unit.parent, REPORTED, text + rest, link=link_to(package))
    return package


@transaction.atomic
def accept_package(package_id: int, *, by: User) -> Package:
    """签收: the province takes the package."""
    package = _to_decide(package_id, by=by)
    _move(package, PackageStatus.ACCEPTED, decided_at=clock.now(), decided_by=by, remark="")
    ledger.record("package.accept", package, by=by, unit=package.unit)
    text = _("团省委已签收：%(title)s。") % {"title": package.round.title}
    ledger.notify(package.unit, ACCEPTED, text, link=link_to(package))
    return package


@transaction.atomic
def return_package(package_id: int, *, remark: str, by: User) -> Package:
    """The province sends the package back and says why."""
    why = remark.strip()[:400]
    if not why:
        raise AccountsError(_("退回必须说明理由。"))
    package = _to_decide(package_id, by=by)
    _move(package, PackageStatus.RETURNED, decided_at=clock.now(), decided_by=by, remark=why)
    ledger.record("package.return", package, by=by, unit=package.unit)
    text = _("上报材料被退回：%(why)s") % {"why": why}
    ledger.notify(package.unit, RETURNED, text[:400], link=link_to(package))
    return package


@dataclass(frozen=True, slots=True)
class DuePackage:
    """A running round that a direct unit has not reported, with how far it has come."""

    round: CollectionRound
    unit: OrgUnit
    n_expected: int
    n_approved: int


def to_report(in_charge: UnitsInCharge) -> list[DuePackage]:
    """What the direct units in charge have yet to send up: never sent, or returned."""
    units = OrgUnit.objects.filter(pk__in=in_charge.own_unit_ids()).direct_units()
    return [
        DuePackage(round, unit, expected.count(), expected.count() - expected.not_approved_in(round).count())
        for unit in units
        for round in CollectionRound.objects.concerning(unit).running()
        if not Package.objects.filter(round=round, unit=unit).reported_or_accepted().exists()
        and (
            expected := Expected.objects.within(UnitsInCharge.below(unit)).due().filter(round=round)
        ).exists()
    ]


def link_to(package: Package) -> str:
    """Where the package is shown."""
    return reverse("accounts:show-package", args=[package.pk])


def _to_decide(package_id: int, *, by: User) -> Package:
    package = (
        Package.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("unit", "round")
        .get(pk=package_id)
    )
    if not may(by, ACCEPT_PACKAGE, package.unit):
        raise NotAllowed
    return package


def _move(package: Package, status: str, **facts: object) -> None:
    """One step of the table, written only over the state it was read in."""
    if status not in PACKAGE_MOVES[package.status]:
        raise IllegalMove
    written = Package.objects.filter(pk=package.pk, status=package.status).update(status=status, **facts)
    if written != 1:
        raise Conflict
    package.refresh_from_db()
