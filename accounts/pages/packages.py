"""What the pages of a package show: how far each phase is, who is missing and why, and what happened to it. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import SubmissionStatus
from accounts.operations import chase
from accounts.pages.whose_desk import Whose, whose_desk
from orgs.models import AuditEntry

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from accounts.models import CollectionRound, Expected, Package
    from accounts.operations.chase import PhaseProgress
    from orgs.models import OrgUnit, User

SHOWN = 200
WHY = {
    "": gettext_lazy("未开始"),
    SubmissionStatus.DRAFT: gettext_lazy("填写中，未提交"),
    SubmissionStatus.RETURNED: gettext_lazy("被退回，未重新提交"),
    SubmissionStatus.SUBMITTED: gettext_lazy("待审核"),
    SubmissionStatus.APPROVED: gettext_lazy("上报后已通过"),
}


@dataclass(frozen=True, slots=True)
class Missing:
    """A unit on the rest list: why its form is not in, and who has it now."""

    whose: Whose
    why: str
    is_approved: bool


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the package's history."""

    at: datetime
    words: str
    by: str
    figures: str
    remark: str


def rest_list(package: Package, *, reader: User) -> list[Missing]:
    """Units that were missing when the package went up, with what has become of them since."""
    expected = chase.expected_below(package.round, package.unit, reader=reader)
    return _missing(expected.filter(unit_id__in=package.missing_unit_ids[:SHOWN]), reader)


def to_be_missing(round: CollectionRound, unit: OrgUnit, *, reader: User) -> list[Missing]:
    """Units that would be missing if the package went up now."""
    return _missing(chase.late_below(round, unit, reader=reader), reader)


def phases(round: CollectionRound, unit: OrgUnit, *, reader: User) -> list[PhaseProgress]:
    """How far each phase of the round is, today."""
    return chase.by_phase(round, unit, reader=reader)


def history(package: Package) -> list[Happened]:
    """Reported, returned, reported again, accepted: when, by whom, with what words; the newest first."""
    lines = AuditEntry.objects.for_object("accounts.package", package.pk).for_audit_list()
    return [
        Happened(
            each.at,
            each.words,
            each.by.display_name if each.by else "",
            _figures(each.detail),
            each.reason,
        )
        for each in lines.order_by("-at", "-pk")
    ]


def _missing(expected: QuerySet[Expected], reader: User) -> list[Missing]:
    ordered = expected.select_related("unit", "unit__parent").order_by("unit__tree_id", "unit__lft")
    rows = list(ordered[:SHOWN])
    return [
        Missing(
            whose,
            str(WHY[whose.expected.status]),  # type: ignore[attr-defined]
            whose.expected.status == SubmissionStatus.APPROVED,  # type: ignore[attr-defined]
        )
        for whose in whose_desk(rows, reader=reader)
    ]


def _figures(detail: dict[str, object]) -> str:
    if "expected" not in detail:
        return ""
    return _("应填 %(expected)s，未报 %(missing)s") % detail
