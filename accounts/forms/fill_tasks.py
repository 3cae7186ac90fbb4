"""Task lines of a person who fills, and the time line of one form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import StepKind, SubmissionStatus
from accounts.forms.fill_page import deadline_text
from orgs.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.utils.functional import _StrPromise

    from accounts.models import Expected, ReviewStep, Submission

# status -> tone, verb, rank: what was returned comes first
_LOOKS = {
    SubmissionStatus.RETURNED: ("bad", gettext_lazy("去修改"), 0),
    "": ("warn", gettext_lazy("去填报"), 1),
    SubmissionStatus.DRAFT: ("info", gettext_lazy("继续填"), 1),
    SubmissionStatus.SUBMITTED: ("info", gettext_lazy("看回执"), 2),
    SubmissionStatus.APPROVED: ("ok", gettext_lazy("看回执"), 3),
}
_CLOSED = ("mute", gettext_lazy("看草稿"), 4)
_STEPS: dict[str, tuple[str, str, _StrPromise]] = {
    StepKind.SAVED: ("mute", "device-mobile", gettext_lazy("保存草稿")),
    StepKind.SUBMITTED: ("ok", "circle-check", gettext_lazy("已提交")),
    StepKind.APPROVED: ("ok", "circle-check", gettext_lazy("%(unit)s审核通过")),
    StepKind.RETURNED: ("bad", "arrow-back-up", gettext_lazy("%(unit)s退回")),
    StepKind.WITHDRAWN: ("mute", "arrow-back-up", gettext_lazy("已撤回")),
    StepKind.UNDONE: ("mute", "arrow-back-up", gettext_lazy("%(unit)s撤销了上一步审核")),
}


@dataclass(frozen=True, slots=True)
class Task:
    """One line of 我的填报."""

    expected: Expected
    submission: Submission | None
    status: str
    label: str
    tone: str
    verb: str
    url: str
    deadline: str
    rank: int


def tasks(expected: Iterable[Expected], submissions: Iterable[Submission]) -> list[Task]:
    """The lines in the order in which they want to be done."""
    saved = {(each.round_id, each.unit_id): each for each in submissions}
    now = clock.now()
    lines = []
    for each in expected:
        submission = saved.get((each.round_id, each.unit_id))
        status = submission.status if submission else ""
        if each.round.closed_at is not None and status in {"", SubmissionStatus.DRAFT}:
            tone, verb, rank = _CLOSED
            label = _("已截止")
        else:
            tone, verb, rank = _LOOKS[status]
            label = str(submission.get_status_display()) if submission else _("待填报")
        lines.append(
            Task(
                each,
                submission,
                status,
                label,
                tone,
                str(verb),
                reverse("accounts:fill-form", args=[each.pk]),
                deadline_text(each.deadline_at, now),
                rank,
            )
        )
    return sorted(lines, key=lambda line: line.rank)


def timeline(submission: Submission, steps: Sequence[ReviewStep]) -> list[dict[str, str]]:
    """What happened, and what comes next."""
    entries = [_entry(each) for each in steps]
    if submission.status == SubmissionStatus.SUBMITTED and submission.desk is not None:
        text = _("%(unit)s审核") % {"unit": submission.desk.name}
        entries.append({"tone": "info", "icon": "clock", "text": text, "note": _("结果在“消息”和本页查看")})
    if submission.status != SubmissionStatus.APPROVED:
        text = _("计入周报")
        note = _("审核通过的当周，周日 24:00 汇总")
        entries.append({"tone": "mute", "icon": "circle-dashed", "text": text, "note": note})
    return entries


def _entry(step: ReviewStep) -> dict[str, str]:
    tone, icon, text = _STEPS[step.kind]
    local = clock.local(step.at)
    at = _("%(month)s月%(day)s日 %(time)s") % {
        "month": local.month,
        "day": local.day,
        "time": f"{local:%H:%M}",
    }
    note = f"{at}　{step.remark}" if step.remark else at
    return {"tone": tone, "icon": icon, "text": str(text) % {"unit": step.unit.name}, "note": note}
