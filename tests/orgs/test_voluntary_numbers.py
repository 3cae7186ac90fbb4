"""团干部数: numbers a unit gives of its own free will, on the pages of bases, in the import and as a request (UNI-1.2.3, RUR-2.1)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from orgs.choices import Measure, RequestKind
from orgs.exceptions import NotAllowed
from orgs.models import UnitBase
from orgs.operations import base_load, base_sums, bases, requests
from orgs.operations.base_sums import Sum
from reporting.models import WeekUnit
from tests.orgs.test_bases import csv_of
from tests.reporting import closed_weeks

BRANCH = "hnu-law-1201"
VOLUNTARY = [Measure.CADRES, Measure.CADRES_WITH_ACCOUNT, Measure.CADRES_IN_TOUCH]

pytestmark = pytest.mark.django_db


def record(world, code, count, measure=Measure.CADRES, by=None):
    facts = {"measure": measure, "count": count, "year": 2026, "source": "自愿填报"}
    return bases.record_base(world[code], by=by, **facts)


@pytest.mark.parametrize("measure", VOLUNTARY)
def test_a_unit_records_its_own_number_and_no_stranger_does(world, cast, measure):
    record(world, "hnu", 7, measure, by=cast["university"])
    assert UnitBase.objects.get(unit=world["hnu"], measure=measure).count == 7
    with pytest.raises(NotAllowed):
        record(world, "hnu", 8, measure, by=cast["outsider"])


@pytest.mark.parametrize("measure", VOLUNTARY)
def test_a_branch_asks_its_superior_to_record_it(world, cast, measure):
    facts = {"measure": measure, "count": 3, "year": 2026, "source": "支部"}
    asked = requests.ask(
        world[BRANCH], kind=RequestKind.BASE, facts=facts, reason="自愿填报", by=cast["secretary"]
    )
    requests.approve(asked, by=cast["college"])
    assert UnitBase.objects.get(unit=world[BRANCH], measure=measure).count == 3


def test_numbers_settle_nothing_and_are_all_added_up_as_in_the_week(world):
    for code, count in (("hnu", 7), ("hnu-law", 2), (BRANCH, 0), ("hnu-tour-1201", 1)):
        record(world, code, count)
    [compared] = base_sums.compare([world["hnu"]], Measure.CADRES)
    assert (compared.recorded, compared.below) == (7, Sum(3, 0))
    assert base_sums.sums_below([world.ids["qzu"]], Measure.CADRES)[world.ids["qzu"]] == Sum(None, 0)
    row = WeekUnit.objects.get(week=closed_weeks.close(closed_weeks.LAST.next()), unit_id=world.ids["hnu"])
    assert (row.own_cadres, row.sub_cadres) == (7, 7 + 3)


def test_a_change_concerns_every_superior(world):
    record(world, "hnu", 7)
    found = base_sums.concerned_by(world[BRANCH], Measure.CADRES)
    assert [(each.unit.code, each.base_changes) for each in found] == [
        (BRANCH, True), ("hnu-law", True), ("hnu", True), ("hi", True),
    ]  # fmt: skip


def test_the_pages_say_that_it_is_voluntary_and_what_is_missing_is_not_reported(world, sign_in):
    record(world, "hnu-law", 2)
    client, asked = sign_in("university"), {"measure": Measure.CADRES}
    page = client.get(reverse("orgs:list-bases", args=[world.ids["hnu"]]), asked).text
    assert "自愿填报：各单位只登记本单位的人数" in page
    assert "未报" in page
    assert "缺" not in page.split("<main")[1]
    assert "登记数减合计" not in page
    page = client.get(reverse("orgs:record-base", args=[world.ids["hnu"]]), asked).text
    assert "自愿填报：只登记本单位自己的人数" in page
    assert "底数、覆盖率会变" not in page
    assert "自愿填报" in client.get(reverse("orgs:import-bases", args=[world.ids["hnu"]])).text


def test_a_file_names_them_in_full_or_in_short(world, cast):
    lines = [
        f"{BRANCH},,团干部数,5,2026,自愿填报",
        f"{BRANCH},,已使用微信的团干部数,4,2026,自愿填报",
        f"{BRANCH},,联系青年达到要求的团干部数,2,2026,自愿填报",
        "hnu-law,,已使用微信的团干部数（自愿填报）,1,2026,自愿填报",
        "hnu-law,,联系青年达到20人的团干部数,1,2026,自愿填报",
    ]
    found = base_load.preview_import(csv_of(*lines), "底数.csv", unit=world["hnu"], by=cast["university"])
    assert (found.errors, found.n_first) == ([], 5)
    assert base_load.import_bases(found.new, unit=world["hnu"], by=cast["university"]) == 5
    stored = UnitBase.objects.filter(unit=world[BRANCH], measure__in=VOLUNTARY)
    assert dict(stored.values_list("measure", "count")) == {
        "cadres": 5,
        "cadres_account": 4,
        "cadres_in_touch": 2,
    }
