"""上报: a direct unit hands its whole return of one round to the province, which accepts or returns it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.choices import PACKAGE_MOVES, PackageStatus, SubmissionStatus
from accounts.exceptions import AccountsError, IllegalMove
from accounts.models import CollectionRound, Expected, Package, Submission
from accounts.operations.rounds import locked_round
from orgs.choices import NotificationKind
from orgs.exceptions import Conflict, NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger
from orgs.permissions import ACCEPT_PACKAGE, REPORT_PACKAGE, may
from orgs.querysets.scope import UnitsInCharge

if TYPE_CHECKING:
    from orgs.models import User

REPORTED = NotificationKind.PACKAGE_REPORTED
ACCEPTED = NotificationKind.PACKAGE_ACCEPTED
RETURNED = NotificationKind.PACKAGE_RETURNED


@transaction.atomic
def report_upward(round: CollectionRound, unit: OrgUnit, *, by: User, note: str = "") -> Package:
    """Sign and send the return as it stands. It may be incomplete: the rest list goes with it (F5).

    A closed round is reported upward too: what was approved in time goes up after the deadline. `note` explains to the
    province, for instance why some are missing. What stood where is kept in the audit line.
    """
    if round.is_standing:
        raise AccountsError(_("日常变更长期开放，不需要上报。"))
    if unit.parent is None or unit.parent.parent_id is not None:
        raise AccountsError(_("只有直属团组织向团省委上报，请由市县、高校等直属团组织办理。"))
    if not may(by, REPORT_PACKAGE, unit):
        raise NotAllowed
    # What is approved at this moment is in the package, or newer than it: never neither.
    locked_round(round.pk)
    owed = Expected.objects.within(UnitsInCharge.below(unit)).due().filter(round=round)
    # As on the page that is signed: of a phase that has not opened nobody is missing yet (UNI-3.3).
    expected = owed.begun()
    n_expected = expected.count()
    if not n_expected:
        raise AccountsError(
            _("所属团组织的填报阶段还没有开始，开始填报后再上报。")
            if owed.exists()
            else _("这次填报没有发给您所属的团组织，不需要上报。")
        )
    missing = list(expected.not_approved_in(round).order_by("unit__lft").values_list("unit_id", flat=True))
    said = note.strip()[:400]
    Package.objects.get_or_create(round=round, unit=unit)
    package = Package.objects.select_for_update().get(round=round, unit=unit)
    if (
        package.status == PackageStatus.ACCEPTED
        and Package.objects.up_to_date().filter(pk=package.pk).exists()
    ):
        raise IllegalMove(_("团省委已签收，之后没有新通过的收集表，不需要再次上报。"))
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
        remark=said,
    )
    facts = {"expected": n_expected, "missing": len(missing)}
    ledger.record("package.report", package, by=by, unit=unit, reason=said, **facts)
    text = _("%(unit)s已上报：%(title)s。") % {"unit": unit.name, "title": round.title}
    rest = (
        ngettext("未报 %(n)d 个。", "未报 %(n)d 个。", len(missing)) % {"n": len(missing)} if missing else ""
    )
    ledger.notify(unit.parent, REPORTED, text + rest, link=link_to(package))
    return package


@transaction.atomic
def accept_package(package_id: int, *, by: User, remark: str = "") -> Package:
    """签收: the province takes the package, with a remark if it likes."""
    package, said = _to_decide(package_id, by=by), remark.strip()[:400]
    _move(package, PackageStatus.ACCEPTED, decided_at=clock.now(), decided_by=by, remark=said)
    ledger.record("package.accept", package, by=by, unit=package.unit, reason=said)
    text = _("团省委已签收：%(title)s。") % {"title": package.round.title}
    ledger.notify(package.unit, ACCEPTED, (text + said)[:400], link=link_to(package))
    return package


@transaction.atomic
def return_package(package_id: int, *, remark: str, by: User) -> Package:
    """The province sends the package back and says why."""
    why = remark.strip()[:400]
    if not why:
        raise AccountsError(_("退回必须说明理由。"))
    package = _to_decide(package_id, by=by)
    _move(package, PackageStatus.RETURNED, decided_at=clock.now(), decided_by=by, remark=why)
    ledger.record("package.return", package, by=by, unit=package.unit, reason=why)
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
    """What the direct units in charge have yet to send up: never sent, returned, or completed since; three statements per unit."""
    found = []
    for unit in OrgUnit.objects.filter(pk__in=in_charge.own_unit_ids()).direct_units():
        sent = Package.objects.filter(unit=unit).up_to_date()
        rounds = CollectionRound.objects.concerning(unit).running().exclude(pk__in=sent.values("round"))
        counted = _counted(unit, [round.pk for round in rounds])
        found += [DuePackage(round, unit, *counted[round.pk]) for round in rounds if round.pk in counted]
    return found


def _counted(unit: OrgUnit, round_ids: list[int]) -> dict[int, tuple[int, int]]:
    """Of each round that expects something below the unit: how many, and how many of them are approved."""
    form = Submission.objects.filter(
        round_id=OuterRef("round_id"), unit_id=OuterRef("unit_id"), status=SubmissionStatus.APPROVED
    )
    rows = (
        Expected.objects.within(UnitsInCharge.below(unit))
        .due()
        .begun()
        .filter(round_id__in=round_ids)
        .annotate(is_approved=Exists(form))
        .order_by()
        .values("round")
        .annotate(n=Count("pk"), approved=Count("pk", filter=Q(is_approved=True)))
    )
    return {pk: (n, approved) for pk, n, approved in rows.values_list("round", "n", "approved")}


def link_to(package: Package) -> str:
    """Where the package is shown."""
    return reverse("accounts:show-package", args=[package.pk])


def may_decide(user: User, package: Package) -> bool:
    """Whether the person takes or returns it: nobody the package of a unit with an office of theirs, nor the one they sent."""
    is_own = package.unit_id in user.units_in_charge().own_unit_ids()
    return may(user, ACCEPT_PACKAGE, package.unit) and not is_own and package.reported_by_id != user.pk


def _to_decide(package_id: int, *, by: User) -> Package:
    package = (
        Package.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("unit", "round")
        .get(pk=package_id)
    )
    if not may(by, ACCEPT_PACKAGE, package.unit):
        raise NotAllowed
    if not may_decide(by, package):
        raise NotAllowed(_("本单位或您本人上报的材料，须由团省委其他人员签收或退回。"))
    return package


def _move(package: Package, status: str, **facts: object) -> None:
    """One step of the table, written only over the state it was read in."""
    if status not in PACKAGE_MOVES[package.status]:
        raise IllegalMove
    written = Package.objects.filter(pk=package.pk, status=package.status).update(status=status, **facts)
    if written != 1:
        raise Conflict
    package.refresh_from_db()
