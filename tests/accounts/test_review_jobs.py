"""Approving everything without doubts as background work, and the chain by command."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from accounts.choices import SubmissionStatus
from accounts.models import Account, CollectionRound, Package, Submission
from accounts.operations import clean_forms, review
from orgs.choices import JobState
from orgs.kernel import clock
from orgs.models import Job
from tests.accounts.forms import fresh, launch, submitted
from tests.accounts.test_upload_rows import LAW1, LAW2, book, line

CLASSES = ("hnu-law-1201", "hnu-law-1202", "hnu-law-1301")


@pytest.fixture
def round(world, cast):
    return launch(world, cast)


@pytest.fixture
def forms(round, world, cast):
    doubtful = {"hnu-law-1301": {"contacts": 900}}
    return [submitted(round, world[c], by=cast["university"], **doubtful.get(c, {})) for c in CLASSES]


def run(desk, by) -> list[Job]:
    jobs = clean_forms.enqueue_clean(desk, by=by)
    for job in jobs:
        clean_forms.approve_all_clean(job.pk)
    return [Job.objects.get(pk=job.pk) for job in jobs]


def test_the_job_approves_the_clean_ones_and_leaves_the_doubtful(forms, world, cast):
    (job,) = run(world["hnu-law"], cast["college"])
    assert (job.state, job.done, job.total) == (JobState.DONE, 2, 2)
    assert job.result == {"approved": 2, "skipped": 0}
    assert job.worker
    # The university filled it and may not decide on it: the province does in its place.
    assert (fresh(forms[0]).status, fresh(forms[0]).desk) == (SubmissionStatus.SUBMITTED, world["hi"])
    assert fresh(forms[2]).desk == world["hnu-law"]


def test_repeating_the_job_changes_nothing(forms, world, cast):
    (job,) = run(world["hnu-law"], cast["college"])
    version = fresh(forms[0]).version
    clean_forms.approve_all_clean(job.pk)
    assert run(world["hnu-law"], cast["college"]) == []
    assert fresh(forms[0]).version == version


def test_a_job_taken_over_half_way_finishes_the_rest(forms, world, cast):
    (job,) = clean_forms.enqueue_clean(world["hnu-law"], by=cast["college"])
    review.approve(forms[0].pk, version=forms[0].version, by=cast["college"])
    lost = clock.now() - timedelta(hours=1)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, attempts=1, heartbeat_at=lost)
    clean_forms.approve_all_clean(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.result["approved"]) == (JobState.DONE, 2, 1)


def test_asking_twice_makes_one_job_and_a_form_that_came_back_makes_another(forms, round, world, cast):
    first = clean_forms.enqueue_clean(world["hnu-law"], by=cast["college"])
    assert clean_forms.enqueue_clean(world["hnu-law"], by=cast["college"]) == first
    review.return_submission(forms[0].pk, version=forms[0].version, by=cast["college"], reasons=["nickname"])
    submitted(round, world[CLASSES[0]], by=cast["university"])
    assert clean_forms.enqueue_clean(world["hnu-law"], by=cast["college"]) != first


def test_a_person_who_no_longer_reviews_approves_nothing(forms, world, cast):
    (job,) = clean_forms.enqueue_clean(world["hnu-law"], by=cast["college"])
    cast["college"].appointments.update(ends_on=clock.today() - timedelta(days=1))
    clean_forms.approve_all_clean(job.pk)
    assert Job.objects.get(pk=job.pk).result["approved"] == 0
    assert fresh(forms[0]).status == SubmissionStatus.SUBMITTED


def test_the_chain_runs_by_command_from_launch_to_package(world, cast, tmp_path, capsys):
    call_command("launch_round", "--unit", "hi", "--deadline", "2026-12-31T18:00", "--kind", "class_branch")
    assert CollectionRound.objects.get().deadline_at == clock.day_start(clock.today()).replace(
        year=2026, month=12, day=31, hour=18
    )
    path = tmp_path / "all.xlsx"
    path.write_bytes(book(line(LAW1, 1), line(LAW2, 2)))
    call_command("import_collection", str(path), "--unit", "hi", "--as", "schools")
    capsys.readouterr()
    call_command("approve_clean", "--unit", "hnu", "--below", "--here", "--json")
    assert json.loads(capsys.readouterr().out)["approved"] == 2
    assert {form.desk for form in Submission.objects.all()} == {world["hnu"]}
    call_command("approve_clean", "--unit", "hnu", "--here", "--json")
    assert json.loads(capsys.readouterr().out)["approved"] == 2
    assert Account.objects.filter(unit__parent=world["hnu-law"]).count() == 2
    call_command("report_package", "--unit", "hnu")
    assert "应填 4，已通过 2，未报 2" in capsys.readouterr().out
    assert Package.objects.get().unit == world["hnu"]


def test_commands_say_clearly_what_is_missing(world):
    with pytest.raises(CommandError, match="没有代码为"):
        call_command("approve_clean", "--unit", "nowhere")
    with pytest.raises(CommandError, match="--round"):
        call_command("report_package", "--unit", "hnu")
    with pytest.raises(CommandError, match="不能在该团组织"):
        call_command("launch_round", "--unit", "hi", "--deadline", "2026-12-31T18:00", "--as", "secretary")
