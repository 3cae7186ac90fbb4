"""Task lines of a person who fills, and the time line of one form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import StepKind, SubmissionStatus
from accounts.pages.fill import deadline_text
from orgs.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta

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
_TO_FILL = 1  # the rank up to which a form is still to be filled
_CLOSED = ("mute", gettext_lazy("看草稿"), 4)
_AHEAD = ("mute", gettext_lazy("先看看"), 2)
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
        elif _opens_at(each) > now:
            tone, verb, rank = _AHEAD
            label = _("%(at)s开始") % {"at": _moment(_opens_at(each))}
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
                _address(each, status),
                deadline_text(each.deadline_at, now),
                rank,
            )
        )
    return sorted(lines, key=lambda line: line.rank)


def first_to_fill(expected: Iterable[Expected], submissions: Iterable[Submission]) -> Task | None:
    """The form somebody is led to who has just arrived: not handed in, the nearest deadline ahead, else what was missed last.

    None where there is nothing to fill, or where the person fills for several units and has to choose.
    """
    now = clock.now()
    open_ones = [
        line
        for line in tasks(expected, submissions)
        if line.rank <= _TO_FILL and not line.expected.round.is_standing
    ]
    if len({line.expected.unit_id for line in open_ones}) != 1:
        return None
    return min(
        open_ones, key=lambda line: (line.expected.deadline_at <= now, abs(line.expected.deadline_at - now))
    )


def _address(expected: Expected, status: str) -> str:
    """The form; a returned one by the address that leads to the first cell to fix."""
    if status == SubmissionStatus.RETURNED:
        return f"{reverse('accounts:fill', args=[expected.round_id])}?unit={expected.unit_id}"
    return reverse("accounts:fill-form", args=[expected.pk])


def _opens_at(expected: Expected) -> datetime:
    return expected.phase.opens_at if expected.phase else expected.round.opens_at


def timeline(submission: Submission, steps: Sequence[ReviewStep]) -> list[dict[str, str]]:
    """What happened, by whom and after how long, and what comes next."""
    before = [None, *(each.at for each in steps)]
    entries = [_entry(each, since) for each, since in zip(steps, before, strict=False)]
    if submission.status == SubmissionStatus.SUBMITTED and submission.desk is not None:
        text = _("%(unit)s审核") % {"unit": submission.desk.name}
        note = _("结果在“消息”和本页查看")
        if submission.on_desk_since is not None:
            waited = {"long": how_long(clock.now() - submission.on_desk_since)}
            note = _("已等待 %(long)s　") % waited + note
        entries.append({"tone": "info", "icon": "clock", "text": text, "note": note})
    if submission.status != SubmissionStatus.APPROVED:
        text = _("计入周报")
        note = _("审核通过的当周，周日 24:00 汇总")
        entries.append({"tone": "mute", "icon": "circle-dashed", "text": text, "note": note})
    return entries


def how_long(span: timedelta) -> str:
    """3 天, 5 小时, 12 分钟; cut, never rounded up."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes >= 24 * 60:
        return _("%(n)s 天") % {"n": minutes // (24 * 60)}
    return _("%(n)s 小时") % {"n": minutes // 60} if minutes >= 60 else _("%(n)s 分钟") % {"n": minutes}


def _entry(step: ReviewStep, since: datetime | None) -> dict[str, str]:
    tone, icon, text = _STEPS[step.kind]
    said = str(text) % {"unit": step.unit.name}
    if step.kind == StepKind.SAVED and step.remark:
        said, remark = step.remark, ""
    else:
        remark = step.remark
    parts = [_moment(step.at), step.by.display_name if step.by else ""]
    if since is not None and step.kind in (StepKind.APPROVED, StepKind.RETURNED):
        parts.append(_("用时 %(long)s") % {"long": how_long(step.at - since)})
    note = "　".join(part for part in [*parts, remark] if part)
    return {"tone": tone, "icon": icon, "text": said, "note": note}


def _moment(at: datetime) -> str:
    local = clock.local(at)
    return _("%(month)s月%(day)s日 %(time)s") % {
        "month": local.month,
        "day": local.day,
        "time": f"{local:%H:%M}",
    }
