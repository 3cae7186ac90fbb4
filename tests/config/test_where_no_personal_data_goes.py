"""B4: a day's use about one person; nothing of the person in log, mail, jobs, broker, sessions, cache, temporary files, addresses."""

from __future__ import annotations

import io
import logging
import tempfile
from itertools import chain
from pathlib import Path

import pytest
from django.conf import settings as portal
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path, reverse
from django_celery_beat.models import PeriodicTask
from redis import Redis

from accounts.models import Administratorship, Expected, Submission
from config.logs import JsonLines
from orgs.choices import Role
from orgs.models import Job, User
from tests.accounts.forms import launch, row
from tests.accounts.test_fill_pages import hidden, posted
from tests.accounts.test_upload_rows import LAW2, book, line
from tests.config.canaries import CANARY, EMAIL, found_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
PASSWORD = "canary-Passphrase-2026"
PERSON = {
    "name": CANARY.name,
    "wechat_id": CANARY.wechat_id,
    "nickname": CANARY.nickname,
    "qq": CANARY.qq,
    "mobile": CANARY.mobile,
}
CELLS = {f"admin_{name.removesuffix('_id')}": value for name, value in PERSON.items()}


def stumble(request: HttpRequest) -> HttpResponse:
    """What no page of ours should do: fail with what was typed at hand."""
    typed = request.POST["name"]
    raise RuntimeError("stumbled") if typed else AssertionError


urlpatterns = [path("stumble/", stumble), path("", include("config.urls"))]
handler404, handler500 = "config.errors.page_not_found", "config.errors.server_error"


class Watched(Client):
    """Keeps every address asked for and led to."""

    def __init__(self, addresses: list[str]) -> None:
        super().__init__(raise_request_exception=False)
        self.addresses = addresses

    def request(self, **request):
        answer = super().request(**request)
        self.addresses += [answer.wsgi_request.get_full_path(), answer.headers.get("Location", "")]
        return answer


@pytest.fixture
def addresses() -> list[str]:
    return []


@pytest.fixture
def log():
    """All that is written, as production writes it."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonLines())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield out
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def somewhere(settings, tmp_path, monkeypatch) -> Path:
    """Temporary files and messages of this test alone; an administrator asked for mails about errors."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    settings.MEDIA_ROOT, settings.LOG_REQUESTS = tmp_path / "media", True
    settings.ADMINS = [("a", "admin@example.org")]
    return folder


def use(world, cast, addresses):
    """Signs in, invites, fills, reviews, uploads, registers, looks, exports, is told of an error, erases."""

    def signed_in(key: str) -> Watched:
        client = Watched(addresses)
        client.force_login(cast[key])
        return client

    round = launch(world, cast)
    User.objects.create_user("canary", PASSWORD, name=CANARY.name, mobile=CANARY.mobile, email=EMAIL)
    for password in ("wrong", PASSWORD):
        Watched(addresses).post(reverse("orgs:login"), {"username": CANARY.mobile, "password": password})
    asked = {"name": CANARY.name, "mobile": CANARY.mobile, "role": Role.SECRETARY}
    college, university = signed_in("college"), signed_in("university")
    college.post(reverse("orgs:invite", args=[world["hnu-law-1202"].pk]), asked)
    fill_and_review(round, world["hnu-law-1201"], signed_in("secretary"), college)
    data = book(line(LAW2, 1, 手机=CANARY.mobile, 姓名=CANARY.name))
    upload = {"round": round.pk, "file": SimpleUploadedFile("表.xlsx", data)}
    university.post(reverse("accounts:upload-annex"), upload, follow=True)
    unit_term = reverse("accounts:appoint-to-unit", args=[world["hnu"].pk])
    assert university.post(unit_term, PERSON).status_code == 302
    term = Administratorship.objects.get(unit=world["hnu"])
    looked = university.post(
        reverse("accounts:reveal", args=[term.pk]), {"field": "mobile", "purpose": f"核实{CANARY.name}"}
    )
    assert CANARY.mobile in looked.content.decode()
    for kind in ("csv", "xlsx"):
        b"".join(university.get(reverse("accounts:list-administrators"), {"export": kind}))
    full = reverse("accounts:export-in-full", args=[round.pk, world["hnu"].pk])
    assert university.post(full, {"reason": "核对名单号码"}).status_code == 200
    assert college.post("/stumble/", PERSON).status_code == 500
    signed_in("province").post(
        reverse("erase-person"), {"who": CANARY.mobile, "reason": "x", "is_certain": "on"}
    )


def fill_and_review(round, unit, secretary, college):
    expected = Expected.objects.get(round=round, unit=unit)
    pages = {
        name: reverse(f"accounts:{name}", args=[expected.pk])
        for name in ("fill-form", "autosave", "check-form")
    }
    given = row(unit, **CELLS)
    secretary.post(pages["autosave"], posted(given))
    secretary.post(pages["fill-form"], posted(given, version=1))
    check = secretary.get(pages["check-form"])
    secretary.post(pages["check-form"], {"version": hidden(check, "version"), "key": hidden(check, "key")})
    form = Submission.objects.get(unit=unit)
    back = {"version": form.version, "remark": f"请{CANARY.name}核对手机"}
    college.post(reverse("accounts:return-form", args=[form.pk]), back)


def messages_of_the_broker() -> str:
    """Those in its folder, or whatever stands in Redis."""
    if portal.REDIS_URL:
        return everything_in(Redis.from_url(portal.REDIS_URL))
    return "".join(each.read_text() for each in Path(portal.BROKER_DIR).rglob("*") if each.is_file())


def everything_in(redis: Redis) -> str:
    reads = {
        b"string": redis.get,
        b"list": lambda key: b"".join(redis.lrange(key, 0, -1)),
        b"set": lambda key: b"".join(redis.smembers(key)),
        b"zset": lambda key: b"".join(redis.zrange(key, 0, -1)),
        b"hash": lambda key: b"".join(chain(*redis.hgetall(key).items())),
    }
    found = [key + (reads[redis.type(key)](key) or b"") for key in redis.scan_iter() if redis.exists(key)]
    return b"\n".join(found).decode(errors="replace")


def remembered() -> str:
    """What caches in this process's memory hold; the others are Redis."""
    kept = [caches[name]._cache for name in caches]
    return "".join(
        value.decode(errors="replace") for each in kept if isinstance(each, dict) for value in each.values()
    )


def test_a_days_use_leaves_no_trace_of_the_person(
    world, cast, log, somewhere, addresses, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        use(world, cast, addresses)
    traces = {
        "log": log.getvalue(),
        "mail": "".join(str(each.message()) for each in mail.outbox if each.to != [EMAIL]),
        "jobs": str(list(Job.objects.values_list())) + str(list(PeriodicTask.objects.values_list())),
        "broker": messages_of_the_broker(),
        "sessions": str([each.get_decoded() for each in Session.objects.all()]),
        "cache": remembered(),
        "temporary files": "".join(
            each.read_bytes().decode(errors="replace") for each in somewhere.rglob("*") if each.is_file()
        ),
        "addresses": "\n".join(addresses),
    }
    assert "stumbled" in traces["log"], "the log was listened to"
    assert '"event": "request"' in traces["log"]
    assert len(addresses) > 20
    assert {place: found_in(text) for place, text in traces.items() if found_in(text)} == {}
    assert {place for place, text in traces.items() if PASSWORD in text} == set()
    assert mail.outbox == [] or all("admin@example.org" not in each.to for each in mail.outbox)
