"""A forest closed tree by tree: the same rows and the same hash as in one process, whoever does which part."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orgs.choices import JobState
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import Job
from orgs.operations import jobs, ledger
from reporting import rollup, tasks
from reporting.choices import CheckGrade, WeekState
from reporting.models import ClosedWeek, SpotCheck, WeekUnit
from reporting.operations import parts, weekly
from tests.reporting.closed_weeks import report
from tests.reporting.forest import RandomForest, move_to_another_tree
from tests.reporting.oracle import Oracle
from tests.reporting.test_close_repeated import forget
from tests.reporting.test_rollup_oracle import differences, snapshot

WEEK = Week(2026, 46)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_parts(settings):
    settings.CLOSE_IN_PARTS_FROM = 1


def whole_hash():
    """The hash of the week closed in one go; afterwards it is as if it had not been closed."""
    found = weekly.close_week(WEEK).content_hash
    forget(WEEK)
    return found


def parts_of_the_close():
    return list(Job.objects.filter(task=parts.TASK).order_by("pk"))


@pytest.mark.parametrize("seed", range(4))
def test_parts_give_the_rows_and_the_hash_of_the_whole(world, seed):
    RandomForest(WEEK, seed).build()
    expected = whole_hash()
    closed = weekly.close_now(WEEK)
    assert differences(snapshot(closed), Oracle(WEEK).rows()) == []
    assert closed.content_hash == expected
    found = parts_of_the_close()
    assert len(found) > 2
    assert {job.state for job in found} == {JobState.DONE}
    assert sum(job.result["n_units"] for job in found) == closed.n_units - 1  # the national office


def test_poor_checks_of_the_national_office_itself_are_in_the_parts_too(world, cast):
    account = report(world, "cn", 10, week=WEEK)
    for days, draw in ((2, "d1"), (4, "d2")):
        day = WEEK.starts_on + timedelta(days=days)
        SpotCheck.objects.create(
            unit=world["cn"],
            direct_unit=world["cn"],
            account=account,
            draw=draw,
            counted_on=day,
            posts=0,
            grade=CheckGrade.POOR,
            checked_at=clock.day_start(day + timedelta(days=1)) + timedelta(hours=9),
            checked_by=cast["national"],
        )
    expected = whole_hash()
    closed = weekly.close_now(WEEK)
    assert len(parts_of_the_close()) == 2
    top = WeekUnit.objects.get(week=closed, unit=world["cn"])
    assert (top.poor_streak, top.poor_streak_max, top.own_checks_poor) == (2, 2, 2)
    assert closed.content_hash == expected


def test_each_part_has_a_row_of_its_own_whose_key_names_week_edition_and_root(world):
    weekly.close_now(WEEK)
    roots = {f"close-week-{WEEK}-e1-{world.ids[code]}" for code in ("hi", "ah")}
    assert {job.key for job in parts_of_the_close()} == roots
    whole = Job.objects.get(key=f"close-week-{WEEK}-e1")
    assert (whole.state, whole.done, whole.total) == (JobState.DONE, 3, 3)


def test_workers_that_find_the_parts_leave_only_the_top_to_the_close(world):
    RandomForest(WEEK, 5).build()
    expected = whole_hash()
    job = weekly.enqueue_close(WEEK)
    header = ClosedWeek.objects.create(year=2026, number=46, starts_on=WEEK.starts_on)
    for tree in rollup.split(rollup.Moment(WEEK)):
        part = parts._enqueue(header, tree.root_id, job)
        tasks.close_part(part.pk)
    assert ClosedWeek.objects.of_week(WEEK).get().state == WeekState.CLOSING
    tasks.close_week(job.pk)
    assert ClosedWeek.objects.of_week(WEEK).get().content_hash == expected
    assert {job.attempts for job in parts_of_the_close()} == {1}


def test_a_part_done_again_writes_nothing_twice(world):
    expected = whole_hash()
    job = weekly.enqueue_close(WEEK)
    header = ClosedWeek.objects.create(year=2026, number=46, starts_on=WEEK.starts_on)
    for tree in rollup.split(rollup.Moment(WEEK)):
        tasks.close_part(parts._enqueue(header, tree.root_id, job).pk)
    written = WeekUnit.objects.filter(week=header).count()
    again = Job.objects.get(key=f"{job.key}-{world.ids['ah']}")
    Job.objects.filter(pk=again.pk).update(state=JobState.QUEUED)
    tasks.close_part(again.pk)
    again.refresh_from_db()
    assert (again.state, again.result) == (JobState.DONE, {"n_units": 3})
    assert WeekUnit.objects.filter(week=header).count() == written
    assert weekly.close_now(WEEK).content_hash == expected


def test_a_superior_that_stands_in_another_tree_today_leaves_the_week_in_one_piece(world):
    RandomForest(WEEK, 6).build()
    expected = whole_hash()
    move_to_another_tree(world.ids["hnu-law"])
    assert rollup.split(rollup.Moment(WEEK)) == []
    assert weekly.close_now(WEEK).content_hash == expected
    assert parts_of_the_close() == []


def test_a_move_to_another_tree_in_the_middle_changes_nothing(world):
    """The first part is done when the college moves: the trees no longer fit the week, and it is computed whole."""
    expected = whole_hash()
    job = weekly.enqueue_close(WEEK)
    header = ClosedWeek.objects.create(year=2026, number=46, starts_on=WEEK.starts_on)
    trees = rollup.split(rollup.Moment(WEEK))
    tasks.close_part(parts._enqueue(header, world.ids["ah"], job).pk)
    move_to_another_tree(world.ids["hnu-law"])
    claimed = ledger.claim_job(job.pk)
    closed = parts.close_in_parts(header, trees, by=None, job=claimed)
    assert closed.content_hash == expected


def test_a_part_that_failed_does_not_stay_failed_when_the_week_is_published_whole(world):
    job = weekly.enqueue_close(WEEK)
    header = ClosedWeek.objects.create(year=2026, number=46, starts_on=WEEK.starts_on)
    for tree in rollup.split(rollup.Moment(WEEK)):
        ledger.fail_job(ledger.claim_job(parts._enqueue(header, tree.root_id, job).pk), "TreeBroken")
    move_to_another_tree(world.ids["hnu-law"])
    tasks.close_week(job.pk)
    assert ClosedWeek.objects.get().state == WeekState.CLOSED
    assert set(Job.objects.values_list("state", "error")) == {(JobState.DONE, "")}


def test_a_small_forest_and_a_single_province_stay_in_one_process(world, settings):
    settings.CLOSE_IN_PARTS_FROM = 10_000
    weekly.close_now(WEEK)
    assert parts_of_the_close() == []


def test_a_close_called_off_publishes_nothing_and_its_parts_are_called_off_too(world):
    job = weekly.enqueue_close(WEEK)
    header = ClosedWeek.objects.create(year=2026, number=46, starts_on=WEEK.starts_on)
    part = parts._enqueue(header, world.ids["ah"], job)
    jobs.cancel_job(part)
    tasks.close_part(part.pk)
    tasks.close_week(job.pk)
    tasks.close_due_weeks()
    assert ClosedWeek.objects.get().state == WeekState.CLOSING
    assert not WeekUnit.objects.exists()
    assert set(Job.objects.values_list("state", flat=True)) == {JobState.CANCELLED}
    jobs.retry_job(job)
    tasks.close_week(job.pk)
    assert ClosedWeek.objects.get().state == WeekState.CLOSED
