"""docker-compose.yml: what it says, and its processes at work against this machine's PostgreSQL and Redis."""

from __future__ import annotations

import json

import pytest
from django.conf import settings

from tests.config import processes

SERVICES = processes.compose()["services"]
OURS = ["web", "worker", "beat", "prepare"]


def test_every_lasting_service_has_a_health_check():
    lasting = set(SERVICES) - {"prepare"}
    assert {name for name in lasting if "healthcheck" in SERVICES[name]} == lasting


@pytest.mark.parametrize("name", ["web", "worker"])
def test_service_can_be_scaled(name):
    assert "ports" not in SERVICES[name]
    assert "container_name" not in SERVICES[name]


@pytest.mark.parametrize("name", OURS)
def test_our_services_are_one_image_with_one_env(name):
    assert SERVICES[name]["image"] == "league-portal"
    assert SERVICES[name]["env_file"] == ".env"


def test_every_variable_has_a_default_or_stands_in_the_example():
    text = (processes.ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    example = (processes.ROOT / ".env.example").read_text(encoding="utf-8")
    names = {found[1] for found in processes.VARIABLE.finditer(text)} - {"WEB_PORT"}
    assert [name for name in sorted(names) if f"{name}=" not in example] == []


def test_image_holds_what_the_commands_need():
    dockerfile = (processes.ROOT / "config" / "docker" / "Dockerfile").read_text(encoding="utf-8")
    ignore = (processes.ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = [
        line.split()[-2]
        for line in dockerfile.splitlines()
        if line.startswith("COPY") and "--from" not in line
    ]
    assert copied
    assert [name for name in copied if f"!{name}" not in ignore] == []
    assert "--require-hashes" in dockerfile
    assert "\nUSER portal\n" in dockerfile


def test_fresh_env_fills_every_secret_anew():
    first, second = processes.fresh_env(), processes.fresh_env()
    assert first != second
    assert [line for line in first.splitlines() if line.split("=", 1)[1:] == [""]] == []


@pytest.mark.servers
@pytest.mark.xdist_group("portal")
class TestRunning:
    def test_web_is_healthy_without_a_redirect(self, running_portal):
        assert running_portal.get("/healthz") == (200, '{"status": "ok"}')

    def test_sign_in_page_is_served_with_its_style_sheet(self, running_portal):
        status, body = running_portal.get("/login/")
        assert status == 200
        style = body.split('rel="stylesheet" href="')[1].split('"')[0]
        assert running_portal.get(style)[0] == 200

    def test_foreign_host_name_is_refused(self, running_portal):
        assert running_portal.get("/healthz")[0] == 200
        assert (
            processes.is_healthy(
                running_portal.port,
                {"ALLOWED_HOSTS": "evil.example.org", "WEB_PORT": str(running_portal.port)},
            )
            is False
        )

    def test_both_workers_know_every_scheduled_job(self, running_portal):
        # By name: else the command waits its five seconds for more.
        names = ",".join(processes.worker_names())
        answer = running_portal.celery(
            "inspect", "registered", "--json", "--timeout", "5", "--destination", names
        )
        registered = json.loads(answer.stdout)
        assert {name.split("@")[0] for name in registered} == set(processes.WORKERS)
        scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
        for tasks in registered.values():
            assert scheduled - set(tasks) == set()

    def test_a_job_rung_on_the_broker_is_done_by_a_worker(self, running_portal):
        before = total_done(running_portal)
        running_portal.celery("call", "orgs.requeue_lost_jobs")
        assert running_portal.supervisor.wait_until(lambda: total_done(running_portal) > before, tries=400)

    def test_doctor_finds_database_migrations_broker_and_workers_in_order(self, running_portal):
        only = [part for name in ("migrations", "broker", "worker", "disk") for part in ("--only", name)]
        done = running_portal.manage("doctor", *only)
        assert done.returncode == 0, done.stdout + done.stderr

    def test_repeated_preparation_changes_nothing(self, running_portal):
        assert running_portal.manage("prepare").returncode == 0

    def test_deployment_checks_are_clean(self, running_portal):
        done = running_portal.manage("check", "--deploy", "--fail-level", "WARNING")
        assert (done.returncode, "no issues (0 silenced)" in done.stdout) == (0, True)


def total_done(running_portal):
    """How many jobs of the recovery kind the workers have finished."""
    said = running_portal.workers_say("stats")
    assert set(said) == set(processes.worker_names())
    return sum(worker["total"].get("orgs.requeue_lost_jobs", 0) for worker in said.values())
