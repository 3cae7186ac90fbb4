"""统计接口: clients against a server of our own that speaks the platforms' protocols; secrets stand nowhere in clear."""

from __future__ import annotations

import json
import logging
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.urls import reverse

from orgs.choices import JobState
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import Job
from reporting.exceptions import ReportingError
from reporting.models import Collector, Statistic
from reporting.operations import collectors

pytestmark = pytest.mark.django_db
SECRET = "s3cret-of-the-unit"
DAY = "2026-11-17"
ELSEWHERE = "an answer that sends the client elsewhere"


class Platform(BaseHTTPRequestHandler):
    """WeChat, WeCom and weibo as their documentation says: who has no token gets an error with status 200."""

    def _answer(self, told, status=200):
        if told is ELSEWHERE:
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        url = urlsplit(self.path)
        self.server.asked.append(url.path)
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/cgi-bin/gettoken":
            is_known = asked["corpsecret"] == SECRET
            told = {"errcode": 0, "errmsg": "ok", "access_token": "corp-token", "expires_in": 7200}
            return self._answer(told if is_known else {"errcode": 40001, "errmsg": "invalid credential"})
        if asked.get("access_token") != SECRET:
            return self._answer({"error": "invalid_access_token", "error_code": 21332}, status=403)
        row = {"id": "1404376560", "followers_count": "1369", "friends_count": "526", "statuses_count": 2908}
        return self._answer([row])

    def do_POST(self):
        url = urlsplit(self.path)
        token = parse_qs(url.query).get("access_token", [""])[0]
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if url.path == "/cgi-bin/stable_token":
            is_known = given == {"grant_type": "client_credential", "appid": "wx0001", "secret": SECRET}
            told = {"access_token": "app-token", "expires_in": 7200}
            return self._answer(told if is_known else {"errcode": 40125, "errmsg": "invalid appsecret"})
        if token not in {"app-token", "corp-token"}:
            return self._answer({"errcode": 40001, "errmsg": "invalid credential"})
        return self._answer(self.server.numbers[url.path](given))

    def log_message(self, *args):
        """Silent."""


def _groups(given):
    """Two pages of one owner each."""
    assert given["day_begin_time"] == int(clock.day_start(date.fromisoformat(DAY)).timestamp())
    n = given["offset"]
    data = {"new_chat_cnt": 1, "chat_total": 5, "chat_has_msg": n + 1, "new_member_cnt": 0, "member_total": 100,
            "member_has_msg": 20, "msg_total": 70}  # fmt: skip
    items = [{"owner": f"user{n}", "data": data}]
    return {"errcode": 0, "errmsg": "ok", "total": 2, "next_offset": n + 1, "items": items}


NUMBERS = {
    "/datacube/getusercumulate": lambda given: {"list": [{"ref_date": given["end_date"], "cumulate_user": 1203}]},
    "/datacube/getusersummary": lambda given: {"list": [
        {"ref_date": given["end_date"], "user_source": 0, "new_user": 3, "cancel_user": 1},
        {"ref_date": given["end_date"], "user_source": 30, "new_user": 4, "cancel_user": 0},
    ]},
    "/datacube/getbizsummary": lambda given: {
        "list": [{"ref_date": given["end_date"], "detail": {"read_user": 413, "share_user": 12}}], "is_delay": False
    },
    "/cgi-bin/externalcontact/groupchat/statistic": _groups,
}  # fmt: skip


@pytest.fixture
def platform(settings):
    server = HTTPServer(("127.0.0.1", 0), Platform)
    server.numbers, server.asked = dict(NUMBERS), []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    settings.WECHAT_API_URL = settings.WECOM_API_URL = settings.WEIBO_API_URL = address
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def kept(world, cast):
    def _keep(service="wechat", identifier="wx0001", secret=SECRET):
        return collectors.connect(world["hnu"], service, identifier, secret, by=cast["university"])

    return _keep


def fetched(collector):
    job = collectors.enqueue_all()[-1]
    collectors.fetch_in_job(job.pk)
    collector.refresh_from_db()
    assert Job.objects.get(pk=job.pk).state == JobState.DONE
    return Statistic.objects.filter(service=collector.service).values_list("day", "values").first()


@pytest.mark.parametrize(
    ("service", "identifier", "values"),
    [
        ("wechat", "wx0001", {"followers": 1203, "joined": 7, "left": 1, "readers": 413, "sharers": 12}),
        ("wecom", "ww0001", {
            "groups": 10, "groups_active": 3, "members": 200, "members_active": 40, "messages": 140,
        }),
        ("weibo", "1404376560", {"followers": 1369, "statuses": 2908}),
    ],
)  # fmt: skip
def test_yesterdays_numbers_come_once_a_day(platform, kept, service, identifier, values):
    collector = kept(service, identifier)
    day, told = fetched(collector)
    assert (str(day), told, collector.problem) == (DAY, values, "")
    fetched(collector)
    assert Statistic.objects.count() == 1


@pytest.mark.parametrize(
    ("service", "identifier", "code"),
    [("wechat", "wx0001", "40125"), ("wecom", "ww0001", "40001"), ("weibo", "1404376560", "21332")],
)
def test_a_wrong_secret_is_said_with_the_platforms_number(platform, kept, service, identifier, code, caplog):
    caplog.set_level(logging.WARNING)
    collector = kept(service, identifier, "wrong-secret")
    assert fetched(collector) is None
    assert code in collector.problem
    assert "wrong-secret" not in caplog.text + collector.problem


@pytest.mark.parametrize(
    "told",
    [b"<html>", {"list": 3}, {"list": [{"ref_date": DAY, "cumulate_user": "many"}]}, {"list": [7]}, [], None],
)
def test_what_cannot_be_read_is_no_number(platform, kept, told):
    platform.numbers["/datacube/getusercumulate"] = lambda given: told
    collector = kept()
    assert fetched(collector) is None
    assert collector.problem


def test_nobody_is_sent_elsewhere(platform, kept):
    """D4: an address of a platform is the operator's, and no answer makes the portal ask another."""
    platform.numbers["/datacube/getusercumulate"] = lambda given: ELSEWHERE
    collector = kept()
    assert fetched(collector) is None
    assert "302" in collector.problem
    assert "/elsewhere" not in platform.asked


def test_a_platform_that_is_silent_waits_for_tomorrow(settings, kept):
    settings.WECHAT_API_URL = "http://127.0.0.1:9"
    collector = kept()
    assert fetched(collector) is None
    assert "没有应答" in collector.problem


def test_the_secret_is_encrypted_and_on_no_page(platform, kept, sign_in):
    collector = kept()
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM reporting_collector")
        assert SECRET not in cursor.fetchone()[0]
    fetched(collector)
    page = sign_in("university").get(reverse("reporting:list-collectors")).text
    assert "未用真实账号验证" in page
    assert "1,203" in page
    assert SECRET not in page
    refused = sign_in("university").post(
        reverse("reporting:new-collector"), {"service": "wechat", "identifier": "有空格", "secret": SECRET}
    )
    assert refused.status_code == 422
    assert SECRET not in refused.text


def test_only_the_unit_itself_keeps_asks_and_removes(world, cast, kept, sign_in):
    collector = kept()
    for key in ("province", "outsider"):
        for name in ("fetch-collector", "remove-collector"):
            assert sign_in(key).post(reverse(f"reporting:{name}", args=[collector.pk])).status_code == 404
    with pytest.raises(NotAllowed):
        collectors.connect(world["hnu"], "wechat", "wx0001", SECRET, by=cast["province"])
    for bad in (("wechat", "微信", SECRET), ("wechat", "wx0001", "短"), ("qq", "wx0001", SECRET)):
        with pytest.raises(ReportingError):
            collectors.connect(world["hnu"], *bad, by=cast["university"])
    kept(identifier="wx0002")
    assert [each.identifier for each in Collector.objects.all()] == ["wx0002"]
    sign_in("university").post(reverse("reporting:remove-collector", args=[collector.pk]))
    assert not Collector.objects.exists()
