"""What the page 导出整周数据 shows, the page of a file that a job writes, and the heads of the file's columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.operations import files
from orgs.choices import JobState, Measure
from reporting.excel.whole_week import MORE, SIDES
from reporting.figures import FIGURES
from reporting.operations import week_files
from reporting.pages import figure_words

if TYPE_CHECKING:
    from datetime import datetime

    from orgs.models import Job, User
    from reporting.operations.week_files import Ordered

# What has no page of rows.
_WORDS = {
    "base_youth": Measure.YOUTH.label,
    "base_assessed": Measure.MEMBERS_2012.label,
    "base_reported": Measure.MEMBERS_REPORTED.label,
    "base_orgs": Measure.ORGANISATIONS.label,
    "covered_youth": gettext_lazy("联系青年"),
    "own_covered": gettext_lazy("本单位填报联系人数"),
    "poor_streak": gettext_lazy("连续为“差”的次数"),
    "poor_streak_max": gettext_lazy("本年度最多连续为“差”的次数"),
}


def labels() -> list[str]:
    """Heads of the columns, in the order of `excel.whole_week.cells`."""
    sides = dict(zip(SIDES, (_("本级"), _("含下级")), strict=True))
    return [
        _("周次"), _("版次"), _("组织代码"), _("团组织"), _("组织全称"), _("类型"), _("战线"), _("级"), _("在册"),
        _("已报"), _("覆盖率"), _("覆盖率分子（人）"), _("覆盖率分母（人）"), _("底数年份"),
        *(_label(name) for name in MORE),
        *(f"{_label(name)}（{sides[side]}）" for name in FIGURES for side in SIDES),
    ]  # fmt: skip


def _label(name: str) -> str:
    known = figure_words.FIGURES.get(name)
    return str(known.label if known else _WORDS[name])


@dataclass(frozen=True, slots=True)
class OwnFile:
    """One file that the person had written in the last day."""

    pk: int
    title: str
    at: datetime
    is_ready: bool


def own_files(user: User) -> list[OwnFile]:
    """The newest first."""
    return [
        OwnFile(
            each.job.pk,
            title(each),
            each.job.finished_at or each.job.created_at,
            each.job.state == JobState.DONE,
        )
        for each in week_files.own_files(by=user)
    ]


def title(ordered: Ordered) -> str:
    """Of a file, in a list of them."""
    return f"{ordered.name}.{ordered.job.params['kind']}"


def progress(ordered: Ordered) -> dict[str, object]:
    """How far the file is."""
    job: Job = ordered.job
    return {
        "job": job,
        "unit": ordered.unit,
        "closed": ordered.closed,
        "before": ordered.before,
        "title": title(ordered),
        "in_progress": job.state in {JobState.QUEUED, JobState.RUNNING},
        "is_cancelled": job.state == JobState.CANCELLED,
        "has_failed": job.state == JobState.FAILED,
        "is_there": files.is_there(job),
        "n_rows": job.result.get("rows", 0),
    }
