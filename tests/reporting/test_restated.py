"""A second view adds the week's own figures up by today's tree, and says so: an oracle walks today's parents."""

from __future__ import annotations

import pytest

from orgs.kernel import clock
from orgs.models import OrgUnit, UnitBaseVersion
from orgs.operations import tree
from reporting.figures import ADDITIVE, SETTLED
from reporting.models import WeekUnit
from reporting.querysets.restated import restated
from tests.reporting.closed_weeks import LAST, close, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def moved(world):
    """Closed W45 and W46; afterwards the law college moves from one university to the other, a village to a city's town."""
    for code, base in (("qzu-sci", 90), ("hnu", 150)):
        UnitBaseVersion.objects.create(
            unit=world[code],
            measure="members",
            valid_from=LAST.previous().starts_at,
            count=base,
            year=2026,
            source="x",
        )
    report(world, "hnu-law-1201", 20, week=LAST.previous())
    close(LAST.previous())
    for code, contacts in (
        ("hnu-law-1202", 45),
        ("hnu-tour-1201", 38),
        ("qzu-sci-1201", 50),
        ("qh-hs-jl", 40),
    ):
        report(world, code, contacts)
    UnitBaseVersion.objects.filter(unit=world["hnu-law-1202"]).delete()
    closed = close()
    tree.move_unit(world["hnu-law"], world["qzu"], reason="并入", by=None)
    tree.move_unit(world["qh-hs-jl"], world["wn-xl"], reason="划转", by=None)
    tree.move_unit(world["hnu-law-1202"], world["qzu-sci"], reason="并班", by=None)
    return closed


def walked(closed):
    """{unit: {figure: value}} of the subtree under today's parents, in plain Python."""
    parents = dict(OrgUnit.objects.values_list("pk", "parent_id"))
    national = OrgUnit.objects.get(code="cn").pk
    rows = {row.unit_id: row for row in WeekUnit.objects.for_week(closed.pk)}
    children = {
        pk: [each for each, up in parents.items() if (up or national) == pk and each != pk] for pk in parents
    }

    def total(pk):
        row, below = rows.get(pk), [total(each) for each in children[pk]]
        found = {
            name: getattr(row, f"own_{name}", 0) + sum(each[name] for each in below)
            for name in (*ADDITIVE, *SETTLED)
        }
        bases = [each["base_members"] for each in below if each["base_members"] is not None]
        own = getattr(row, "own_base_members", None)
        found["base_members"] = own if own is not None else sum(bases) if bases else None
        if own is not None:
            found["covered_capped"] += sum(each["covered_without_base"] for each in below)
            found["covered_without_base"] = found["base_missing"] = 0
        return found

    return {pk: total(pk) for pk in parents}


@pytest.mark.parametrize(
    "code", ["cn", "hi", "hnu", "qzu", "qzu-sci", "hnu-law", "qh", "wn", "wn-xl", "hnu-law-1301"]
)
def test_every_figure_equals_a_walk_over_todays_parents(world, moved, code):
    expected = walked(moved)
    found = restated([moved.pk], world.ids[code], is_national=code == "cn")
    children = OrgUnit.objects.filter(parent_id=world.ids[code])
    if code == "cn":
        children = OrgUnit.objects.filter(parent_id=None).exclude(code="cn")
    assert {facts["child_id"] for facts in found} == set(children.values_list("pk", flat=True))
    for facts in found:
        for name in (*ADDITIVE, *SETTLED, "base_members"):
            assert facts[f"sub_{name}"] == expected[facts["child_id"]][name], (name, facts["child_id"])


def test_the_page_says_that_it_restates_and_shows_the_moved_unit_at_its_new_place(sign_in, world, moved):
    client = sign_in("province")
    for code, then, now in (("hnu", True, False), ("qzu", False, True)):
        url = f"/weekly/{LAST}/{world.ids[code]}/"
        assert ("法学院" in client.get(url).context["page"].children.__repr__()) is then
        answer = client.get(url, {"tree": "now"})
        assert "按现在的组织架构重算" in answer.text
        names = {line.entry.row.name for line in answer.context["page"].children}
        assert ("法学院团委" in names) is now


def test_the_restated_page_sums_and_its_root_equals_the_walk(sign_in, world, moved):
    expected = walked(moved)
    for code in ("hi", "qzu", "hnu", "wn"):
        page = sign_in("province").get(f"/weekly/{LAST}/{world.ids[code]}/", {"tree": "now"}).context["page"]
        known = expected[world.ids[code]]
        assert page.board.root.sub_covered_capped == known["covered_capped"]
        assert page.board.figure("orgs") == known["orgs"]
        assert page.coverage.base == (known["base_members"] or None)
        assert sum(row.sub_orgs for row in page.board.rows()) + page.board.root.own_orgs == known["orgs"]


def test_the_weekly_page_restates_too_and_opens_no_rows(sign_in, world, moved):
    answer = sign_in("province").get("/weekly/", {"tree": "now"})
    assert "按现在的组织架构重算" in answer.text
    assert "/rows/" not in answer.text
    assert "tree=now" in answer.text
    assert [str(each.week) for each in answer.context["page"].board.chosen.recent] == ["2026-W45", "2026-W46"]
    plain = sign_in("province").get("/weekly/").text
    assert "按现在的组织架构看这一周" in plain
    assert "按现在的组织架构重算" not in plain


def test_without_a_move_the_second_view_equals_the_first(sign_in, world):
    report(world, "hnu-law-1201", 20)
    closed = close()
    expected = {row.unit_id: row for row in WeekUnit.objects.for_week(closed.pk)}
    for code in ("cn", "hi", "hnu"):
        for facts in restated([closed.pk], world.ids[code], is_national=code == "cn"):
            row = expected[facts["child_id"]]
            for name in (*ADDITIVE, *SETTLED, "base_members"):
                assert facts[f"sub_{name}"] == getattr(row, f"sub_{name}"), name


def test_a_unit_founded_later_is_shown_for_what_it_took_over(sign_in, world):
    report(world, "hnu-law-1201", 20)
    close()
    with clock.frozen(LAST.next().starts_at):
        new = tree.create_unit(world["hnu"], kind="college", name="新学院团委", code="hnu-new", by=None)
        tree.move_unit(world["hnu-law-1201"], new, reason="划转", by=None)
    [facts] = [
        each
        for each in restated(list(WeekUnit.objects.values_list("week_id", flat=True)[:1]), world.ids["hnu"])
        if each["child_id"] == new.pk
    ]
    assert (facts["is_open"], facts["sub_holders"], facts["own_holders"]) == (None, 1, 0)
    page = sign_in("province").get(f"/weekly/{LAST}/{world.ids['hnu']}/", {"tree": "now"}).text
    assert "新学院团委" in page


def test_a_foreign_unit_stays_unseen(sign_in, world, moved):
    url = f"/weekly/{LAST}/{world.ids['hnu-law']}/"
    assert sign_in("university").get(url, {"tree": "now"}).status_code == 404
    assert sign_in("outsider").get(url, {"tree": "now"}).status_code == 200


def test_both_views_ask_at_most_fifteen_statements(sign_in, world, moved, django_assert_max_num_queries):
    client = sign_in("province")
    for url in (f"/weekly/{LAST}/{world.ids['hi']}/?tree=now", "/weekly/?tree=now"):
        with django_assert_max_num_queries(15):
            client.get(url)
