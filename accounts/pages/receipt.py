"""回执: the number, the time line with who and how long, and what changed in the registry after the approval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.choices import EDITABLE, SubmissionStatus
from accounts.models import RegistryEvent
from accounts.pages import fill_tasks
from accounts.pages.superiors import contact_of
from orgs.kernel import clock

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Expected, Submission

CHANGES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the unit's registry that this form did not make."""

    at: datetime
    kind: str
    subject: str
    by: str
    reason: str


def receipt_context(expected: Expected, submission: Submission) -> dict[str, object]:
    """What the receipt's template shows."""
    steps = list(submission.steps.select_related("unit", "by"))
    changes = _changes_since(submission)
    return {
        "expected": expected,
        "submission": submission,
        "is_open": submission.status in EDITABLE,
        "is_approved": submission.status == SubmissionStatus.APPROVED,
        "entries": fill_tasks.timeline(submission, steps),
        "changes": changes[:CHANGES_SHOWN],
        "has_more_changes": len(changes) > CHANGES_SHOWN,
        "contact": contact_of(expected.unit) if submission.status == SubmissionStatus.SUBMITTED else None,
    }


def _changes_since(submission: Submission) -> list[Change]:
    if submission.approved_at is None:
        return []
    events = (
        RegistryEvent.objects.filter(unit_id=submission.unit_id, at__gt=submission.approved_at)
        .exclude(submission=submission)
        .select_related("by", "account", "group")
        .order_by("-at", "-pk")
    )
    return [
        Change(
            at=clock.local(each.at),
            kind=each.get_kind_display(),
            subject=str(each.account or each.group or ""),
            by=each.by.display_name if each.by else "",
            reason=each.reason,
        )
        for each in events[: CHANGES_SHOWN + 1]
    ]
