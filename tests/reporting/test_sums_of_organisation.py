"""组织部 reads 市县, the province's own line: no sum it reads holds a university's figures (SUP-1.0, A3)."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from orgs.choices import Department, Kind, Role
from orgs.models import Appointment, User
from orgs.operations import tokens
from reporting.models import WeekUnit
from reporting.operations import bulletin_figures
from tests.reporting import closed_weeks
from tests.reporting.campaign_rows import NOW, add_group, at, figure, judge, make_campaign
from tests.reporting.closed_weeks import LAST, close, report
from tests.reporting.test_campaign_pages import row_of
from tests.reporting.week_file_scene import table, url

pytestmark = pytest.mark.django_db
OTHERS, OWN = 20, 40  # people that a class of the university and a village of the county have reached
PART = "合计只含本级和本部门所联系战线的直属下级单位"


@pytest.fixture
def organiser(world, cast) -> User:
    user = User.objects.create_user("organiser", None, name="组织部周", mobile="13800000021")
    Appointment.objects.create(
        user=user,
        unit=world["hi"],
        role=Role.PROVINCE,
        department=Department.ORGANISATION,
        title="干部",
        starts_on=date(2026, 10, 5),
    )
    return user


@pytest.fixture
def client(organiser):
    found = Client()
    found.force_login(organiser)
    return found


@pytest.fixture
def two_weeks(world):
    close(LAST.previous())
    report(world, "hnu-law-1201", OTHERS)
    report(world, "qh-hs-jl", OWN)
    return close()


@pytest.fixture
def mixed(world):
    """A university below the county, as below a prefecture: another line hangs under 市县."""
    unit = closed_weeks._unit(world["qh"], "qhu", Kind.UNIVERSITY, "琼海学院团委")
    closed_weeks._unit(unit, "qhu-1", Kind.CLASS_BRANCH, "琼海学院1班团支部", members=50)
    world.ids |= {"qhu": unit.pk}
    return unit


def page(client, name, *args, **params):
    answer = client.get(reverse(f"reporting:{name}", args=args), params)
    assert answer.status_code == 200
    return answer


def lines_of(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


def test_the_weekly_page_adds_up_what_is_theirs(world, client, two_weeks):
    board = page(client, "weekly").context["page"].board
    shown = {row.unit_id for row in board.rows()}
    assert world.ids["hnu"] not in shown
    assert (board.coverage().part, board.figure("opened")) == (OWN, 1)
    restated = page(client, "weekly", tree="now").context["page"].board
    assert (restated.coverage().part, restated.figure("opened")) == (OWN, 1)
    assert page(client, "weekly", **{"with": str(LAST.previous())}).context["compared"].lines


def test_the_unit_tab_and_the_week_chosen_on_it(world, client, two_weeks):
    pk = world.ids["hi"]
    assert page(client, "show-unit-week", LAST, pk).context["page"].coverage.part == OWN
    answer = client.get(reverse("orgs:show-unit", args=[pk]), {"week": str(LAST)})
    assert answer.context["as_of"].panel.context["past"].coverage.part == OWN


def test_rows_and_differences(world, client, two_weeks):
    pk = world.ids["hi"]
    rows = page(client, "show-rows", LAST, pk, "covered_capped")
    assert rows.context["breakdown"].total == OWN
    assert PART in rows.text
    for name, total in (("covered_capped", OWN), ("opened", 1)):
        found = page(client, "show-difference", LAST, pk, name, LAST.previous())
        assert found.context["found"].total == total, name
        assert PART in found.text
        assert "合计含全部下级和本级" not in found.text


def test_the_sentence_of_the_home_page_and_the_bulletin(world, organiser, client, two_weeks):
    briefing = client.get("/").context["briefing"]
    whole = Client()
    whole.force_login(User.objects.get(username="province"))
    assert briefing.sentence != whole.get("/").context["briefing"].sentence
    lines = organiser.units_in_charge().spans[0].lines
    figures = bulletin_figures.read(two_weeks, world["hi"], scope="all", lines=lines)
    assert (figures.coverage.part, figures.totals["opened"]) == (OWN, 1)


def test_the_file_of_the_whole_week_has_no_sums_of_the_province(world, client, two_weeks):
    rows = {row["组织代码"]: row for row in table(b"".join(client.get(url(world, "hi"), {"export": "csv"})))}
    assert not any(code.startswith("hnu") for code in rows)
    own = rows["hi"]
    assert {value for name, value in own.items() if name.endswith("（含下级）")} == {""}
    assert own["覆盖率分子（人）"] == ""
    assert rows["qh"]["覆盖率分子（人）"] == str(OWN)


def test_a_token_reads_no_sums_of_the_province(world, organiser, two_weeks):
    text = tokens.issue(world["hi"], title="周报", days=30, by=organiser).text
    headers = {"Authorization": f"Bearer {text}"}
    answer = Client().get(reverse("api:list-figures", args=[LAST]), {"limit": 500}, headers=headers)
    items = {each["code"]: each for each in answer.json()["items"]}
    assert set(items.pop("hi")["subtree"].values()) == {None}
    assert items["qh"]["coverage_part"] == OWN
    text = Client().get(reverse("api:download-figures", args=[LAST]), headers=headers)
    lines = {each["code"]: each for each in csv.DictReader(io.StringIO(text.getvalue().decode("utf-8-sig")))}
    assert lines["hi"]["sub_holders"] == ""
    assert lines["qh"]["sub_holders"] != ""


def test_a_campaign_counts_what_is_theirs(world, client):
    for code, kind in (("hnu-law-1201", "class"), ("qh-hs-jl", "branch")):
        add_group(world, code, kind, at=at(10))
    kinds = {"kinds": ["class_branch", "village"]}
    wanted = figure("groups_member", kinds, code="groups", threshold="1", deadline_at=at(14))
    made = make_campaign(world, wanted)
    judge(made, NOW)
    text = page(client, "show-campaign-board", made.pk, world.ids["hi"]).text
    # Of the four villages; with the classes it would be 2/9.
    assert row_of(text, "合计") == "合计（本级和所列单位） 已逾期 1/4"
    assert "应达到 4 项次，已达到 1 项次" in page(client, "show-campaign", made.pk).text


def test_a_county_with_a_university_has_one_figure_on_every_page(world, client, mixed, two_weeks):
    """The figure of the list above opens rows that sum to it; what is of another line is one row without a name."""
    pk = world.ids["qh"]
    assert WeekUnit.objects.get(week=two_weeks, unit_id=pk).sub_orgs == 8
    [above] = [
        part
        for part in page(client, "show-rows", LAST, world.ids["hi"], "orgs").context["breakdown"].parts
        if part.unit_id == pk
    ]
    rows = client.get(above.url)
    parts = rows.context["breakdown"].parts
    assert (above.value, rows.context["breakdown"].total, sum(part.value for part in parts)) == (8, 8, 8)
    assert (parts[-1].name, parts[-1].value, parts[-1].url) == ("其他战线的所属单位", 2, "")
    assert "琼海学院" not in rows.text
    found = page(client, "show-unit-week", LAST, pk)
    assert found.context["page"].board.figure("orgs") == 8
    assert "其他战线的所属单位计入合计" in found.text
    assert "琼海学院" not in found.text
    assert page(client, "weekly", unit=pk).context["page"].board.figure("orgs") == 8


def test_where_no_other_line_hangs_below_the_whole_is_read(world, client, two_weeks):
    found = page(client, "show-unit-week", LAST, world.ids["qh"])
    assert found.context["page"].board.is_whole
    assert found.context["page"].more
    assert PART not in found.text
