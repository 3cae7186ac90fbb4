"""A correction is a numbered edition with a reason; what is late counts there and nowhere else; the old one stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.operations import registry
from orgs.choices import JobState
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import AuditEntry, Job, OrgUnit
from orgs.operations import jobs
from reporting.choices import WeekState
from reporting.exceptions import CorrectionUnderWay, RecordSettled, ReportingError
from reporting.models import ClosedWeek, WeekUnit
from reporting.operations import activity, editions, inspection, weekly
from tests.reporting.oracle import Oracle
from tests.reporting.registry import RandomRegistry
from tests.reporting.test_rollup_oracle import differences, snapshot
from tests.world import TODAY

WEEK = Week(2026, 46)
SATURDAY = WEEK.ends_on - timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(world, cast):
    with clock.frozen(WEEK.starts_at + timedelta(days=1, hours=9)):
        return registry.open_group(world["hnu-law"], kind="link", name="法学院工作群", by=cast["university"])


def correct(cast, reason="补登日常记录", week=WEEK):
    job = editions.correct_week(week, reason=reason, by=cast["national"])
    return weekly.close_in_job(job.pk)


def own(closed, unit_id, name):
    return WeekUnit.objects.for_week(closed.pk).values_list(f"own_{name}", flat=True).get(unit_id=unit_id)


def test_late_records_and_checks_count_in_the_new_edition_of_their_week_and_in_no_other(world, cast, group):
    first = weekly.close_week(WEEK)
    activity.record_day(group, WEEK.ends_on, 9, by=cast["college"])
    inspection.record_check(group, draw="d1", counted_on=SATURDAY, posts=1, by=cast["province"])
    inspection.record_check(group, draw="d2", counted_on=WEEK.ends_on, posts=1, by=cast["province"])
    with clock.frozen(TODAY + timedelta(minutes=1)):
        second = correct(cast)
    with clock.frozen(WEEK.next().ends_at):
        following = weekly.close_week(WEEK.next())
    counted = {
        each.week_id if hasattr(each, "week_id") else each.pk: (
            own(each, group.unit_id, "posts"),
            own(each, group.unit_id, "checks"),
        )
        for each in (first, second, following)
    }
    # The check of Monday, which counts the Sunday, belongs to the week after.
    assert list(counted.values()) == [(0, 0), (9, 1), (0, 1)]
    assert (second.edition, second.reason, second.state) == (2, "补登日常记录", WeekState.CLOSED)
    assert second.content_hash != first.content_hash


def test_the_old_edition_stays_readable_and_neither_can_be_changed(world, cast, group):
    first = weekly.close_week(WEEK)
    before = list(WeekUnit.objects.for_week(first.pk).order_by("pk").values_list())
    second = correct(cast)
    assert list(WeekUnit.objects.for_week(first.pk).order_by("pk").values_list()) == before
    assert ClosedWeek.objects.newest_editions().get() == second
    for closed in (first, second):
        with pytest.raises(IntegrityError, match="immutable"), transaction.atomic():
            WeekUnit.objects.for_week(closed.pk).update(own_posts=5)


@pytest.mark.parametrize("seed", range(3))
def test_every_figure_of_a_new_edition_equals_the_oracle(world, cast, seed):
    RandomRegistry(WEEK, seed).build()
    weekly.close_week(WEEK)
    with clock.frozen(WEEK.ends_at + timedelta(days=2, hours=10)):
        second = correct(cast)
    assert differences(snapshot(second), Oracle(WEEK, known=second.known_until).rows()) == []


def test_a_later_change_of_the_registry_reaches_no_edition(world, cast, group):
    first = weekly.close_week(WEEK)
    registry.close_group(group, reason="合并", by=cast["university"])
    assert correct(cast).content_hash == first.content_hash


def test_a_check_voided_after_the_close_is_out_of_the_new_edition(world, cast, group):
    with clock.frozen(WEEK.starts_at + timedelta(days=3, hours=9)):
        check = inspection.record_check(
            group, draw="d", counted_on=clock.today() - timedelta(days=1), posts=1, by=cast["province"]
        )
    first = weekly.close_week(WEEK)
    inspection.void_check(check, "数错", by=cast["province"])
    with clock.frozen(TODAY + timedelta(minutes=1)):
        second = correct(cast)
    assert [own(each, group.unit_id, "checks_poor") for each in (first, second)] == [1, 0]
    assert WeekUnit.objects.get(week=second, unit_id=world.ids["hnu"]).poor_streak == 0


def test_what_is_entered_after_the_order_waits_for_the_next_edition(world, cast, group):
    weekly.close_week(WEEK)
    job = editions.correct_week(WEEK, reason="补登", by=cast["national"])
    with clock.frozen(TODAY + timedelta(minutes=1)):
        activity.record_day(group, WEEK.ends_on, 9, by=cast["college"])
        second = weekly.close_in_job(job.pk)
        assert own(second, group.unit_id, "posts") == 0
        with clock.frozen(TODAY + timedelta(minutes=2)):
            third = correct(cast, "再次补登")
    assert (third.edition, own(third, group.unit_id, "posts")) == (3, 9)


def test_a_late_record_that_an_edition_has_counted_stays(world, cast, group):
    weekly.close_week(WEEK)
    activity.record_day(group, WEEK.ends_on, 9, by=cast["college"])
    activity.record_day(group, WEEK.ends_on, 8, by=cast["college"])
    with clock.frozen(TODAY + timedelta(minutes=1)):
        correct(cast)
        with pytest.raises(RecordSettled):
            activity.record_day(group, WEEK.ends_on, 7, by=cast["college"])


@pytest.mark.parametrize(
    "who", ["province", "schools", "city", "university", "auditor", "sysadmin", "nobody"]
)
def test_where_two_provinces_stand_side_by_side_only_the_national_office_corrects(world, cast, who):
    weekly.close_week(WEEK)
    with pytest.raises(NotAllowed):
        editions.correct_week(WEEK, reason="更正", by=cast[who])
    assert editions.correct_week(WEEK, reason="更正", by=cast["national"]).state == JobState.QUEUED


def test_the_only_province_corrects_but_none_of_its_departments(world, cast):
    weekly.close_week(WEEK)
    # As in a database of this province alone.
    OrgUnit.objects.filter(pk=world.ids["ah"]).update(parent_id=world.ids["cn"])
    with pytest.raises(NotAllowed):
        editions.correct_week(WEEK, reason="更正", by=cast["schools"])
    assert editions.correct_week(WEEK, reason="更正", by=cast["province"]).state == JobState.QUEUED


def test_without_a_reason_or_a_closed_week_there_is_nothing_to_correct(world, cast):
    with pytest.raises(ReportingError, match="没有结周"):
        editions.correct_week(WEEK, reason="更正", by=cast["national"])
    weekly.close_week(WEEK)
    for reason in ("", "  ", "长" * 201):
        with pytest.raises(ReportingError, match="原因"):
            editions.correct_week(WEEK, reason=reason, by=cast["national"])
    assert not Job.objects.exists()


def test_one_correction_at_a_time_and_its_job_names_the_edition(world, cast):
    weekly.close_week(WEEK)
    job = editions.correct_week(WEEK, reason="更正", by=cast["national"])
    assert (job.key, job.state) == (f"close-week-{WEEK}-e2", JobState.QUEUED)
    with pytest.raises(CorrectionUnderWay):
        editions.correct_week(WEEK, reason="又一次", by=cast["national"])
    assert AuditEntry.objects.get(verb="week.correction_ordered").reason == "更正"


def test_a_correction_called_off_publishes_nothing_and_its_number_is_used_again(world, cast):
    first = weekly.close_week(WEEK)
    job = editions.correct_week(WEEK, reason="写错了", by=cast["national"])
    jobs.cancel_job(job)
    assert weekly.close_in_job(job.pk) is None
    assert ClosedWeek.objects.newest_editions().get() == first
    again = correct(cast, "补登抽查")
    assert (again.edition, again.reason) == (2, "补登抽查")
