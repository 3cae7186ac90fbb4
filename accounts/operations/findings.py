"""已核实，无需处理: a reviewer has looked at a finding; it stays out of sight until its numbers change.

The ledger keeps it, by the digest of the numbers: who, when and why, and it can't be taken away again. What a reviewer
has settled is settled for the units above as well, and for nobody else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.exceptions import AccountsError
from accounts.operations import duplicates
from accounts.operations.duplicates import FindingKind, Scope
from orgs.exceptions import Conflict, NotAllowed
from orgs.models import AuditEntry, OrgUnit
from orgs.operations import ledger
from orgs.permissions import REVIEW

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.operations.duplicates import Finding
    from orgs.models import User
    from orgs.querysets.scope import UnitsInCharge

FINDING = "accounts.finding"
SETTLED = "finding.settled"
LONGEST_REASON = 200
# Where a finding has one place, its reviewers there read the settlement too.
OF_ONE_PLACE = {FindingKind.ABOVE_BASE, FindingKind.ALIKE, FindingKind.ABOVE_CAP}


@transaction.atomic
def settle_finding(kind: FindingKind, digest: str, *, reason: str, by: User) -> Finding:
    """Raises Conflict where the numbers have changed since, NotAllowed where the person reviews nothing.

    What is said of the person's own unit is for a superior to settle.
    """
    reviewed = by.units_in_charge().allowing(REVIEW)
    widest = reviewed.widest()
    if widest is None:
        raise NotAllowed
    if not reason.strip():
        raise AccountsError(_("请填写核实情况。"))
    found = duplicates.find(Scope(reviewed, reviewed), [kind]).findings
    finding = next((each for each in found if each.digest == digest), None)
    if finding is None:
        raise Conflict(_("数字已有变化，请按现在的数字重新核实。"))
    if finding.digest in settled([finding], reviewed):
        return finding
    if is_about_own(finding, by=by):
        raise NotAllowed(_("疑点涉及您本单位，须由上级团委核实。"))
    unit = OrgUnit.objects.get(pk=widest.unit_id)
    if kind in OF_ONE_PLACE and reviewed.covers(finding.unit):
        unit = finding.unit
    detail = {"kind": kind.value, "numbers": [value for _label, value in finding.numbers]}
    ledger.record_about(
        SETTLED, (FINDING, digest), by=by, unit=unit, reason=reason.strip()[:LONGEST_REASON], **detail
    )
    return finding


def is_about_own(finding: Finding, *, by: User) -> bool:
    """Whether a unit in which the person holds an office is concerned; above the province there is nobody to ask."""
    own = by.units_in_charge().own_unit_ids()
    about = finding.units or (finding.unit,)
    return any(each.pk in own and each.parent_id is not None for each in about)


def settled(findings: Iterable[Finding], scope: UnitsInCharge) -> dict[str, AuditEntry]:
    """digest -> the line that says who settled it; one statement."""
    # Asked of no finding, too: the page takes as many statements with findings as without.
    digests = [each.digest for each in findings] or [""]
    entries = AuditEntry.objects.within(scope).filter(
        object_type=FINDING, object_id__in=digests, verb=SETTLED
    )
    return {
        entry.object_id: entry for entry in entries.with_bodies().select_related("by").order_by("at", "pk")
    }
