"""The whole chain by management commands and the processes of docker-compose.yml: 250 class branches, with --long 5,000."""

from __future__ import annotations

import contextlib
import json
import sys
import time

import environ
import openpyxl
import psycopg2
import pytest

from accounts.operations import clean_forms
from tests.config import processes
from tests.journeys.portal import Portal, shift, wait_until

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("province")]

# Universities, colleges of each, branches of each. What depends on how many there are is what workers share: 25 forms on a
# college's desk are two jobs, 125 on a university's two jobs of several transactions (`clean_forms`). Rows written 500 at a
# time are crossed by test_import_killed.py.
DAILY, LONG = (2, 5, 25), (10, 10, 50)
YEAR, WEEK = 2026, "2026-W47"
WEDNESDAY, MONDAY = "2026-11-18T09:00:00+08:00", "2026-11-23T09:00:00+08:00"
SECONDS = 400

MAKE = "from config.bench import generate_province as g; answer = g.province(universities, colleges, classes)"
TABLE = """
import csv
from config.bench import generate_province as g
with open(path, "w", encoding="utf-8", newline="") as file:
    csv.writer(file).writerows(g.collection_table())
answer = {}
for pk, code in g.OrgUnit.objects.filter(kind="class_branch").values_list("pk", "code"):
    for above in ("p", code[:3]):
        answer[above] = answer.get(above, 0) + g.covered_of(pk)
"""
REPORT = """
from django.core.management import call_command
from orgs.models import OrgUnit
codes = list(OrgUnit.objects.filter(kind="university").order_by("code").values_list("code", flat=True))
for code in codes:
    call_command("report_package", unit=code)
answer = len(codes)
"""


@pytest.fixture(scope="module")
def province(tmp_path_factory):
    """An empty installation: web, two workers and beat by the commands of docker-compose.yml, PostgreSQL and Redis."""
    if not environ.Env().str("TEST_DATABASE_URL", default="").startswith("postgres"):
        pytest.skip("needs PostgreSQL: run python3 manage.py test")
    folder = tmp_path_factory.mktemp("province")
    with processes.portal(folder, DEMO="1") as running:
        portal = Portal(folder, running.environment, running.port)
        shift(portal, WEDNESDAY)
        yield portal


def rows(portal: Portal, statement: str, *parameters: object) -> list[tuple]:
    connected = contextlib.closing(psycopg2.connect(portal.settings["DATABASE_URL"]))
    with connected as connection, connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def finished(portal: Portal, job: int) -> bool:
    """The job is done; a failed one ends the test with its words."""
    ((state, error),) = rows(portal, "SELECT state, error FROM orgs_job WHERE id = %s", job)
    assert state != "failed", error
    return state == "done"


def approve(portal: Portal, n_forms: int) -> None:
    said = portal.manage("approve_clean", "--unit", "p", "--below", "--wait", str(SECONDS), "--json")
    done = json.loads(said.splitlines()[-1])
    assert (done["approved"], done["skipped"]) == (n_forms, 0)
    assert done["jobs"] == done["done"]


def by_worker(portal: Portal, *command: str) -> None:
    """Let a worker do it, and wait for its row."""
    job = json.loads(portal.manage(*command, "--enqueue", "--json").splitlines()[-1])["job"]
    assert wait_until(lambda: finished(portal, job), seconds=SECONDS), command


def test_thousands_of_forms_go_from_the_round_to_the_sheets(province, tmp_path, request):
    clock = Stages()
    universities, colleges, classes = LONG if request.config.getoption("--long") else DAILY
    n_branches = universities * colleges * classes
    assert colleges * classes > 2 * clean_forms.CHUNK
    made = province.ask(MAKE, universities=universities, colleges=colleges, classes=classes)
    assert made == n_branches
    launch = ("--unit", "p", "--form", "UNI-A", "--deadline", "2026-12-31T18:00", "--kind", "class_branch")
    assert f"应填 {n_branches} 个" in province.manage("launch_round", *launch)
    clock.stage("units and round")
    table = tmp_path / "收集表.csv"
    declared = province.ask(TABLE, path=str(table))
    said = json.loads(
        province.manage("import_collection", str(table), "--unit", "p", "--json").splitlines()[-1]
    )
    assert (said["outcome"], said["accepted"], said["rejected"]) == ("accept", n_branches, [])
    clock.stage("forms handed in")
    approve(province, n_branches)
    clock.stage("colleges approve")
    approve(province, n_branches)
    clock.stage("universities approve")
    assert province.ask(REPORT) == universities
    assert (
        rows(province, "SELECT status, n_approved FROM accounts_package")
        == [("reported", colleges * classes)] * universities
    )
    clock.stage("packages")

    shift(province, MONDAY)
    by_worker(province, "close_week", WEEK)
    covered = rows(
        province,
        "SELECT u.code, u.sub_covered_members, u.sub_covered_capped, u.sub_unreported FROM reporting_weekunit u"
        " JOIN reporting_closedweek w ON w.id = u.week_id WHERE w.state = 'closed' AND u.kind_id IN ('province', 'university')",
    )
    assert {code: tuple(rest) for code, *rest in covered} == {code: (n, n, 0) for code, n in declared.items()}
    clock.stage("week")

    province.manage("load_scheme", "fixtures/schemes/sup-a-universities-2013.yaml")
    province.manage("open_sheets", "--year", str(YEAR))
    by_worker(province, "compute_sheets", "--year", str(YEAR))
    folder = tmp_path / "sheets"
    province.manage("export_sheet", "--year", str(YEAR), "--all", "-o", str(folder))
    files = sorted(folder.glob(f"{YEAR}_*.xlsx"))
    assert len(files) == universities
    assert len(list(folder.glob("汇总_*.xlsx"))) == 1
    for file, code in zip(files, sorted(set(declared) - {"p"}), strict=True):
        assert f"_{code}_" in file.name
        workings = openpyxl.load_workbook(file)["计算依据"]
        lines = {str(line[0].value): line for line in workings.iter_rows(min_row=2)}
        (line,) = [line for name, line in lines.items() if "覆盖团员青年的比例" in name]
        assert (line[3].value, float(line[7].value)) == (declared[code], 0.8)
    clock.stage("sheets")

    workers = rows(province, "SELECT DISTINCT split_part(worker, '@', 1) FROM orgs_job WHERE state = 'done'")
    assert {name for (name,) in workers} == {"worker1", "worker2"}
    assert rows(province, "SELECT count(*) FROM orgs_job WHERE state <> 'done'") == [(0,)]
    sys.stdout.write(f"\n{clock.words}\n")


class Stages:
    """Seconds of each part, for whoever reads the output; nothing depends on them."""

    def __init__(self) -> None:
        self.began, self.parts = time.monotonic(), []

    def stage(self, name: str) -> None:
        now = time.monotonic()
        self.parts.append(f"{name} {now - self.began:.0f} s")
        self.began = now

    @property
    def words(self) -> str:
        return ", ".join(self.parts)
