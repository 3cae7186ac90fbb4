"""Every request (reliability A6): no form without its token, no state changed by reading, headers, hosts, where one is sent."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.architecture.addresses import addresses
from tests.architecture.matrix import MATRIX
from tests.architecture.openings import openings
from tests.architecture.statements import taken_back, written
from tests.architecture.test_urls import lineage  # noqa: F401 - a fixture
from tests.architecture.url_names import all_names
from tests.cast import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# A question that changes nothing and must not need a cookie; the read interface takes GET only, and no cookie.
WITHOUT_TOKEN = {"accounts:verify": 422}
# What reading may write: who read a file (the tables of the audit trail), when the own sign-in was last seen, and these.
MARKS = ("orgs_audit", "django_session")
MARKS_OF = {
    # The secret is made when the page first shows it, and is worth nothing before it is confirmed.
    "orgs:second-factor": {"orgs_secondfactor"},
}
POLICY = {
    "default-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'self'",
    "frame-ancestors 'none'",
    "form-action 'self'",
}
ELSEWHERE = [
    "//evil.test",
    "///evil.test",
    "https://evil.test/",
    "http://evil.test/",
    "https:evil.test",
    "https:///evil.test",
    "\\\\evil.test",
    "/\\evil.test",
    "/\t/evil.test",
    "\x08//evil.test",
    "javascript:alert(1)",
    "//testserver@evil.test/",
    "http://testserver.evil.test/",
    " //evil.test",
]


def test_every_url_has_an_address():
    assert set(addresses()) == all_names()


def test_nothing_is_posted_without_the_token_of_the_form(cast):
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(cast["province"])
    told = {name: client.post(address) for name, address in addresses().items() if name[:4] != "api:"}
    taken = {name: answer.status_code for name, answer in told.items() if answer.status_code != 403}
    assert taken == WITHOUT_TOKEN
    refused = [name for name, answer in told.items() if "页面已过期" in answer.content.decode()]
    assert len(refused) == len(told) - len(taken)
    assert len(refused) >= sum("post" in row.methods for row in MATRIX.values()) - len(taken)


def test_the_read_interface_takes_no_post(client):
    asked = {name: address for name, address in addresses().items() if name[:4] == "api:"}
    told = {name: client.post(address).status_code for name, address in asked.items()}
    # The description of the interface is a file that is the same for everybody; its root is no page.
    assert (told.pop("api:openapi-json"), told.pop("api:api-root")) == (200, 404)
    assert set(told.values()) == {405}


@pytest.fixture
def read(world, cast, lineage):  # noqa: F811
    """Every page that somebody may open, opened: (name, answer, tables written)."""
    clients = {}
    told = []
    for opening in openings(world, cast, lineage, "get"):
        if opening.key not in clients:
            clients[opening.key] = Client(raise_request_exception=False)
            clients[opening.key].force_login(cast[opening.key])
        with taken_back(), written() as seen:
            answer = clients[opening.key].get(opening.address, opening.row.data or {})
            if answer.streaming:
                answer.getvalue()
        told.append((opening.name, answer, seen.tables))
    return told


def test_reading_changes_nothing_and_every_answer_has_its_headers(read):
    changed = {name: changes for name, _answer, tables in read if (changes := changes_of(name, tables))}
    assert changed == {}
    assert {name: faults for name, answer, _tables in read if (faults := faults_of(answer))} == {}
    opened = [name for name, answer, _tables in read if answer.status_code < 400]
    assert len(opened) > 150, "pages that open for nobody prove nothing"


def changes_of(name: str, tables: set[str]) -> set[str]:
    """The tables a page wrote to that are no mark of reading."""
    return {each for each in tables if not each.startswith(MARKS)} - MARKS_OF.get(name, set())


def faults_of(answer) -> list[str]:
    """What is wrong with the headers of an answer to somebody who has signed in."""
    policy = answer["Content-Security-Policy"]
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    found = [f"{name}: {answer.get(name)}" for name, value in wanted.items() if answer.get(name) != value]
    if "no-store" not in answer.get("Cache-Control", ""):
        found.append("may be kept")
    if set(policy.split("; ")) != POLICY and policy != "default-src 'none'; sandbox":
        found.append(policy)
    if answer.status_code >= 500:
        found.append(str(answer.status_code))
    return found


def test_strangers_get_the_same_policy(client, db):
    for name in ("orgs:login", "accounts:verify", "home"):
        answer = client.get(reverse(name))
        assert set(answer["Content-Security-Policy"].split("; ")) == POLICY
        assert "unsafe" not in answer["Content-Security-Policy"]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_sent_to_another_site(cast, sign_in, target):
    sent = Client().post(reverse("orgs:login"), {"username": "college", "password": PASSWORD, "next": target})
    assert sent.url == reverse("home")
    page = sign_in("college").get(reverse("orgs:pick-unit-page"), {"next": target})
    assert "evil.test" not in page.content.decode()
    assert "alert(1)" not in page.content.decode()


def test_another_host_is_no_host_of_ours(client, db):
    for name in ("home", "orgs:login", "accounts:verify"):
        answer = client.get(reverse(name), headers={"host": "evil.test"})
        assert answer.status_code == 400
        assert "evil.test" not in answer.content.decode()
        assert "系统" in answer.content.decode()


def test_a_forwarded_host_is_not_believed(cast, sign_in):
    client = sign_in("college")
    page = client.get(reverse("home"), headers={"x-forwarded-host": "evil.test"})
    assert "evil.test" not in page.content.decode()


def test_what_is_larger_than_any_file_is_refused_unread(client, settings, db):
    settings.LARGEST_REQUEST = 1000
    answer = client.post(reverse("orgs:login"), {"username": "x" * 1000})
    assert answer.status_code == 413
    assert "请" in answer.content.decode()
    assert client.post(reverse("orgs:login"), {"username": "x"}).status_code == 200
