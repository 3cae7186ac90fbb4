"""底数: recorded beside summed, whom a change concerns, and many from a file."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orgs.choices import Kind, Measure
from orgs.exceptions import Conflict, NotAllowed, UnusableFile
from orgs.kernel import clock
from orgs.models import AuditEntry, UnitBase, UnitBaseVersion
from orgs.operations import base_load, base_sums, bases, tree
from orgs.operations.base_load import NewBase
from orgs.operations.base_sums import Sum
from orgs.operations.opening import UnitBelow, open_below
from tests.reporting import closed_weeks
from tests.reporting.oracle import Oracle

pytestmark = pytest.mark.django_db
HEADER = "代码,全称,口径,底数,年份,来源"


def csv_of(*lines: str) -> bytes:
    return "\n".join([HEADER, *lines]).encode()


def preview(world, cast, *lines: str, code="hnu", key="university"):
    return base_load.preview_import(csv_of(*lines), "底数.csv", unit=world[code], by=cast[key])


def compared(world, code: str, measure=Measure.MEMBERS):
    return base_sums.compare([world[code]], measure)[0]


def record(world, code: str, count: int, measure=Measure.MEMBERS):
    return bases.record_base(world[code], measure=measure, count=count, year=2026, source="名册", by=None)


def test_the_sum_goes_down_to_the_first_recorded_figure_on_every_way(world):
    assert compared(world, "hnu").below == Sum(43 + 45 + 48 + 38, 0)
    record(world, "hnu-law", 150)
    assert compared(world, "hnu").below == Sum(150 + 38, 0)
    assert compared(world, "hnu-law").difference == 150 - (43 + 45 + 48)


def test_a_missing_figure_is_missing_and_not_zero(world):
    assert compared(world, "qh-hs").recorded is None
    assert compared(world, "vol").below == Sum(None, 0)
    assert compared(world, "vol").difference is None
    UnitBase.objects.filter(unit=world["hnu-law-1201"]).delete()
    assert compared(world, "hnu").below == Sum(45 + 48 + 38, 1)


def test_the_sums_are_those_of_the_weekly_report(world):
    record(world, "hnu-law", 150)
    UnitBase.objects.filter(unit=world["hnu-tour-1201"]).delete()
    UnitBaseVersion.objects.filter(unit=world["hnu-tour-1201"]).delete()
    oracle = Oracle(clock.Week(2026, 47)).rows()
    for code in ("hi", "hnu", "hnu-tour", "qh", "wn"):
        pk = world.ids[code]
        below = compared(world, code).below
        assert below == Sum(oracle[pk]["sub_base_members"], oracle[pk]["sub_base_missing"])


def test_the_page_takes_the_same_statements_with_one_child_and_with_many(world, sign_in):
    client, url = sign_in("university"), reverse("orgs:list-bases", args=[world.ids["hnu-tour"]])
    counts = []
    for n in (1, 60):
        new = [
            UnitBelow(world.ids["hnu-tour"], Kind.CLASS_BRANCH, f"t{n}-{k}", f"旅游{n}届{k}班", 2014)
            for k in range(n)
        ]
        open_below(new, by=None)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_page_shows_both_figures_the_difference_and_what_is_missing(world, sign_in):
    record(world, "hnu-law", 150)
    text = sign_in("university").get(reverse("orgs:list-bases", args=[world.ids["hnu"]])).content.decode()
    for shown in ("法学院团委", "150", "136", "14", "缺", "名册"):
        assert shown in text


def test_a_change_concerns_superiors_up_to_the_first_recorded_figure(world):
    record(world, "hnu", 5000)
    found = [
        (each.unit.code, each.base_changes)
        for each in base_sums.concerned_by(world["hnu-law-1201"], "members")
    ]
    assert found == [("hnu-law-1201", True), ("hnu-law", True), ("hnu", False), ("hi", False)]


def test_the_form_says_from_which_week_on_and_for_whom(world, sign_in):
    url = reverse("orgs:record-base", args=[world.ids["hnu-law-1201"]])
    text = sign_in("university").get(url).content.decode()
    assert "第47周" in text
    assert "海南大学团委" in text
    assessed = sign_in("university").get(url, {"measure": Measure.MEMBERS_2012}).content.decode()
    assert "只用于本级的年度考评" in assessed


def test_a_closed_week_keeps_its_base(world):
    closed_weeks.report(world, "hnu-law-1201", 40)
    week = closed_weeks.close()
    before = week.content_hash, week.units.get(unit_id=world.ids["hnu"]).sub_base_members
    record(world, "hnu-law-1201", 99)
    week.refresh_from_db()
    assert (week.content_hash, week.units.get(unit_id=world.ids["hnu"]).sub_base_members) == before


def test_a_file_is_checked_and_then_recorded_whole(world, cast):
    found = preview(
        world, cast,
        "hnu-law-1201,法学2012级1班团支部,团员数,44,2026,名册",
        "hnu-law-1202,,现有团员数（工作口径）,45,2026,团支部名册",
        "hnu-tour,,青年数,300,2026,名册",
    )  # fmt: skip
    assert (found.errors, found.n_changed, found.n_first, found.n_unchanged) == ([], 1, 1, 1)
    assert UnitBase.objects.get(unit=world["hnu-law-1201"]).count == 43
    assert base_load.import_bases(found.new, unit=world["hnu"], by=cast["university"]) == 2
    assert UnitBase.objects.get(unit=world["hnu-law-1201"]).count == 44
    assert UnitBaseVersion.objects.current().get(unit=world["hnu-law-1201"]).count == 44
    assert UnitBaseVersion.objects.filter(unit=world["hnu-law-1201"]).count() == 2
    assert AuditEntry.objects.filter(verb="base.recorded").count() == 2
    assert base_load.import_bases(found.new, unit=world["hnu"], by=cast["university"]) == 0


def test_all_errors_are_named_at_once_with_row_and_column(world, cast):
    found = preview(
        world, cast,
        "nowhere,,团员数,44,2026,名册",
        "qzu-sci-1201,,团员数,44,2026,名册",
        "hnu-law-1201,别的团支部,团员数,44,2026,名册",
        "hnu-law-1202,,党员数,44,2026,名册",
        "hnu-law-1202,,团员数,很多,2026,名册",
        "hnu-law-1202,,团员数,44,2030,名册",
        "hnu-law-1301,,团员数,50,2026,",
        "hnu,,考评团员数,50,2012,统计",
        "hnu-tour-1201,,团员数,50,2026,名册",
        "hnu-tour-1201,,团员数,51,2026,名册",
    )  # fmt: skip
    assert [(error.row, error.column) for error in found.errors] == [
        (2, "代码"), (3, "代码"), (4, "全称"), (5, "口径"), (6, "底数"), (7, "年份"), (8, "来源"), (9, "口径"), (11, "代码"),
    ]  # fmt: skip
    assert found.n_rejected == 9


def test_a_row_with_two_faults_names_both(world, cast):
    found = preview(world, cast, "nowhere,,团员数,几,2026,名册")
    assert [(error.row, error.column) for error in found.errors] == [(2, "底数"), (2, "代码")]


def test_a_foreign_code_reads_as_one_that_does_not_exist(world, cast):
    messages = {
        error.message
        for error in preview(world, cast, "x,,团员数,1,2026,名册", "qzu,,团员数,1,2026,名册").errors
    }
    assert len(messages) == 1


def test_a_file_without_the_columns_is_refused(world, cast):
    with pytest.raises(UnusableFile, match="表头"):
        base_load.preview_import(
            "名称,人数\n甲,1".encode(), "a.csv", unit=world["hnu"], by=cast["university"]
        )


def test_what_a_unit_is_assessed_by_is_imported_from_above_only(world, cast):
    base = NewBase(world.ids["hnu"], Measure.MEMBERS_2012, 5000, 2012, "统计")
    with pytest.raises(NotAllowed):
        base_load.import_bases([base], unit=world["hnu"], by=cast["university"])
    assert base_load.import_bases([base], unit=world["hi"], by=cast["province"]) == 1


def test_a_unit_that_closed_since_the_preview_stops_the_whole_import(world, cast):
    found = preview(world, cast, "hnu-law-1201,,团员数,44,2026,名册", "hnu-law-1202,,团员数,46,2026,名册")
    tree.close_units([world["hnu-law-1202"]], reason="撤销", by=None)
    with pytest.raises(Conflict):
        base_load.import_bases(found.new, unit=world["hnu"], by=cast["university"])
    assert UnitBase.objects.get(unit=world["hnu-law-1201"]).count == 43


def test_statements_of_an_import_do_not_grow_with_the_file(world, cast):
    new = [
        UnitBelow(world.ids["hnu-tour"], Kind.CLASS_BRANCH, f"i-{k}", f"导入{k}班", 2014) for k in range(102)
    ]
    units = open_below(new, by=None)
    counts = []
    for some in (units[:2], units[2:]):
        lines = [f"{unit.code},,团员数,{40 + n % 10},2026,名册" for n, unit in enumerate(some)]
        with CaptureQueriesContext(connection) as captured:
            found = preview(world, cast, *lines)
            base_load.import_bases(found.new, unit=world["hnu"], by=cast["university"])
        counts.append(len(captured))
    more = 0 if connection.features.max_query_params is None else 20
    assert counts[0] <= counts[1] <= counts[0] + more


def upload(client, world, *lines: str):
    file = SimpleUploadedFile("底数.csv", csv_of(*lines))
    return client.post(reverse("orgs:import-bases", args=[world.ids["hnu"]]), {"file": file})


def test_import_by_the_pages(world, sign_in):
    client = sign_in("university")
    answer = upload(client, world, "hnu-law-1201,,团员数,44,2026,名册")
    assert "确认导入" in answer.content.decode()
    confirm = reverse("orgs:confirm-bases", args=[world.ids["hnu"]])
    assert client.post(confirm, {"sealed": answer.context["sealed"]}).status_code == 302
    assert UnitBase.objects.get(unit=world["hnu-law-1201"]).count == 44


def test_the_preview_of_a_file_names_the_superiors_whose_figures_change(world, cast, sign_in):
    """Those whom the single form names for each unit, once, and none that stands in the file itself."""
    bases.record_base(
        world["hnu"], measure=Measure.MEMBERS, count=900, year=2026, source="统计", by=cast["province"]
    )
    lines = (
        "hnu-law-1201,,团员数,44,2026,名册",
        "hnu-law,,团员数,136,2026,名册",
        "hnu-tour-1201,,团员数,39,2026,名册",
    )
    answer = upload(sign_in("university"), world, *lines)
    shown = [(each.unit.code, each.base_changes) for each in answer.context["concerned"]]
    assert shown == [("hi", False), ("hnu", False), ("hnu-tour", True)]
    assert "受影响的 3 个上级" in answer.content.decode()
    alone = base_sums.superiors_concerned([(world.ids["qh-hs-jl"], Measure.MEMBERS)])
    assert alone == base_sums.concerned_by(world["qh-hs-jl"], Measure.MEMBERS)[:0:-1]


def test_who_imported_a_base_stands_in_the_changes_of_its_unit(world, cast, sign_in):
    found = preview(world, cast, "hnu-law-1201,,团员数,44,2026,名册", "hnu-law-1202,,团员数,46,2026,名册")
    base_load.import_bases(found.new, unit=world["hnu"], by=cast["university"])
    url = reverse("accounts:list-unit-changes", args=[world.ids["hnu-law-1201"]])
    newest = sign_in("university").get(url).context["changes"][0]
    assert (newest.word, newest.by) == ("更正底数", cast["university"].display_name)


def test_a_faulty_file_offers_nothing_to_confirm(world, sign_in):
    text = upload(sign_in("university"), world, "hnu-law-1201,,团员数,几,2026,名册").content.decode()
    assert "第 2 行" in text
    assert "确认导入" not in text


def test_a_sealed_file_is_worth_nothing_to_another_person(world, sign_in):
    sealed = upload(sign_in("university"), world, "hnu-law-1201,,团员数,44,2026,名册").context["sealed"]
    url = reverse("orgs:confirm-bases", args=[world.ids["hnu"]])
    for key, text in (("province", sealed), ("university", sealed + "x")):
        sign_in(key).post(url, {"sealed": text})
    assert UnitBase.objects.get(unit=world["hnu-law-1201"]).count == 43


def test_the_template_names_the_units_below(world, sign_in):
    url = reverse("orgs:download-base-template", args=[world.ids["hnu-law"]])
    text = sign_in("university").get(url).content.decode("utf-8-sig")
    assert text.splitlines()[0] == HEADER
    assert "hnu-law-1201" in text
