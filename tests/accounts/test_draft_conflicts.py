"""Two devices, one form (C3): the later one sees both versions, keeps one whole or row by row, and nothing is lost."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from accounts.models import Expected, Submission
from accounts.operations import rounds
from orgs.kernel import clock
from orgs.models import UnitContact
from tests.accounts.factories import further_row, launch, main_row
from tests.accounts.test_fill_pages import posted

FIRST, SECOND = "law_first", "law_second"


@pytest.fixture
def round(world, cast):
    return launch(world, cast)


@pytest.fixture
def expected(round, world):
    return Expected.objects.get(round=round, unit=world["hnu-law-1201"])


@pytest.fixture
def client(sign_in):
    return sign_in("secretary")


@pytest.fixture
def form(expected):
    return reverse("accounts:fill-form", args=[expected.pk])


@pytest.fixture
def conflict(client, form):
    """The phone has saved two rows; the desk, opened before that, saves two others."""
    client.post(form, posted(main_row(account_id=FIRST), main_row(account_id=SECOND), page="phone"))
    mine = (main_row(account_id=FIRST, contacts=7), main_row(account_id="law_third"))
    return client.post(form, posted(*mine, page="desk"))


def sent(page, **buttons) -> dict[str, str]:
    """What a browser without a script posts from the conflict page."""
    text = page.content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text))
    hidden.pop("csrfmiddlewaretoken", None)
    return hidden | buttons


def resolve(client, expected, data):
    return client.post(reverse("accounts:resolve-conflict", args=[expected.pk]), data)


def saved() -> list[tuple[str, str]]:
    rows = Submission.objects.get().rows.all()
    return [(row.values["account_id"], str(row.values["contacts"])) for row in rows]


def test_both_versions_stand_on_the_page_and_nothing_is_overwritten(conflict):
    text = conflict.content.decode()
    assert conflict.status_code == 409
    for answer in (SECOND, "law_third", ">7<", ">41<"):
        assert answer in text
    assert "支书张" in text
    assert saved() == [(FIRST, "41"), (SECOND, "41")]


@pytest.mark.parametrize(
    ("choice", "kept"),
    [
        ({"mine": "1"}, [(FIRST, "7"), ("law_third", "41")]),
        ({"saved": "1"}, [(FIRST, "41"), (SECOND, "41")]),
        ({"merged": "1", "take-0": "saved", "take-1": "mine"}, [(FIRST, "41"), ("law_third", "41")]),
        ({"merged": "1", "take-0": "mine", "take-1": "saved"}, [(FIRST, "7"), (SECOND, "41")]),
        ({"merged": "1"}, [(FIRST, "7"), ("law_third", "41")]),
    ],
)
def test_one_version_whole_or_row_by_row(client, expected, conflict, choice, kept):
    answer = resolve(client, expected, sent(conflict, **choice))
    assert answer.status_code == 302
    assert saved() == kept
    assert "data-draft-clear" in client.get(answer.url).content.decode()


def test_third_save_meanwhile_shows_both_again(client, expected, form, conflict):
    version = Submission.objects.get().version
    client.post(form, posted(main_row(account_id="law_fourth"), version=version, page="tablet"))
    for choice in ({"mine": "1"}, {"saved": "1"}, {"merged": "1"}):
        again = resolve(client, expected, sent(conflict, **choice))
        assert again.status_code == 409
        assert "law_fourth" in again.content.decode()
        assert "law_third" in again.content.decode()
    assert saved() == [("law_fourth", "41")]


def test_further_administrators_and_the_note_come_along(client, expected, form):
    client.post(form, posted(main_row(account_id=FIRST), page="phone"))
    data = posted(main_row(account_id=FIRST), further_row(admin_name="林某丙"), page="desk", note="群满")
    resolve(client, expected, sent(client.post(form, data), mine="1"))
    rows = list(Submission.objects.get().rows.all())
    assert [row.continues for row in rows] == [False, True]
    assert rows[1].personal["admin_name"] == "林某丙"
    assert Submission.objects.get().note == "群满"


def test_same_page_may_save_again_without_a_conflict(client, form):
    assert client.post(form, posted(main_row(), page="one")).status_code == 302
    assert client.post(form, posted(main_row(contacts=9), page="one")).status_code == 302


def test_superior_and_neighbour_resolve_nothing(sign_in, expected, conflict):
    assert resolve(sign_in("college"), expected, sent(conflict, mine="1")).status_code == 403
    assert resolve(sign_in("outside_secretary"), expected, sent(conflict, mine="1")).status_code == 404


def test_deadline_that_passes_is_said_with_whom_to_ask_and_the_form_still_goes_in(
    client, world, expected, form
):
    UnitContact.objects.create(unit=world["hnu-law"], telephone="0898-66270000", updated_at=clock.now())
    with clock.frozen(expected.deadline_at):
        text = client.get(form).content.decode()
        for said in ("截止时间已过", "法学院团委 院团委陈", "0898-66270000"):
            assert said in text
        client.post(form, posted(main_row()))
        check = reverse("accounts:check-form", args=[expected.pk])
        assert "将记为迟报" in client.get(check).content.decode()
        receipt = client.post(check, {"version": "1", "key": "late"}, follow=True).content.decode()
    assert "记为迟报" in receipt


def test_round_closed_meanwhile_keeps_the_draft_and_names_the_superior(client, cast, round, form):
    client.post(form, posted(main_row()))
    with clock.frozen(round.deadline_at):
        rounds.close_round(round, by=cast["province"])
        text = client.get(form).content.decode()
    assert "草稿已保留" in text
    assert "院团委陈" in text
    assert 'value="law_1201"' in text


def test_kept_submission_is_answered_with_an_address(client, expected, form):
    client.post(form, posted(main_row()))
    check = reverse("accounts:check-form", args=[expected.pk])
    for _time in range(2):
        answer = client.post(check, {"version": "1", "key": "kept"}, headers={"X-Requested-With": "fetch"})
        assert answer.json() == {"url": reverse("accounts:show-receipt", args=[expected.pk])}
    assert Submission.objects.get().steps.count() == 1
