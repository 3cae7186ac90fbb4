"""周次和版次: the weeks with their published editions, and the close or correction that is under way or waits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from orgs.choices import JobState
from orgs.kernel.clock import Week
from orgs.models import Job
from reporting.choices import WeekState
from reporting.models import ClosedWeek
from reporting.operations import order, weekly

WEEKS_PER_PAGE = 53


@dataclass(frozen=True, slots=True)
class WeekLine:
    """A week: its published editions, the newest first, and the job of one that is not published yet.

    `earlier` are the weeks that have to be closed before the job can do its work (R5).
    """

    week: Week
    editions: list[ClosedWeek]
    job: Job | None
    earlier: list[Week] = field(default_factory=list)

    @property
    def is_failed(self) -> bool:
        return self.job is not None and self.job.state in {JobState.FAILED, JobState.CANCELLED}

    @property
    def is_put_back(self) -> bool:
        """A worker has had it and found that something comes first."""
        return self.job is not None and self.job.state == JobState.QUEUED and bool(self.job.error)

    @property
    def earlier_names(self) -> str:
        """第44周、第45周."""
        return "、".join(_("第%(n)d周") % {"n": week.number} for week in self.earlier)

    @property
    def is_first(self) -> bool:
        """Nothing of the week is published: there is nothing to correct yet."""
        return not self.editions


@dataclass(frozen=True, slots=True)
class WeekList:
    """A page of the weeks, the newest first."""

    page: Page[tuple[Week, list[ClosedWeek]]]
    lines: list[WeekLine]


def weeks(number: str | None, *, per_page: int = WEEKS_PER_PAGE) -> WeekList:
    """Two statements, four more where a job waits."""
    headers = ClosedWeek.objects.order_by("-starts_on", "-edition")
    # A close that waits for an earlier week has no header yet.
    begun = Job.objects.filter(task=weekly.TASK).exclude(state=JobState.DONE)
    jobs = {job.key: job for job in begun}
    found: dict[Week, list[ClosedWeek]] = {Week.parse(job.params["week"]): [] for job in jobs.values()}
    for each in headers:
        found.setdefault(each.week, []).append(each)
    page = Paginator(sorted(found.items(), reverse=True), per_page).get_page(number)
    lines = [_line(week, editions, jobs) for week, editions in page]
    return WeekList(page, _with_earlier(lines))


def _line(week: Week, found: list[ClosedWeek], jobs: dict[str, Job]) -> WeekLine:
    published = [each for each in found if each.state == WeekState.CLOSED]
    if len(published) < len(found):
        return WeekLine(week, published, jobs.get(weekly.job_key(week, found[0].edition)))
    return WeekLine(week, published, None if found else jobs.get(weekly.job_key(week)))


def _with_earlier(lines: list[WeekLine]) -> list[WeekLine]:
    """With the weeks that those which were put back wait for; asked of the newest, the others wait for some of them."""
    waiting = [line for line in lines if line.is_put_back]
    missing = order.open_before(waiting[0].week) if waiting else []
    return [
        replace(line, earlier=[week for week in missing if week < line.week]) if line.is_put_back else line
        for line in lines
    ]
