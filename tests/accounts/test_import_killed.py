"""SIGKILL of the worker during an import, twice, then a worker that lives: the same forms as without, nothing twice (C5, D1)."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from datetime import timedelta

import environ
import pytest
from django.conf import settings
from django.db import connection

from accounts.choices import BatchState, StepKind
from accounts.excel import collection_form_large
from accounts.excel.collection_form import Annex, AnnexRow, AnnexUnit
from accounts.models import FieldList, ReviewStep, Submission, UploadBatch, UploadedForm
from accounts.operations import batches
from accounts.operations.handing_in import CHUNK
from accounts.operations.rounds import launch_round
from config.bench import generate_province
from orgs.choices import JobState, Kind
from orgs.kernel import clock
from orgs.models import AuditEntry, Job, OrgUnit, User
from orgs.operations import ledger

N_FORMS = 2 * CHUNK + 200  # three transactions
FIRST_LIFE, SECOND_LIFE = 1, 2
BEAT = "from orgs.tasks import requeue_lost_jobs; requeue_lost_jobs()"
TRIES = 6_000
pytestmark = [pytest.mark.race, pytest.mark.servers, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def by(transactional_world):
    """Who uploads for a made-up province of many class branches."""
    generate_province.province(1, 6, N_FORMS // 6)
    return User.objects.get(username=generate_province.CODE)


@pytest.fixture
def environment(tmp_path):
    """Of a worker on the database of this test, with a broker and a data folder of its own and the same keys."""
    database = connection.settings_dict
    url = (
        f"sqlite:///{database['NAME']}"
        if connection.vendor == "sqlite"
        else f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    )
    return dict(environ.Env.ENVIRON) | {
        "TEST_DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
        "DATA_DIR": str(tmp_path),
        "CELERY_BROKER_URL": "filesystem://",
        "SECRET_KEY": settings.SECRET_KEY,
        "FIELD_KEYS": ",".join(settings.FIELD_KEYS),
        "BLIND_INDEX_KEY": settings.BLIND_INDEX_KEY,
    }


@contextlib.contextmanager
def worker(environment):
    """A Celery worker as `manage.py demo` starts it; killed at the end whatever it does."""
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "config",
        "worker",
        "--pool",
        "solo",
        "--loglevel",
        "WARNING",
    ]
    process = subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        kill(process)


def kill(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def ring_as_beat_does(environment):
    command = [sys.executable, "manage.py", "shell", "-c", BEAT]
    subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True)


def wait_for(process, job, **facts):
    """Until the job's row says so; the worker's own end is what is waited on."""
    for _try in range(TRIES):
        if Job.objects.filter(pk=job.pk, **facts).exists():
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.005)
            raise AssertionError("the worker has ended by itself")
    raise AssertionError(f"the job never came to {facts}")


def killed_worker(environment, job, **facts):
    """A worker takes the job and is killed as soon as the job's row says so."""
    ring_as_beat_does(environment)
    with worker(environment) as process:
        wait_for(process, job, state=JobState.RUNNING, **facts)
        kill(process)
    assert process.returncode == -signal.SIGKILL
    assert Job.objects.get(pk=job.pk).state == JobState.RUNNING


def ten_minutes_later(job):
    """What the silence of the dead worker comes to: its heartbeat is old."""
    assert Job.objects.filter(pk=job.pk).update(
        heartbeat_at=clock.now() - ledger.LOST_AFTER - timedelta(seconds=1)
    )


def imported_batch(by, title, data):
    """The file checked for a round of its own, its import asked for."""
    now = clock.now()
    province = OrgUnit.objects.get(code=generate_province.CODE)
    round = launch_round(
        province,
        title=title,
        field_list=FieldList.objects.get(code="UNI-A"),
        kinds=(Kind.CLASS_BRANCH,),
        opens_at=now - timedelta(days=1),
        deadline_at=now + timedelta(days=9),
        by=by,
    )
    batch = batches.start_check(batches.receive(data, "表.xlsx", round=round, unit=province, by=by), by=by)
    batches.run_check(batch.job_id)
    return batches.start_import(UploadBatch.objects.get(pk=batch.pk), by=by)


def file_of_the_province(path) -> bytes:
    units = OrgUnit.objects.filter(kind=Kind.CLASS_BRANCH, code__startswith=generate_province.CODE).order_by(
        "pk"
    )
    rows = (AnnexRow(cells(unit), unit=AnnexUnit(unit.code, unit.name)) for unit in units)
    collection_form_large.write(str(path), Annex("第1省委"), rows)
    return path.read_bytes()


def cells(unit) -> dict[str, str | int | None]:
    return {
        "account_id": f"branch_{unit.pk}", "account_nickname": f"第1大学{unit.name}微信群", "groups": 1,
        "contacts": 20 + unit.pk % 20, "admin_name": f"管理员{unit.pk}", "admin_wechat": f"admin_{unit.pk}",
        "admin_nickname": "小管", "admin_qq": str(100_000 + unit.pk), "admin_mobile": f"138{unit.pk:08d}",
    }  # fmt: skip


def outcome(batch) -> dict[str, object]:
    """Everything the import leaves, by unit, and how often."""
    forms = Submission.objects.filter(round=batch.round).prefetch_related("rows")
    ids = [str(form.pk) for form in forms]
    return {
        "forms": {
            form.unit_id: (
                form.status, form.desk_id, form.version, form.attempt, form.filled_by_id, form.is_late, form.doubts,
                [(row.position, row.values, row.personal, row.continues) for row in form.rows.all()],
            )
            for form in forms
        },
        "steps": ReviewStep.objects.filter(submission__round=batch.round, kind=StepKind.SUBMITTED).count(),
        "audited": AuditEntry.objects.filter(verb="submission.submitted", object_id__in=ids).count(),
        "for undo": UploadedForm.objects.filter(batch=batch).count(),
        "imported": AuditEntry.objects.filter(verb="upload.imported", object_id=str(batch.pk)).count(),
        "said": (batch.state, batch.accepted, batch.rejected, batch.content),
    }  # fmt: skip


def test_an_import_whose_worker_is_killed_twice_ends_like_one_that_was_not(by, environment, tmp_path):
    data = file_of_the_province(tmp_path / "all.xlsx")
    whole = imported_batch(by, "不中断", data)
    batches.run_import(whole.job_id)
    batch = imported_batch(by, "中断两次", data)
    job = batch.job
    killed_worker(environment, job, attempts=FIRST_LIFE)
    ledger.requeue_lost_jobs()
    assert Job.objects.get(pk=job.pk).state == JobState.RUNNING  # silent for a moment only: not lost yet
    ten_minutes_later(job)
    killed_worker(environment, job, attempts=SECOND_LIFE, done__gte=CHUNK)
    there = Submission.objects.filter(round=batch.round).count()
    assert CHUNK <= there < N_FORMS
    assert there % CHUNK == 0  # a transaction is there or it is not
    ten_minutes_later(job)
    ring_as_beat_does(environment)
    with worker(environment) as process:
        wait_for(process, job, state=JobState.DONE)
    done = Job.objects.get(pk=job.pk)
    assert (done.attempts, done.result) == (SECOND_LIFE + 1, {"forms": N_FORMS, "refused": 0})
    whole, batch = (UploadBatch.objects.get(pk=each.pk) for each in (whole, batch))
    assert batch.state == BatchState.IMPORTED
    first = outcome(batch)
    assert len(first["forms"]) == first["steps"] == first["audited"] == first["for undo"] == N_FORMS
    assert first == outcome(whole)
    batches.run_import(job.pk)
    assert outcome(batch) == first
