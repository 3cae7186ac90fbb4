"""The read interface: token x address x relation, paging, revalidation, figures as the pages have them."""

from __future__ import annotations

import base64
import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from accounts.operations.registry.accounts import open_account
from orgs.kernel.clock import Week
from orgs.models import OrgUnit
from orgs.operations import tree
from orgs.operations.closing import close_units
from reporting.figures import FIGURES
from reporting.models import WeekUnit
from reporting.operations import editions
from reporting.operations.weekly import close_week
from tests.architecture.matrix import MATRIX, TOKEN
from tests.architecture.test_urls import MISSING, RELATED, lineage, roles_over  # noqa: F401 - a fixture
from tests.config.api_tokens import token_of

pytestmark = pytest.mark.django_db
WEEK = "2026-W46"
WITH_TOKEN = sorted(name for name, row in MATRIX.items() if row.verb == TOKEN and name != "api:api-root")


@pytest.fixture
def ask(world, cast):
    """ask("university", "api:list-units", unit="hnu-law", q="…") as a program would, with a token of that person."""

    def _ask(
        key: str, name: str, *args: object, scope: str = "", headers: dict | None = None, **query: object
    ):
        given = dict(headers or {})
        text = token_of(cast[key], world[scope] if scope else None)
        if text:
            given["Authorization"] = f"Bearer {text}"
        return Client().get(reverse(name, args=args), query, headers=given)

    return _ask


@pytest.fixture
def closed(world):
    return close_week(Week.parse(WEEK))


@pytest.mark.parametrize("name", WITH_TOKEN)
def test_without_a_token_nothing_is_said(world, sign_in, name):
    row = MATRIX[name]
    address = reverse(name, args=row.args(world["hnu"].pk) if row.subject else [])
    for client in (Client(), sign_in("province"), Client(HTTP_AUTHORIZATION="Bearer nonsense")):
        answer = client.get(address)
        assert answer.status_code == 401
        assert "令牌" in answer.json()["error"]
        assert "Basic" in answer["WWW-Authenticate"]


def test_every_unit_is_found_by_exactly_those_whose_pages_show_it(world, cast, lineage):  # noqa: F811
    wrong = []
    for key, codes in RELATED.items():
        text = token_of(cast[key])
        for code in codes:
            address = reverse("api:show-unit", args=[world[code].pk])
            status = Client().get(address, headers={"Authorization": f"Bearer {text}"}).status_code
            roles = roles_over(key, code, lineage)
            # The auditor's two units: the token is for one of them.
            expected = {401} if not text else {200} if roles else {404}
            wrong += [] if status in expected or (key == "auditor" and roles) else [(key, code, status)]
    assert not wrong


def test_a_foreign_unit_reads_like_a_missing_one(world, ask):
    foreign = ask("university", "api:show-unit", world["qzu"].pk)
    missing = ask("university", "api:show-unit", MISSING)
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    for name in ("api:list-units", "api:list-accounts", "api:list-groups"):
        assert ask("university", name, under=world["qzu"].pk).status_code == 404


def test_a_token_reads_no_more_than_its_unit(world, ask):
    items = ask("university", "api:list-units", scope="hnu-law").json()["items"]
    assert {each["code"] for each in items} == {"hnu-law", "hnu-law-1201", "hnu-law-1202", "hnu-law-1301"}
    assert ask("university", "api:show-unit", world["hnu"].pk, scope="hnu-law").status_code == 404


def test_lines_of_the_person_bind_the_token(ask):
    items = ask("schools", "api:list-units", limit=500).json()["items"]
    assert {each["line"] for each in items if each["code"] != "hi"} <= {"university", "school"}


def test_pages_follow_one_another_without_a_gap(ask):
    whole = [each["id"] for each in ask("province", "api:list-units", limit=500).json()["items"]]
    found, after = [], 0
    while after is not None:
        page = ask("province", "api:list-units", limit=3, after=after).json()
        found += [each["id"] for each in page["items"]]
        after = page["next"]
    assert found == whole == sorted(whole)


def test_units_are_filtered_as_on_the_pages(world, cast, ask):
    def codes(**query):
        return {
            each["code"] for each in ask("province", "api:list-units", limit=500, **query).json()["items"]
        }

    assert codes(parent=world["hnu-law"].pk) == {"hnu-law-1201", "hnu-law-1202", "hnu-law-1301"}
    assert codes(under=world["hnu-law"].pk, kind="class_branch") == codes(parent=world["hnu-law"].pk)
    assert codes(q=world["qh"].name) >= {"qh"}
    close_units([world["hnu-law-1301"]], reason="毕业", by=cast["university"])
    assert "hnu-law-1301" not in codes()
    assert "hnu-law-1301" in codes(closed=True)


def test_accounts_say_nothing_of_a_person(world, cast, ask):
    account = open_account(
        world["hnu-law-1201"],
        platform="wechat_personal",
        identifier="13800000777",
        nickname="法学1201",
        contacts=30,
        responsible_name="机密甲",
        by=cast["university"],
    )
    answer = ask("university", "api:list-accounts")
    (found,) = answer.json()["items"]
    assert (found["id"], found["contacts"], found["nickname"]) == (account.pk, 30, "法学1201")
    assert "机密甲" not in answer.content.decode()
    assert "13800000777" not in answer.content.decode()
    assert ask("outsider", "api:list-accounts").json() == {"items": [], "next": None}


def test_figures_are_those_of_the_snapshot(world, closed, ask):
    answer = ask("university", "api:list-figures", WEEK).json()
    assert (answer["week"], answer["edition"], answer["next"]) == (WEEK, 1, None)
    rows = {row.unit_id: row for row in WeekUnit.objects.for_week(closed.pk).with_coverage()}
    assert {each["unit_id"] for each in answer["items"]} == {
        pk for pk, row in rows.items() if row.code.startswith("hnu")
    }
    for each in answer["items"]:
        row = rows[each["unit_id"]]
        assert each["own"] == {name: getattr(row, f"own_{name}") for name in FIGURES}
        assert each["subtree"] == {name: getattr(row, f"sub_{name}") for name in FIGURES}
        assert (each["coverage_part"], each["coverage_base"]) == (row.coverage_part, row.coverage_base)


def test_csv_has_the_same_rows_and_empty_cells_for_what_is_missing(closed, ask):
    answer = ask("university", "api:download-figures", WEEK)
    text = answer.getvalue().decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    figures = {
        str(each["unit_id"]): each for each in ask("university", "api:list-figures", WEEK).json()["items"]
    }
    assert {line["unit_id"] for line in lines} == set(figures)
    for line in lines:
        known = figures[line["unit_id"]]["subtree"]["base_youth"]
        assert line["sub_base_youth"] == ("" if known is None else str(known))
        assert (line["week"], line["edition"]) == (WEEK, "1")


def test_basic_authentication_opens_the_same(cast):
    text = base64.b64encode(f"excel:{token_of(cast['university'])}".encode()).decode()
    answer = Client().get(reverse("api:list-weeks"), headers={"Authorization": f"Basic {text}"})
    assert answer.status_code == 200


def test_what_has_not_changed_is_not_sent_again(world, cast):
    given = {"Authorization": f"Bearer {token_of(cast['university'])}"}
    address = reverse("api:list-units")
    first = Client().get(address, headers=given)
    assert "private" in first["Cache-Control"]
    again = Client().get(address, headers={**given, "If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    OrgUnit.objects.filter(pk=world["hnu-law"].pk).update(short_name="法")
    changed = Client().get(address, headers={**given, "If-None-Match": first["ETag"]})
    assert changed.status_code == 200


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("api:list-units", {"limit": "many"}),
        ("api:list-units", {"limit": 501}),
        ("api:list-units", {"after": -1}),
        ("api:list-units", {"under": 2**63}),
        ("api:list-accounts", {"status": "x" * 99}),
    ],
)
def test_a_wrong_parameter_is_named_and_not_repeated(ask, name, query):
    answer = ask("university", name, **query)
    assert answer.status_code == 422
    (wrong,) = query
    assert wrong in answer.json()["error"]


@pytest.mark.parametrize("week", ["2026-W45", "2026-W60", "yesterday", "2026-W99999"])
def test_a_week_that_is_not_closed_does_not_exist(closed, ask, week):
    assert ask("university", "api:list-figures", week).status_code == 404
    assert ask("university", "api:download-figures", week).status_code == 404


def test_statements_do_not_grow_with_the_rows(world, cast, closed, django_assert_num_queries):
    given = {"Authorization": f"Bearer {token_of(cast['province'])}"}
    for name, args in (("api:list-units", []), ("api:list-accounts", []), ("api:list-figures", [WEEK])):
        address = reverse(name, args=args)
        Client().get(address, headers=given)
        for limit in (1, 500):
            with django_assert_num_queries(3 + bool(args)):
                Client().get(address, {"limit": limit}, headers=given)
    assert not Account.objects.exists()


def test_the_page_of_the_interface_names_every_address(sign_in):
    shown = sign_in("university").get(reverse("show-api")).content.decode()
    described = Client().get(reverse("api:openapi-json")).json()
    assert {path.split("/")[3] for path in described["paths"]} == {
        "units",
        "accounts",
        "groups",
        "weeks",
        "bulletins",
        "campaigns",
        "sheets",
    }
    for path in described["paths"]:
        assert path in shown


@pytest.mark.parametrize("query", [{}, {"kind": "class_branch"}, {"edition": 1}])
def test_a_csv_that_has_not_changed_is_not_sent_again(world, cast, closed, query):
    given = {"Authorization": f"Bearer {token_of(cast['university'])}"}
    address = reverse("api:download-figures", args=[WEEK])
    first = Client().get(address, query, headers=given)
    assert first["ETag"].startswith('W/"')
    again = Client().get(address, query, headers=given | {"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert "private" in again["Cache-Control"]
    other = Client().get(
        address, {"under": world["hnu-law"].pk}, headers=given | {"If-None-Match": first["ETag"]}
    )
    assert other.status_code == 200


def test_a_csv_is_sent_anew_after_a_correction_a_move_and_to_another_token(world, cast, closed):
    given = {"Authorization": f"Bearer {token_of(cast['university'])}"}
    address = reverse("api:download-figures", args=[WEEK])

    def etag(headers=given):
        answer = Client().get(address, headers=headers)
        return answer["ETag"]

    first = etag()
    assert etag({"Authorization": f"Bearer {token_of(cast['university'])}"}) == first  # the same rows
    assert etag({"Authorization": f"Bearer {token_of(cast['province'])}"}) != first
    editions.correct_now(Week.parse(WEEK), reason="补登")
    second = etag()
    assert second != first
    tree.move_unit(world["hnu-law"], world["qzu"], reason="并入", by=None)
    moved = Client().get(address, headers=given | {"If-None-Match": second})
    assert moved.status_code == 200
    assert world["hnu-law"].name not in moved.getvalue().decode()
