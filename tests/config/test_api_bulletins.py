"""The read interface's bulletins: those of the archive, with text, frozen figures, numbers and corrections."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from orgs.models import OrgUnit, User
from orgs.operations import tokens
from reporting.bulletin_words import number_text
from reporting.figures import FIGURES
from reporting.models import Bulletin, WeekUnit
from tests.reporting.bulletin_steps import act, draft, published, two_weeks

pytestmark = pytest.mark.django_db
LIST = reverse("api:list-bulletins")


def headers(user: User, unit: OrgUnit) -> dict[str, str]:
    text = tokens.issue(unit, title="通报", days=30, by=user).text
    return {"Authorization": f"Bearer {text}"}


@pytest.fixture
def ask(world, cast):
    def _ask(key: str, code: str, address: str = LIST, **query: object):
        return Client().get(address, query, headers=headers(cast[key], world[code]))

    return _ask


@pytest.fixture
def bulletin(sign_in, world) -> Bulletin:
    two_weeks(world)
    return published(sign_in("province"), world)


def address(bulletin: Bulletin) -> str:
    return reverse("api:show-bulletin", args=[bulletin.pk])


def test_the_list_says_number_week_edition_and_who_issued(world, ask, bulletin):
    (found,) = ask("province", "hi").json()["items"]
    assert (found["id"], found["unit"], found["week"], found["edition"]) == (
        bulletin.pk,
        world["hi"].name,
        "2026-W46",
        1,
    )
    assert found["number_text"] == number_text(bulletin.year, bulletin.number, 0)
    assert (found["corrects"], found["corrected_by"], found["correction"]) == (None, None, 0)
    assert "text" not in found
    assert ask("province", "hi", year=2025).json()["items"] == []


def test_one_bulletin_has_the_text_and_the_figures_frozen_with_it(world, ask, bulletin):
    found = ask("province", "hi", address(bulletin)).json()
    assert found["text"] == bulletin.body["text"]
    assert found["issuer"] == bulletin.body["issuer"]
    assert found["figures"]["coverage"] == bulletin.figures["coverage"]
    units = {each["unit_id"]: each for each in found["figures"]["units"]}
    assert units.keys() == {each["unit_id"] for each in bulletin.figures["units"]}
    hnu = next(each for each in bulletin.figures["units"] if each["unit_id"] == world["hnu"].pk)
    assert units[world["hnu"].pk] == hnu


def test_a_correction_and_what_it_corrects_name_each_other(sign_in, world, ask, bulletin):
    client = sign_in("province")
    act(client, "correct-bulletin", bulletin, reason="数字有误")
    newer = Bulletin.objects.drafts().get()
    act(client, "publish-bulletin", newer)
    old, new = ask("province", "hi").json()["items"]
    assert (old["corrected_by"], old["corrects"]) == (newer.pk, None)
    assert (new["corrected_by"], new["corrects"], new["correction"]) == (None, bulletin.pk, 1)
    assert (new["reason"], new["number"]) == ("数字有误", old["number"])


def test_who_received_it_reads_it_and_nobody_else(world, ask, bulletin):
    assert ask("university", "hnu", address(bulletin)).status_code == 200
    assert [each["id"] for each in ask("university", "hnu").json()["items"]] == [bulletin.pk]
    assert ask("university", "hnu-law").json()["items"] == []
    missing = ask("university", "hnu-law", reverse("api:show-bulletin", args=[999_999_999]))
    hidden = ask("university", "hnu-law", address(bulletin))
    assert (missing.status_code, hidden.status_code) == (404, 404)
    assert missing.content == hidden.content


def test_a_draft_is_read_by_nobody(sign_in, world, ask):
    two_weeks(world)
    unpublished = draft(sign_in("province"), world)
    assert ask("province", "hi").json()["items"] == []
    assert ask("province", "hi", address(unpublished)).status_code == 404


def test_what_has_not_changed_is_not_sent_again(world, cast, bulletin):
    given = headers(cast["university"], world["hnu"])
    for url in (LIST, address(bulletin)):
        first = Client().get(url, headers=given)
        again = Client().get(url, headers={**given, "If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_pages_and_statements_do_not_grow_with_the_rows(
    sign_in, world, cast, bulletin, django_assert_num_queries
):
    given = headers(cast["province"], world["hi"])
    Client().get(LIST, headers=given)
    with django_assert_num_queries(3):
        Client().get(LIST, {"limit": 1}, headers=given)
    client = sign_in("province")
    act(client, "correct-bulletin", bulletin, reason="数字有误")
    act(client, "publish-bulletin", Bulletin.objects.drafts().get())
    with django_assert_num_queries(3):
        page = Client().get(LIST, {"limit": 1}, headers=given).json()
    assert page["next"] == bulletin.pk
    rest = Client().get(LIST, {"after": page["next"]}, headers=given).json()
    assert ([each["correction"] for each in rest["items"]], rest["next"]) == ([1], None)


def test_the_table_of_a_week_has_every_figure(world, ask):
    closed = two_weeks(world)
    answer = ask("university", "hnu", reverse("api:download-figures", args=["2026-W46"]))
    lines = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    rows = {row.unit_id: row for row in WeekUnit.objects.for_week(closed.pk)}
    names = [f"{side}_{name}" for name in FIGURES for side in ("own", "sub")]
    names += ["base_year", "base_assessed", "base_orgs", "own_covered", "poor_streak", "poor_streak_max"]
    assert len(lines) > 5
    for line in lines:
        row = rows[int(line["unit_id"])]
        known = {name: getattr(row, name) for name in names}
        assert {name: line[name] for name in names} == {
            name: "" if value is None else str(value) for name, value in known.items()
        }
