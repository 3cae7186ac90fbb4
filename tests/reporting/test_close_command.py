"""`close_week`, the task behind it and the beat that finds what is due."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account, AccountVersion
from orgs.choices import JobState
from orgs.kernel import clock
from orgs.kernel.clock import Week
from orgs.models import AuditEntry, Job
from orgs.operations.bases import record_base
from reporting import tasks
from reporting.models import ClosedWeek, WeekUnit
from reporting.operations import weekly
from tests.reporting.test_close_repeated import forget

LAST = Week(2026, 46)

pytestmark = pytest.mark.django_db


def run(*arguments):
    out = StringIO()
    call_command("close_week", *arguments, stdout=out)
    return out.getvalue()


def test_without_a_week_the_last_one_that_is_over_is_closed(world):
    found = json.loads(run("--json"))
    closed = ClosedWeek.objects.get()
    assert (found["week"], found["hash"], found["n_units"]) == (
        str(LAST),
        closed.content_hash,
        closed.n_units,
    )


def test_the_job_row_tells_what_was_done(world):
    run(str(LAST))
    job = Job.objects.get(key=f"close-week-{LAST}-e1")
    assert (job.state, job.done, job.total) == (JobState.DONE, 5, 5)
    assert job.result["hash"] == ClosedWeek.objects.get().content_hash
    assert AuditEntry.objects.filter(verb="week.closed").count() == 1


def test_a_second_run_prints_the_same_and_does_nothing(world):
    first, second = json.loads(run("--json")), json.loads(run("--json"))
    assert first["hash"] == second["hash"]
    assert ClosedWeek.objects.count() == Job.objects.count() == 1


@pytest.mark.parametrize("week", ["2026-W47", "2026-W54", "46"])
def test_a_week_that_is_not_over_or_does_not_exist_is_refused_in_words(world, week):
    with pytest.raises(CommandError, match="周"):
        run(week)


def test_catch_up_closes_every_due_week_and_says_so(world):
    unit = world.ids["hnu-law-1201"]
    account = Account.objects.create(unit_id=unit, platform_id="app", identifier="x", identifier_key="x")
    AccountVersion.objects.create(
        account=account, unit_id=unit, platform_id="app", valid_from=LAST.previous(2).starts_at
    )
    on_time = [weekly.close_week(LAST.previous(n)).content_hash for n in (2, 1, 0)]
    for n in (2, 1, 0):
        forget(LAST.previous(n))
    out = StringIO()
    call_command("catch_up", "--json", stdout=out)
    told = json.loads(out.getvalue())["weeks"]
    assert [each["week"] for each in told] == [str(LAST.previous(n)) for n in (2, 1, 0)]
    assert [each["hash"] for each in told] == on_time
    again = StringIO()
    call_command("catch_up", stdout=again)
    assert "没有" in again.getvalue()


def test_a_correction_by_command_is_a_second_edition_with_its_reason(world):
    first = json.loads(run("--json"))
    second = json.loads(run(str(LAST), "--correct", "--reason", "补登抽查", "--json"))
    assert (first["edition"], second["edition"], second["state"]) == (1, 2, "closed")
    assert ClosedWeek.objects.get(edition=2).reason == "补登抽查"
    for wrong in (
        ["--correct"],
        ["--reason", "没有写更正"],
        ["2026-W40", "--correct", "--reason", "没有结周"],
    ):
        with pytest.raises(CommandError):
            run(*wrong)


@pytest.fixture
def corrected_bases(world):
    """W46 is closed; since then two bases have been put right."""
    run()
    for code, count in (("hnu-law-1201", 80), ("qh-hs-jl", 41)):
        record_base(world[code], measure="members", count=count, year=2026, source="核对后的名册", by=None)


def test_a_correction_by_command_takes_in_the_bases_it_names(world, corrected_bases):
    more = ["--correct", "--reason", "更正底数", "--json"]
    one = json.loads(run(str(LAST), *more, "--base", "hnu-law-1201:members"))
    assert (one["edition"], one["bases"]) == (2, 1)
    rest = json.loads(run(str(LAST), *more, "--base", "all"))
    assert (rest["edition"], rest["bases"]) == (3, 1)
    counted = dict(
        WeekUnit.objects.filter(week__edition=3, code__in=["hnu-law-1201", "qh-hs-jl"]).values_list(
            "code", "own_base_members"
        )
    )
    assert counted == {"hnu-law-1201": 80, "qh-hs-jl": 41}


def test_a_base_that_cannot_be_taken_in_is_named_with_those_that_can(corrected_bases):
    correct = [str(LAST), "--correct", "--reason", "更正底数", "--base"]
    for wrong in ("hnu-law-1201:youth", "qh", "all:members"):
        with pytest.raises(CommandError, match=f"{wrong}.*hnu-law-1201:members、qh-hs-jl:members"):
            run(*correct, wrong)
    with pytest.raises(CommandError, match="--correct"):
        run(str(LAST), "--base", "all")
    assert ClosedWeek.objects.count() == 1
    run(*correct, "all")
    with pytest.raises(CommandError, match="无"):
        run(*correct, "all")


def test_enqueue_leaves_the_work_to_a_worker(world):
    found = json.loads(run("--enqueue", "--json"))
    assert not ClosedWeek.objects.exists()
    tasks.close_week(found["job"])
    assert ClosedWeek.objects.published().of_week(LAST).exists()


def test_a_job_that_is_done_is_not_done_again(world):
    job = weekly.enqueue_close(LAST)
    tasks.close_week(job.pk)
    tasks.close_week(job.pk)
    assert (Job.objects.get(pk=job.pk).attempts, ClosedWeek.objects.count()) == (1, 1)


def test_a_takeover_after_a_silent_worker_closes_the_week(world):
    job = weekly.enqueue_close(LAST)
    Job.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING, attempts=1, worker="gone/1", heartbeat_at=clock.now()
    )
    assert json.loads(run("--json"))["state"] == "closed"
    assert Job.objects.get(pk=job.pk).attempts == 2


def test_beat_closes_every_week_since_the_first_registry_fact_oldest_first(world):
    assert weekly.enqueue_due_weeks() == []
    unit = world.ids["hnu-law-1201"]
    account = Account.objects.create(unit_id=unit, platform_id="app", identifier="x", identifier_key="x")
    AccountVersion.objects.create(
        account=account, unit_id=unit, platform_id="app", valid_from=LAST.previous(3).starts_at
    )
    weekly.close_week(LAST.previous())
    tasks.close_due_weeks()
    waiting = [job.params["week"] for job in Job.objects.order_by("pk")]
    assert waiting == [str(LAST.previous(3)), str(LAST.previous(2)), str(LAST)]
    tasks.close_due_weeks()
    assert Job.objects.count() == 3
