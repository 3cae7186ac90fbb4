"""The read interface's campaign boards and assessment sheets: what the pages show, within the token's scope."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from orgs.kernel import clock
from orgs.models import Appointment, OrgUnit
from reporting.models import Campaign
from scoring.models import Scheme, Sheet
from scoring.operations import schemes
from scoring.operations import sheets as sheet_operations
from scoring.tallies import tally
from tests.config.api_tokens import token_of
from tests.reporting.campaign_rows import NOW, WEEK, add_group, at, figure, judge, make_campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(world, cast):
    def _ask(key: str, name: str, *args: object, **query: object):
        given = {"Authorization": f"Bearer {token_of(cast[key])}"}
        return Client().get(reverse(f"api:{name}", args=args), query, headers=given)

    return _ask


@pytest.fixture
def campaign(world):
    """Villages want two groups, universities an administrator; one of Qionghai's villages has its two, one has half."""
    for code, day, n in (("qh-hs-jl", 10, 2), ("qh-hs-zj", 17, 1)):
        for _ in range(n):
            add_group(world, code, at=at(day))
    made = make_campaign(
        world,
        figure("groups_member", {"kinds": ["village"]}, code="groups", threshold="2", deadline_at=at(14)),
        figure("admins", {"kinds": ["university"]}, code="admins"),
    )
    judge(made, NOW)
    return made


@pytest.fixture
def sheets(world):
    """An open sheet of Qionghai and one of Hainan University."""
    schemes.load_shipped()
    by_kind = {kind: scheme for scheme in Scheme.objects.all() for kind in scheme.target_kinds}
    for code in ("qh", "hnu"):
        sheet_operations.open_sheets(by_kind[world[code].kind_id], 2026, [world[code]], by=None)
    return {each.unit.code: each for each in Sheet.objects.select_related("unit")}


def test_campaigns_are_those_of_the_pages(world, ask, campaign):
    draft = make_campaign(world, figure("admins"), unit="qh", code="draft")
    Campaign.objects.filter(pk=draft.pk).update(state="draft")
    foreign = make_campaign(world, figure("admins"), unit="ah", code="foreign")
    (found,) = ask("university", "list-campaigns").json()["items"]
    assert (found["id"], found["title"], found["version"]) == (campaign.pk, "关于建设微信工作体系的通知", 1)
    assert (found["unit_id"], found["unit"], found["state"]) == (world["hi"].pk, world["hi"].name, "running")
    assert [each["id"] for each in ask("city", "list-campaigns").json()["items"]] == [campaign.pk, draft.pk]
    for pk in (draft.pk, foreign.pk, 999_999_999, 2**64):
        assert ask("university", "show-board", pk).status_code == 404


def test_a_board_has_the_answers_of_the_unit_and_of_those_below(world, ask, campaign):
    found = ask("province", "show-board", campaign.pk).json()
    assert (found["version"], found["week"], found["is_part"]) == (1, None, False)
    assert [each["code"] for each in found["requirements"]] == ["groups", "admins"]
    assert found["total"]["unit_id"] == world["hi"].pk
    total = found["total"]["answers"][0]
    below = [each["answers"][0] for each in found["items"]]
    for name in ("asked", "met", "exempt"):
        assert sum(each[name] for each in below) == total[name]
    assert total["met"] == 1
    assert (total["own"], total["standing"]) == (None, "overdue")
    city = ask("city", "show-board", campaign.pk).json()
    assert city["total"]["unit_id"] == world["qh"].pk
    township = ask("city", "show-board", campaign.pk, unit=world["qh-hs"].pk).json()
    told = {each["unit_code"]: each["answers"][0] for each in township["items"]}
    assert told["qh-hs-jl"] == {
        "code": "groups",
        "own": "met",
        "standing": "met",
        "asked": 1,
        "met": 1,
        "exempt": 0,
    }
    assert told["qh-hs-zj"]["own"] == "overdue"


def test_a_board_as_of_a_week_pages_and_refuses_what_lies_outside(world, ask, campaign):
    past = ask("city", "show-board", campaign.pk, unit=world["qh-hs"].pk, week=str(WEEK)).json()
    assert (past["week"], past["judged_until"]) == (str(WEEK), None)
    first = ask("city", "show-board", campaign.pk, unit=world["qh-hs"].pk, limit=1).json()
    rest = ask("city", "show-board", campaign.pk, unit=world["qh-hs"].pk, after=first["next"]).json()
    codes = [each["unit_code"] for each in first["items"] + rest["items"]]
    assert {"qh-hs-jl", "qh-hs-zj"} <= set(codes)
    assert len(codes) == len(set(codes))
    for query in (
        {"unit": world["hnu"].pk},
        {"unit": world["hi"].pk},
        {"week": "2026-W60"},
        {"week": "gestern"},
    ):
        assert ask("city", "show-board", campaign.pk, **query).status_code == 404


def test_a_department_reads_of_its_unit_what_it_sees_below(world, ask, campaign):
    found = ask("schools", "show-board", campaign.pk).json()
    assert found["is_part"] is True
    lines = dict(OrgUnit.objects.values_list("pk", "line"))
    assert {lines[each["unit_id"]] for each in found["items"]} == {"university"}
    villages, universities = found["total"]["answers"]
    assert villages["asked"] == 0
    assert universities["asked"] == len(found["items"]) > 0


def test_sheets_are_those_the_person_may_read(world, ask, sheets):
    everywhere = ask("province", "list-sheets").json()["items"]
    assert {each["unit_id"] for each in everywhere} == {world["qh"].pk, world["hnu"].pk}
    (own,) = ask("university", "list-sheets").json()["items"]
    sheet = sheets["hnu"]
    assert (own["id"], own["year"], own["state"], own["grade"]) == (sheet.pk, 2026, "self", "")
    assert (own["title"], own["total_points"], own["week"]) == (sheet.title, None, None)
    assert ask("university", "list-sheets", year=2025).json()["items"] == []
    assert ask("university", "list-sheets", under=world["qh"].pk).status_code == 404
    missing, hidden = (ask("university", "show-sheet", pk) for pk in (999_999_999, sheets["qh"].pk))
    assert (missing.status_code, hidden.status_code) == (404, 404)
    assert missing.content == hidden.content


def test_a_sheet_has_its_criteria_in_the_order_of_the_paper(ask, sheets):
    sheet = sheets["qh"]
    found = ask("province", "show-sheet", sheet.pk).json()
    rows = list(sheet.scores.in_sheet_order())
    assert [each["criterion"] for each in found["scores"]] == [row.criterion.code for row in rows]
    assert [Decimal(each["max_points"]) for each in found["scores"]] == [
        row.criterion.max_points for row in rows
    ]
    assert [each["provenance"] for each in found["scores"]] == [row.criterion.provenance for row in rows]
    assert (found["self_total"], tally(rows).self_total) == (None, None)
    assert {each["points"] for each in found["scores"]} == {None}
    assert found["consequences"] == []


def test_what_a_unit_has_not_been_told_stays_out_of_its_token(world, cast, ask, sheets):
    sheet = sheets["hnu"]
    Sheet.objects.filter(pk=sheet.pk).update(state="assessing", total_points=Decimal("8.50"), grade="good")
    sheet.scores.update(assessed_points=Decimal("0.5"))
    address = ("show-sheet", sheet.pk)
    own, above = ask("university", *address).json(), ask("province", *address).json()
    assert (above["total_points"], above["grade"], above["scores"][0]["points"]) == ("8.5", "good", "0.5")
    assert (own["total_points"], own["grade"], own["scores"][0]["points"]) == (None, "", None)
    for key, n in (("university", 0), ("province", 1)):
        assert len(ask(key, "list-sheets", grade="good").json()["items"]) == n
    # Another office of the person in the unit assessed withholds it too, though no token reads by it.
    Appointment.objects.create(
        user=cast["province"], unit=world["hnu"], role="secretary", starts_on=clock.today()
    )
    assert ask("province", *address).json()["total_points"] is None


def test_statements_do_not_grow_with_the_rows(world, cast, campaign, sheets, django_assert_max_num_queries):
    given = {"Authorization": f"Bearer {token_of(cast['province'])}"}
    for name, args in (
        ("list-campaigns", []),
        ("show-board", [campaign.pk]),
        ("list-sheets", []),
        ("show-sheet", [sheets["qh"].pk]),
    ):
        address = reverse(f"api:{name}", args=args)
        first = Client().get(address, headers=given)
        with django_assert_max_num_queries(10):
            again = Client().get(address, headers=given | {"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
