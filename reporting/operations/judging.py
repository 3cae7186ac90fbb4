"""评定: how every unit stands to what a running campaign asks, kept as rows that say from when to when it stood so.

A campaign is judged in order of time: at each Sunday 24:00 since the last judging first (and at the end of each calendar
month where something recurs monthly), then at the moment asked for.
All facts are versions, so that a late judging finds the week as it was. Nothing is written backdated.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import structlog
from django.db import connection, transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from orgs.exceptions import JobLost
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import Job
from orgs.operations import ledger
from reporting import judging
from reporting.choices import CampaignState
from reporting.exceptions import JudgedMeanwhile
from reporting.judging import periods
from reporting.judging.periods import MONTHLY, WEEKLY
from reporting.models import Campaign, Requirement
from reporting.rollup.moment import adapted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from orgs.models import User
    from reporting.models import CampaignVersion
    from reporting.rollup.moment import Param

TASK = "reporting.judge_campaign"
MOST_TRIES = 5
log = structlog.get_logger()


def judge(campaign: Campaign, at: datetime) -> bool:
    """Judge every unit at a moment that lies not before the last judging, and write what has changed since.

    Computes first and writes in one short transaction. False where nothing was written: a later moment has been judged,
    another process has judged meanwhile (ask again), or no version was loaded by then.
    """
    version = judging.version_at(campaign, at)
    if version is None or (campaign.judged_until and at < campaign.judged_until):
        return False
    instant = judging.Instant.at(at)
    try:
        deepest = judging.collect(campaign, instant)
        requirements = judging.judge(campaign, version, instant, deepest)
        judging.count(requirements, campaign.unit_id, deepest)
        return _write(campaign, version, at)
    finally:
        if not connection.needs_rollback:
            judging.drop()


def judge_until(
    campaign: Campaign, at: datetime, told: Callable[[int, int], None] = lambda done, total: None
) -> int:
    """Judge at the end of every week that is not judged yet, then at the moment itself; returns how often.

    READING: what recurs monthly is judged at the month's own last 24:00, in its turn among the weeks; when that is done
    is the matter of whoever asks: the job of each hour, at the latest the weekly close.
    Where another process writes in between, what is left after it is judged. `told` hears how far that is. Raises
    JudgedMeanwhile where others always come first.
    """
    n_judged = 0
    for _try in range(MOST_TRIES):
        moments = list(_moments(campaign, at))
        for done, moment in enumerate(moments):
            told(done, len(moments))
            if judge(campaign, moment):
                n_judged += 1
            elif _is_overtaken(campaign):
                break
        else:
            told(len(moments), len(moments))
            return n_judged
    raise JudgedMeanwhile


def _is_overtaken(campaign: Campaign) -> bool:
    """Whether another process has judged since the campaign was read; now it says until when."""
    known = campaign.judged_until
    campaign.refresh_from_db(fields=["judged_until"])
    return campaign.judged_until != known


def judge_week(week: Week, *, job: Job | None = None) -> None:
    """Before a week is closed: every campaign that ran in it is judged as of its end, so that the close reads answers.

    The job of the close lives as long as that takes. A campaign that can't be judged is told of in a failed job of its
    own, and holds no other up. Raises JudgedMeanwhile.
    """

    def told(_done: int, _total: int) -> None:
        if job is not None:
            ledger.beat(job)

    for campaign in _judged_at(week.ends_at):
        try:
            with judging.apart():
                judge_until(campaign, week.ends_at, told)
        except judging.BREAKS as error:
            _tell_broken(campaign, week, error)


def _tell_broken(campaign: Campaign, week: Week, error: Exception) -> None:
    """A failed job in words: whoever looks after jobs reads which campaign it was and what to do."""
    log.error("campaign not judged", campaign=campaign.code, week=str(week), error=type(error).__name__)
    job = ledger.add(TASK, key=f"judge-{campaign.pk}-{week}", campaign=campaign.pk)
    try:
        job = ledger.claim_job(job.pk)
    except JobLost:
        return  # somebody is at it again
    words = _(
        "工作部署 %(code)s 未能评定，%(week)s 结周没有计入它的结果。请由部署单位核对并修改部署内容，再重试。"
    )
    ledger.fail_job(job, words % {"code": campaign.code, "week": str(week)})


def judge_now(campaign: Campaign) -> int:
    """Judge the campaign up to now, or to its end."""
    return judge_until(campaign, campaign.ended_at or clock.now())


def judge_in_job(job_id: int) -> None:
    """Do the work of a job row. Nothing where another process has it or it is done."""
    ledger.run(job_id, _judge_for)


def enqueue_judging(campaign: Campaign, *, by: User | None = None, because: str = "") -> Job:
    """Let a worker judge the campaign: once an hour, and at once for what has just been decided (`because`)."""
    effect = because or clock.now().strftime("%Y%m%d%H")
    return ledger.enqueue(TASK, key=f"judge-{campaign.pk}-{effect}", by=by, campaign=campaign.pk)


def enqueue_running() -> list[Job]:
    """Let workers judge every campaign that is running, and what has ended up to its end."""
    return [enqueue_judging(campaign) for campaign in Campaign.objects.to_judge().order_by("pk")]


def enqueue_due() -> list[Job]:
    """Let workers judge campaigns whose last judging lies before a deadline that has passed, whatever the hour."""
    now = clock.now()
    passed = Requirement.objects.of_newest_versions().filter(
        version__campaign=OuterRef("pk"), deadline_at__lte=now, deadline_at__gt=OuterRef("judged_until")
    )
    newest = passed.order_by("-deadline_at").values("deadline_at")[:1]
    found = Campaign.objects.running().annotate(due_at=Subquery(newest)).filter(due_at__isnull=False)
    because = {each: f"due-{vars(each)['due_at']:%Y%m%d%H%M}" for each in found}
    # One that fails waits for the hour: it is not tried again every minute.
    keys = {f"judge-{each.pk}-{effect}": each for each, effect in because.items()}
    known = set(Job.objects.filter(key__in=keys).values_list("key", flat=True))
    return [enqueue_judging(each, because=because[each]) for key, each in keys.items() if key not in known]


def judge_running() -> dict[str, int | None]:
    """The same in this process; code of the campaign -> how often it was judged, None where it could not be."""
    found = Campaign.objects.to_judge().select_related("unit").order_by("pk")
    return {campaign.code: _judged_apart(campaign) for campaign in found}


def _judged_apart(campaign: Campaign) -> int | None:
    try:
        with judging.apart():
            return judge_now(campaign)
    except judging.BREAKS as error:
        log.error("campaign not judged", campaign=campaign.code, error=type(error).__name__)
        return None


def _judge_for(job: Job) -> dict[str, object]:
    campaign = Campaign.objects.select_related("unit").get(pk=job.params["campaign"])
    if campaign.state == CampaignState.DRAFT:
        return {"n_judged": 0}
    at = campaign.ended_at or clock.now()
    return {"n_judged": judge_until(campaign, at, partial(ledger.progress, job))}


def _moments(campaign: Campaign, at: datetime) -> Iterator[datetime]:
    """The ends of weeks after the last judging (at first: after the launch) and before `at`, then `at`.

    Where a figure recurs monthly, the ends of calendar months in between as well.
    """
    since = campaign.judged_until or campaign.launched_at or at
    monthly = Requirement.objects.monthly_figures().filter(version__campaign=campaign)
    recurring = (WEEKLY, MONTHLY) if since < at and monthly.exists() else (WEEKLY,)
    ends = {end for recurs in recurring for end in _ends(recurs, since, at)}
    yield from sorted(ends)
    yield at


def _ends(recurs: str, since: datetime, until: datetime) -> Iterator[datetime]:
    """When periods end after one moment and before another."""
    period = periods.running(recurs, since)
    while period.ends_at < until:
        if period.ends_at > since:
            yield period.ends_at
        period = period.next()


def _judged_at(at: datetime) -> Iterator[Campaign]:
    """Campaigns that ran at the moment and are not judged up to it."""
    started = Campaign.objects.select_related("unit").filter(launched_at__lt=at).order_by("pk")
    for campaign in started.exclude(state=CampaignState.DRAFT):
        has_ended = campaign.ended_at is not None and campaign.ended_at < at
        is_judged = campaign.judged_until is not None and campaign.judged_until >= at
        if not (has_ended or is_judged):
            yield campaign


@transaction.atomic
def _write(campaign: Campaign, version: CampaignVersion, at: datetime) -> bool:
    """What has changed, under the lock of the campaign: who has read an older state of it writes nothing."""
    held = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if held.judged_until != campaign.judged_until:
        return False
    params: dict[str, Param] = {"campaign": campaign.pk, "version": version.pk, "at": adapted(at)}
    with connection.cursor() as cursor:
        for statement in judging.STATEMENTS:
            cursor.execute(statement, params)
    campaign.judged_until = at
    campaign.save(update_fields=["judged_until"])
    return True
