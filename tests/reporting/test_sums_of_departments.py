"""A department of a province reads no sums that hold other lines (SUP-1.0, A3): campaigns, their board and its file, API."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from orgs.kernel.clock import Week
from orgs.models import OrgUnit
from orgs.operations import tokens
from reporting.figures import FIGURES
from reporting.models import Tally, WeekUnit
from reporting.operations.weekly import close_week
from tests.reporting import closed_weeks
from tests.reporting.campaign_rows import NOW, add_group, at, figure, judge, make_campaign
from tests.reporting.closed_weeks import report
from tests.reporting.test_campaign_pages import row_of

WEEK = "2026-W46"

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(world):
    """Every branch of a class or a village wants a group; one class of the university and one village have it."""
    for code, kind in (("hnu-law-1201", "class"), ("qh-hs-jl", "branch")):
        add_group(world, code, kind, at=at(10))
    kinds = {"kinds": ["class_branch", "village"]}
    made = make_campaign(
        world,
        figure("groups_member", kinds, code="groups", threshold="1", deadline_at=at(14)),
        figure("admins", {"kinds": ["township"]}, code="admins", deadline_at=at(14)),
        figure("admins", {"kinds": ["province"]}, code="own", deadline_at=at(14)),
    )
    judge(made, NOW)
    return made


def _numbers(campaign, world, code):
    """(met, asked) of the first requirement as it is kept for the unit's whole subtree."""
    requirement = campaign.versions.get().requirements.get(code="groups")
    return (
        Tally.objects.current()
        .values_list("n_met", "n_asked")
        .get(requirement=requirement, unit_id=world.ids[code])
    )


def _seen(campaign, world):
    """What the two universities of the province come to."""
    pairs = [_numbers(campaign, world, code) for code in ("hnu", "qzu")]
    return tuple(map(sum, zip(*pairs, strict=True)))


def _page(client, name, campaign, *args, **params):
    answer = client.get(reverse(f"reporting:{name}", args=[campaign.pk, *args]), params)
    assert answer.status_code == 200
    return answer


def test_the_scene_tells_the_lines_apart(world, campaign):
    assert _seen(campaign, world) != _numbers(campaign, world, "hi")


def test_the_board_adds_up_what_the_department_sees(sign_in, world, campaign):
    text = _page(sign_in("schools"), "show-campaign-board", campaign, world.ids["hi"]).content.decode()
    met, asked = _seen(campaign, world)
    assert row_of(text, "合计") == f"合计（本级和所列单位） 已逾期 {met}/{asked} 已逾期 0/1"
    assert "合计只含本级和本部门所联系战线的直属下级单位" in text
    assert "要求2" not in text


def test_the_board_of_a_past_week_does_so_too(sign_in, world, campaign):
    client = sign_in("schools")
    text = _page(client, "show-campaign-board", campaign, world.ids["hi"], week=WEEK).content.decode()
    met, asked = _seen(campaign, world)
    assert f" {met}/{asked} " in row_of(text, "合计")


def test_below_its_own_unit_a_department_reads_whole_sums(sign_in, world, campaign):
    text = _page(sign_in("schools"), "show-campaign-board", campaign, world.ids["hnu"]).content.decode()
    met, asked = _numbers(campaign, world, "hnu")
    assert row_of(text, "合计") == f"合计（含本级） 已逾期 {met}/{asked}"


def test_the_file_of_the_board_holds_the_same(sign_in, world, campaign):
    answer = _page(sign_in("schools"), "show-campaign-board", campaign, world.ids["hi"], export="csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    met, asked = _seen(campaign, world)
    assert f"合计（本级和所列单位）,hi,{asked},{met},已逾期,1,0,已逾期" in text
    assert "要求2" not in text


def test_the_campaign_counts_what_the_department_sees(sign_in, world, campaign):
    text = _page(sign_in("schools"), "show-campaign", campaign).content.decode()
    met, asked = _seen(campaign, world)
    assert (
        f"直属下级单位（含所属）应达到 {asked + 1} 项次，已达到 {met} 项次，未达到 {asked + 1 - met} 项次"
        in text
    )
    assert row_of(text, "要求1").endswith(f"{met} / {asked}")
    assert row_of(text, "要求2").endswith("不要求 —")
    whole = _page(sign_in("province"), "show-campaign", campaign).content.decode()
    assert ("每周结束时已达到" in text, "每周结束时已达到" in whole) == (False, True)


def test_one_requirement_counts_what_the_department_sees(sign_in, world, campaign):
    client = sign_in("schools")
    met, asked = _seen(campaign, world)
    for code, numbers in (("groups", (asked, met)), ("admins", (0, 0)), ("own", (1, 0))):
        page = _page(client, "show-campaign-requirement", campaign, world.ids["hi"], code)
        said = "应达到 {} 个单位，已达到 {} 个".format(*numbers)
        assert said in page.content.decode()


def test_a_unit_that_leads_nobody_counts_by_its_own_answer(sign_in, world, campaign):
    OrgUnit.objects.filter(pk=world.ids["vol"]).update(line="university")
    made = make_campaign(world, figure("admins", {"kinds": ["affiliated_body"]}, code="a"), code="c2")
    judge(made, NOW)
    text = _page(sign_in("schools"), "show-campaign", made).content.decode()
    assert "应达到 1 项次，已达到 0 项次" in text


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("show-campaign", []),
        ("show-campaign-board", ["hi"]),
        ("show-campaign-requirement", ["hi", "groups"]),
    ],
)
def test_a_department_takes_few_statements(
    sign_in, world, campaign, name, args, django_assert_max_num_queries
):
    client = sign_in("schools")
    given = [world.ids.get(each, each) for each in args]
    _page(client, name, campaign, *given)
    with django_assert_max_num_queries(15):
        _page(client, name, campaign, *given)


def test_what_happened_between_two_weeks_holds_no_other_lines(sign_in, world):
    report(world, "hnu-law-1201", 20)
    report(world, "qh-hs-jl", 40)
    closed_weeks.close(Week.parse(WEEK).previous())
    closed_weeks.close()
    args = [WEEK, world.ids["hi"], "opened", "2026-W45"]
    url = reverse("reporting:show-difference", args=args)
    for key, total in (("province", 2), ("schools", 1)):
        client = sign_in(key)
        answer = client.get(url)
        assert answer.context["found"].total == total
        rows = answer.context["found"].rows
        assert [client.get(row.url).context["breakdown"].total for row in rows] == [total]
        text = b"".join(client.get(url, {"export": "csv"})).decode("utf-8-sig")
        assert text.splitlines()[-1] == f"合计,{total}"


@pytest.fixture
def ask(world, cast):
    """ask("schools", "api:list-figures") with a token of that person for the province."""
    close_week(Week.parse(WEEK))

    def _ask(key, name, **query):
        text = tokens.issue(world["hi"], title="周报", days=30, by=cast[key]).text
        address = reverse(name, args=[WEEK])
        answer = Client().get(address, query, headers={"Authorization": f"Bearer {text}"})
        assert answer.status_code == 200
        return answer

    return _ask


def test_a_token_of_a_department_reads_no_sums_of_the_province(world, ask):
    items = {each["code"]: each for each in ask("schools", "api:list-figures", limit=500).json()["items"]}
    own = items.pop("hi")
    row = WeekUnit.objects.get(unit_id=world.ids["hi"])
    assert row.sub_base_members is not None
    assert set(own["subtree"]) == set(FIGURES)
    assert set(own["subtree"].values()) == {own["coverage_part"]} == {own["coverage_base"]} == {None}
    assert own["own"] == {name: getattr(row, f"own_{name}") for name in FIGURES}
    assert all(each["subtree"]["holders"] is not None for each in items.values())


def test_its_csv_leaves_the_same_cells_empty(ask):
    text = ask("schools", "api:download-figures").getvalue().decode("utf-8-sig")
    lines = {line["code"]: line for line in csv.DictReader(io.StringIO(text))}
    own = lines.pop("hi")
    assert {value for name, value in own.items() if name.startswith(("sub_", "coverage_"))} == {""}
    assert own["own_holders"] != ""
    assert all(line["sub_holders"] for line in lines.values())


def test_its_token_for_a_unit_of_its_lines_reads_the_figure_of_that_unit(world, cast, ask):
    for unit, key in ((world["hnu"], "schools"), (world["hnu"], "province")):
        text = tokens.issue(unit, title="周报", days=30, by=cast[key]).text
        answer = Client().get(
            reverse("api:list-figures", args=[WEEK]), headers={"Authorization": f"Bearer {text}"}
        )
        own = next(each for each in answer.json()["items"] if each["code"] == "hnu")
        row = WeekUnit.objects.get(unit_id=unit.pk)
        assert own["subtree"] == {name: getattr(row, f"sub_{name}") for name in FIGURES}


def test_a_token_of_the_whole_province_reads_them(ask):
    (own,) = [
        each
        for each in ask("province", "api:list-figures", limit=500).json()["items"]
        if each["code"] == "hi"
    ]
    assert own["subtree"]["base_members"] is not None
