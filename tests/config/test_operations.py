"""Alarms in words, a page for administrators, one JSON line per event, and 503 in Chinese where the machine is at fault."""

from __future__ import annotations

import errno
import json
import logging
import re
import sqlite3
import sys
import tomllib
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
import structlog
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, connections
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config import condition, integrity
from config.errors import server_error
from config.logs import JsonLines, OutagesInWords
from config.outages import Outage, outage
from config.version import VERSION
from orgs.kernel import clock
from orgs.models import Job, OrgUnit
from orgs.operations import ledger
from reporting.operations.weekly import close_week
from tests.config.processes import free_port
from tests.reporting.closed_weeks import LAST


def refused_connection():
    """PostgreSQL is away."""
    away = {"ENGINE": "django.db.backends.postgresql", "HOST": "127.0.0.1", "PORT": free_port(), "NAME": "x"}
    connections.settings["away"] = {**connection.settings_dict, "OPTIONS": {}, "USER": "x", **away}
    try:
        # ensure_connection() is guarded by the test case.
        with connections["away"].wrap_database_errors:
            connections["away"].connect()
    finally:
        del connections["away"]
        del connections.settings["away"]


def sqlite_error(tmp_path, *statements):
    """What SQLite says, as Django raises it."""
    there = sqlite3.connect(tmp_path / "small.sqlite3")
    try:
        for statement in statements:
            there.execute(statement)
    except sqlite3.OperationalError as error:
        raise OperationalError(str(error)) from error
    finally:
        there.close()


FULL = ("CREATE TABLE t (x)", "PRAGMA max_page_count = 2", "INSERT INTO t VALUES (zeroblob(100000))")


def raised(what, tmp_path):
    if what == "refused":
        refused_connection()
    elif what == "full sqlite":
        sqlite_error(tmp_path, *FULL)
    elif what == "full disk":
        raise OSError(errno.ENOSPC, "No space left on device")
    elif what == "our fault":
        sqlite_error(tmp_path, "SELECT nothing FROM nowhere")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("what", "found", "status", "words"),
    [
        ("refused", Outage.DATABASE, 503, "系统正在维护"),
        ("full sqlite", Outage.DISK, 503, "磁盘已满"),
        ("full disk", Outage.DISK, 503, "磁盘已满"),
        ("our fault", None, 500, "系统出错了"),
    ],
)
def test_an_outage_is_told_apart_from_a_fault_of_ours(tmp_path, what, found, status, words):
    try:
        raised(what, tmp_path)
    except Exception as error:  # noqa: BLE001 - whatever it is, the handler is asked
        told = outage(error)
        answer = server_error(RequestFactory().get("/"))
        record = logging.LogRecord("django.request", logging.ERROR, "", 0, "said", (), sys.exc_info())
    assert (told, answer.status_code) == (found, status)
    assert words in answer.text
    assert "Traceback" not in answer.text
    assert (answer.get("Retry-After") is not None) == (status == 503)
    OutagesInWords().filter(record)
    assert ("traceback" in json.loads(JsonLines().format(record))) == (found is None)


def test_a_line_of_the_log_is_json_with_the_id_of_its_request():
    structlog.contextvars.bind_contextvars(request_id="abc")
    try:
        said = logging.LogRecord("x", logging.INFO, "", 0, '{"event": "request", "status": 200}', (), None)
        line = json.loads(JsonLines().format(said))
    finally:
        structlog.contextvars.clear_contextvars()
    assert (line["request_id"], line["event"], line["status"], line["level"]) == (
        "abc",
        "request",
        200,
        "info",
    )


@pytest.mark.django_db
def test_requests_are_logged_by_page_and_never_by_address(client, settings, caplog):
    settings.LOG_REQUESTS = True
    with caplog.at_level(logging.INFO):
        answer = client.get(reverse("orgs:accept-invitation", args=["secret-code"]))
    lines = [
        json.loads(record.getMessage()) for record in caplog.records if '"request"' in record.getMessage()
    ]
    assert [(line["page"], line["request_id"]) for line in lines] == [
        ("orgs:accept-invitation", answer["X-Request-ID"])
    ]
    assert "secret-code" not in str(lines)


def problem(name):
    return condition.conditions(name)[0].problem


def waiting_job():
    Job.objects.create(task="x", key="x", created_at=clock.now() - timedelta(minutes=16))


def failed_job():
    Job.objects.create(task="x", key="x", state="failed", created_at=clock.now(), finished_at=clock.now())


def found_something():
    OrgUnit.objects.filter(code="hnu-law-1201").update(depth=7)
    integrity.check_nightly()


def old_backup():
    with clock.frozen(clock.now() - timedelta(hours=27)):
        ledger.note_done(condition.BACKUP, {})


@pytest.mark.parametrize(
    ("name", "happens", "words"),
    [
        ("jobs", waiting_job, "等待超过 15 分钟"),
        ("jobs", failed_job, "有 1 个任务失败"),
        ("integrity", lambda: None, "超过两天没有检查"),
        ("integrity", found_something, "tree-depths"),
        ("backup", lambda: None, "还没有备份过"),
        ("backup", old_backup, "超过一天"),
        ("beat", lambda: None, "定时进程"),
    ],
)
def test_an_alarm_says_what_is_wrong_and_what_to_do(world, name, happens, words):
    happens()
    assert words in problem(name)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["database", "migrations", "protection", "jobs", "close", "disk"])
def test_nothing_is_said_where_all_is_well(name):
    found = problem(name)
    assert not found or "PostgreSQL 版本过旧" in found


def test_the_nightly_check_and_a_backup_quieten_their_alarms(world):
    integrity.check_nightly()
    ledger.note_done(condition.BACKUP, {})
    assert (problem("integrity"), problem("backup")) == ("", "")


def test_doctor_names_the_problem_and_exits_with_1(world):
    failed_job()
    out = StringIO()
    with pytest.raises(CommandError, match="发现 1 个问题"):
        call_command("doctor", "--only", "jobs", "--only", "disk", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert (sorted(told["checked"]), list(told["problems"])) == (["disk", "jobs"], ["jobs"])


def test_the_status_page_tells_administrators_and_nobody_else(world, cast, sign_in):
    failed_job()
    client = sign_in("sysadmin")
    with CaptureQueriesContext(connection) as captured:
        page = client.get(reverse("show-status"))
    assert len(captured) <= 25, [each["sql"][:80] for each in captured]
    assert "有 1 个任务失败" in page.text
    assert "还没有备份过" in page.text
    assert {name for name, _text in page.context["facts"]} == {
        "最近结周", "最近完整性检查", "最近备份", "组织树", "操作记录链", "磁盘剩余", "数据库", "程序",
    }  # fmt: skip
    assert sign_in("province").get(reverse("show-status")).status_code == 403


def test_the_status_page_says_how_the_tree_does_and_which_version_runs(world, cast, sign_in):
    close_week(LAST)
    OrgUnit.objects.filter(code="hnu-law-1201").update(depth=7)
    integrity.check_nightly()
    facts = dict(sign_in("sysadmin").get(reverse("show-status")).context["facts"])
    assert facts["组织树"] == "25 个团组织，3 棵树，上次检查有问题：tree-depths"
    assert facts["最近结周"] == str(LAST)
    assert facts["最近完整性检查"] == "2026-11-18 10:00"
    assert facts["最近备份"] == "—"
    assert facts["程序"].startswith(f"{VERSION} (Python 3.")
    OrgUnit.objects.filter(code="hnu-law-1201").update(depth=3)
    with clock.frozen(clock.now() + timedelta(hours=1)):
        integrity.check_nightly()
    facts = dict(sign_in("sysadmin").get(reverse("show-status")).context["facts"])
    assert facts["组织树"] == "25 个团组织，3 棵树，上次检查没有问题"


def test_the_version_is_that_of_the_package():
    told = tomllib.loads(Path(settings.BASE_DIR, "pyproject.toml").read_text(encoding="utf-8"))
    assert told["project"]["version"] == VERSION


def test_the_demo_is_not_blamed_for_what_only_an_installation_does(world, settings):
    for_all = {each.alarm.name for each in condition.conditions(quick=True)}
    settings.DEMO = True
    assert for_all - {each.alarm.name for each in condition.conditions(quick=True)} == {"integrity", "backup"}
    assert "还没有备份过" in problem("backup"), "asked for by name it answers"


def test_the_runbook_has_a_paragraph_for_each_alarm():
    text = Path(settings.BASE_DIR, "docs", "runbook.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^## (.+)$", text, re.MULTILINE))
    assert {each.name for each in condition.ALARMS} <= headings
