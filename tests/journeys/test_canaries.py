"""Marked data of two sibling universities: nothing of one is found in any page, file or answer that the other gets."""

from __future__ import annotations

import copy
import io
import re
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.core import mail as django_mail
from django.test import Client
from django.urls import reverse

from orgs.kernel import clock
from orgs.models import Job, OrgUnit, User
from orgs.operations import mail, tokens
from orgs.permissions import EXPORT
from tests.architecture.matrix import MATRIX
from tests.architecture.statements import taken_back
from tests.architecture.subjects import SUBJECTS
from tests.journeys import marked

pytestmark = pytest.mark.once

MOBILE = re.compile(r"(?<![0-9A-Za-z])1[3-9]\d{9}(?![0-9A-Za-z])")
# One's own form shows what one has typed; a reveal is one logged request for one number.
MAY_SHOW_MOBILES = {
    "accounts:fill-form",
    "accounts:check-form",
    "accounts:reveal",
    "accounts:reveal-cell",
    "accounts:fill-grid",
    "accounts:resolve-conflict",
    "accounts:start-change",  # leads into the own form
}
ANNEX = "accounts:download-annex"
# Would end what the walk walks on, or tells the walker away.
LEFT_OUT = {"orgs:logout", "orgs:accept-invitation"}
# Lists are searched for what marks both sides.
QUERIES: tuple[dict[str, str], ...] = ({}, {"q": marked.COMMON}, {"q": "canary"})
ANSWERED = {200, 201, 409, 422}
AS_A_FILE = " as a file"


@dataclass(frozen=True)
class Found:
    """What one person got from one address."""

    name: str
    address: str
    status: int
    text: str


def text_of(response) -> str:
    """HTML and JSON as they are; of a workbook, a document or an archive the text of all that is in it."""
    return unpacked(response.getvalue() if response.streaming else response.content)


def unpacked(body: bytes) -> str:
    """The text; of an archive also the names and the texts of its files, and of archives within."""
    if not body.startswith(b"PK"):
        return body.decode("utf-8", errors="replace")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return "\n".join(
            [*archive.namelist(), *(unpacked(archive.read(name)) for name in archive.namelist())]
        )


def harvest(
    client: Client, cast, units: list[OrgUnit], subjects: Collection[str] = (), *, sends: bool = False
) -> list[Found]:
    """Every address of the matrix, about every one of these units, by every method that only asks or saves a draft.

    `subjects` narrows it to addresses about these; "" are lists and others about nothing in particular. `sends`: also what
    each page answers to what is sent there, errors above all.
    """
    found = []
    for name, row in MATRIX.items():
        if name in LEFT_OUT or row.subject == "code" or (subjects and row.subject not in subjects):
            continue
        for arguments in arguments_of(row, cast, units):
            address = reverse(name, args=arguments)
            if "get" in row.methods:
                answers = [client.get(address, query) for query in (QUERIES[:1] if arguments else QUERIES)]
                answers += [sent(client, address, row.data)] if sends and "post" in row.methods else []
            else:
                answers = [client.post(address, row.data or {}, follow=True)]
            pages = [Found(name, address, answer.status_code, text_of(answer)) for answer in answers]
            found += pages
            found += files_of(client, name, address, pages[0].text) if "get" in row.methods else []
    return found


def sent(client: Client, address: str, data: dict[str, object] | None):
    """What the page says to its form, which mostly is what is wrong with it; nothing of it stays."""
    cookies = copy.deepcopy(client.cookies)
    with taken_back():
        answer = client.post(address, data or {})
    client.cookies = cookies  # of a session that is still there
    return answer


def files_of(client: Client, name: str, address: str, page: str) -> list[Found]:
    """The same list as a spreadsheet and as text, where its page offers them."""
    asked = [{"export": kind} for kind in ("xlsx", "csv") if f"export={kind}" in page]
    answers = [client.get(address, query) for query in asked]
    return [Found(f"{name}{AS_A_FILE}", address, answer.status_code, text_of(answer)) for answer in answers]


def mails_to(user: User) -> list[Found]:
    """Every mail that waits for the person, as it goes out."""
    with clock.frozen(clock.now() + timedelta(days=1)):
        mail.send_due()
    sent = [each for each in django_mail.outbox if user.email in each.to]
    assert sent, "who gets no mail proves nothing"
    return [Found("mail", user.email, 200, f"{each.subject}\n{each.body}") for each in sent]


def arguments_of(row, cast, units: list[OrgUnit]) -> list[list[object]]:
    if not row.subject:
        return [[]]
    pks = [SUBJECTS[row.subject](unit, cast) for unit in units]
    return [row.args(pk) for pk in dict.fromkeys(pks) if pk is not None]


@pytest.fixture
def staff(world, cast, settings):
    settings.MAIL_IS_ON = True
    return marked.build(world, cast)


def signed_in(user: User) -> Client:
    """A session for the pages and, where the person may have one, a token for the read interface."""
    client = Client(raise_request_exception=False)
    client.force_login(user)
    own = user.units_in_charge().allowing(EXPORT).widest()
    if own is not None:
        issued = tokens.issue(OrgUnit.objects.get(pk=own.unit_id), title="表格", days=30, by=user)
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {issued.text}"
    return client


def units_of(*sides: marked.Side) -> list[OrgUnit]:
    return [OrgUnit.objects.get(code=code) for side in sides for code in side.codes]


@pytest.mark.parametrize(
    ("side", "other", "at"),
    [
        pytest.param(side, other, at, id=side.people[at], marks=pytest.mark.long if at else marks)
        # The sides are built alike: the other way round is walked with --long, and so are the two levels below.
        for side, other, marks in (
            (marked.LEFT, marked.RIGHT, ()),
            (marked.RIGHT, marked.LEFT, pytest.mark.long),
        )
        for at in range(3)
    ],
)
def test_nothing_of_the_sibling_university_is_found_anywhere(staff, cast, side, other, at, pytestconfig):
    client = signed_in(staff[side.people[at]])
    # What pages answer to what is sent takes as long again: with --long.
    found = harvest(client, cast, units_of(side, other), sends=pytestconfig.getoption("--long"))
    found += mails_to(staff[side.people[at]])
    crossed = [
        (each.name, each.address, canary)
        for each in found
        for canary in other.canaries
        if canary in each.text
    ]
    assert not crossed
    # What a job was told and what it answers: ids and numbers, of neither side a word.
    jobs = " ".join(map(str, Job.objects.values_list("key", "params", "result", "error")))
    assert not [canary for each in (side, other) for canary in each.canaries if canary in jobs]
    # The annex shows in full what one has filled in oneself: the form of the own unit and the row the matrix added to it.
    own_answers = {(ANNEX, side.mobiles[2 - at]), (ANNEX, "13800000777")}
    in_full = [
        (each.name, each.address, number)
        for each in found
        if each.name not in MAY_SHOW_MOBILES
        for number in MOBILE.findall(each.text)
        if (each.name, number) not in own_answers
    ]
    assert not in_full
    assert not [each for each in found if each.status >= 500]
    own = {each.name for each in found if each.status in ANSWERED and side.word in each.text}
    assert len(own) > 5, "a harvest that doesn't even find the own marks proves nothing"
    assert at or len([name for name in own if name.endswith(AS_A_FILE)]) > 6


@pytest.mark.long
def test_the_same_search_finds_both_sides_where_both_are_in_the_scope(staff, cast):
    """The counter-test: the province sees both marks, so the marks can be found."""
    client = signed_in(cast["province"])
    found = harvest(client, cast, units_of(marked.LEFT, marked.RIGHT), {"", "unit"})
    for side in (marked.LEFT, marked.RIGHT):
        assert len({each.name for each in found if side.word in each.text}) > 5
        assert [each for each in found if any(part in each.text for part in side.canaries[2:])]
