"""Rounds: who is expected, who is exempt, who may launch (UNI-3.3)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.exceptions import AccountsError
from accounts.models import CollectionRound, Expected
from accounts.operations import collection, rounds
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from tests.accounts.factories import launch

LIST, LAUNCH = reverse("accounts:list-rounds"), reverse("accounts:launch-round")


def expected_codes(round) -> set[str]:
    return set(Expected.objects.filter(round=round).values_list("unit__code", flat=True))


def test_first_phase_leaves_out_the_newest_intake(world, cast):
    found = expected_codes(launch(world, cast, intake_years=[2012]))
    assert {"hnu", "hnu-law", "hnu-law-1201", "qzu-sci-1201"} <= found
    assert "hnu-law-1301" not in found


def test_second_phase_is_for_one_intake(world, cast):
    assert expected_codes(launch(world, cast, kinds=["class_branch"], intake_years=[2013])) == {
        "hnu-law-1301"
    }


def test_closed_units_and_other_provinces_are_not_expected(world, cast):
    OrgUnit.objects.filter(code="hnu-tour-1201").update(is_open=False, closed_on=clock.today())
    found = expected_codes(launch(world, cast, kinds=["class_branch", "county"]))
    assert "hnu-tour-1201" not in found
    assert "aq-zy" not in found


def test_department_launches_for_its_lines_only(world, cast):
    found = expected_codes(launch(world, cast, kinds=["class_branch", "village"], by=cast["schools"]))
    assert found
    assert not found & {"qh-hs-jl", "wn-xl-nl"}


def test_expected_list_takes_the_same_number_of_statements_for_one_and_for_many(world, cast):
    few = _statements(lambda: launch(world, cast, kinds=["university"]))
    many = _statements(
        lambda: launch(world, cast, kinds=["university", "college", "class_branch", "village"])
    )
    assert few == many


def test_round_that_reaches_nobody_is_refused(world, cast):
    with pytest.raises(AccountsError):
        launch(world, cast, kinds=["enterprise"])
    assert not CollectionRound.objects.exists()


@pytest.mark.parametrize("who", ["university", "college", "secretary", "auditor"])
def test_only_the_province_launches(world, cast, who):
    with pytest.raises(NotAllowed):
        launch(world, cast, by=cast[who])


def test_exempt_unit_has_a_reason_and_fills_no_more(world, cast):
    round = launch(world, cast)
    expected = Expected.objects.get(round=round, unit=world["hnu-law-1201"])
    with pytest.raises(AccountsError):
        rounds.exempt(expected, reason=" ", by=cast["college"])
    rounds.exempt(expected, reason="本学期在外实习", by=cast["college"])
    with pytest.raises(NotAllowed):
        collection.save_draft(round, world["hnu-law-1201"], [], version=0, by=cast["secretary"])


def test_unit_founded_later_gets_its_own_clock(world, cast):
    round = launch(world, cast, kinds=["college"])
    later = round.deadline_at + timedelta(days=9)
    expected = rounds.expect(round, world["hnu-law-1201"], deadline_at=later, by=cast["province"])
    assert expected.deadline_at == later


def test_province_launches_on_the_page_and_a_date_means_the_end_of_the_day(world, sign_in):
    client = sign_in("province")
    data = {
        "unit": world["hi"].pk,
        "title": "微信及管理员信息收集",
        "field_list": client.get(LAUNCH).context["form"].fields["field_list"].queryset.get(code="UNI-A").pk,
        "kinds": ["university", "class_branch"],
        "intake_years": "2011、2012",
        "opens_on": "2026-11-18",
        "deadline_on": "2026-11-25",
        "clause": "UNI-3.3",
    }
    assert client.post(LAUNCH, data).url == LIST
    launched = CollectionRound.objects.get()
    assert launched.deadline_at == datetime(2026, 11, 26, tzinfo=clock.SHANGHAI)
    assert launched.intake_years == [2011, 2012]
    assert "微信及管理员信息收集" in client.get(LIST).content.decode()


def test_launch_page_says_what_is_wrong(sign_in):
    response = sign_in("province").post(LAUNCH, {"intake_years": "去年"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "<title>错误：" in page
    assert "请填写填报任务的名称。" in page
    assert "请至少选择一类填报的团组织。" in page


def test_phases_left_empty_are_not_called_wrong(sign_in):
    page = sign_in("province").post(LAUNCH, {"intake_years": "去年"}).content.decode()
    assert "请填写阶段" not in page


@pytest.mark.parametrize("is_phase", [False, True])
def test_a_day_out_of_reach_is_said_on_the_page(sign_in, is_phase):
    client = sign_in("province")
    phase = client.get(LAUNCH).context["form"].phases[0].prefix
    prefix = f"{phase}-" if is_phase else ""
    days = {f"{prefix}title": "第一阶段", f"{prefix}opens_on": "0001-01-01"}
    response = client.post(LAUNCH, days | {f"{prefix}deadline_on": "9999-12-31"})
    assert response.status_code == 422
    assert "前后两年以内" in response.content.decode()


@pytest.mark.parametrize("address", [LIST, LAUNCH])
def test_wrong_role_gets_403(sign_in, address):
    assert sign_in("university").get(address).status_code == 403
    assert sign_in("secretary").get(address).status_code == 403


def test_province_sees_its_own_rounds_only(world, cast, sign_in):
    launch(world, cast, title="海南的一轮")
    assert "海南的一轮" in sign_in("national").get(LIST).content.decode()
    assert "海南的一轮" in sign_in("schools").get(LIST).content.decode()


def test_list_takes_the_same_number_of_statements_with_one_and_thirty_rows(world, cast, sign_in):
    client = sign_in("province")
    launch(world, cast, kinds=["university"])
    few = _statements(lambda: client.get(LIST))
    for at in range(29):
        launch(world, cast, kinds=["university"], title=f"第{at}轮")
    assert _statements(lambda: client.get(LIST)) == few


def _statements(action) -> int:
    with CaptureQueriesContext(connection) as captured:
        action()
    return len(captured)


def test_second_tap_on_launch_gives_one_round(world, sign_in):
    client = sign_in("province")
    page = client.get(LAUNCH)
    data = {
        "unit": world["hi"].pk,
        "title": "微信及管理员信息收集",
        "field_list": page.context["form"].fields["field_list"].queryset.get(code="UNI-A").pk,
        "kinds": ["university"],
        "opens_on": "2026-11-18",
        "deadline_on": "2026-11-25",
        "key": page.context["key"],
    }
    assert f'name="key" value="{data["key"]}"' in page.content.decode()
    assert client.post(LAUNCH, data | {"kinds": ["enterprise"]}).status_code == 422
    for _tap in range(2):
        assert client.post(LAUNCH, data).url == LIST
    assert CollectionRound.objects.count() == 1
    client.post(LAUNCH, data | {"key": client.get(LAUNCH).context["key"]})
    assert CollectionRound.objects.count() == 2


def test_province_closes_a_round_from_the_list(world, cast, sign_in):
    round = launch(world, cast)
    page = reverse("accounts:close-round", args=[round.pk])
    client = sign_in("province")
    assert page in client.get(LIST).content.decode()
    client.get(page)
    assert CollectionRound.objects.get().closed_at is None
    assert client.post(page).url == LIST
    assert CollectionRound.objects.get().closed_at == clock.now()
    assert page not in client.get(LIST).content.decode()
    assert sign_in("university").post(page).status_code == 404


def test_exempting_after_the_close_is_refused(world, cast):
    round = launch(world, cast)
    rounds.close_round(round, by=cast["province"])
    expected = Expected.objects.filter(unit=world["hnu-law-1201"]).select_related("round").get()
    with pytest.raises(AccountsError):
        rounds.exempt(expected, reason="在外实习", by=cast["college"])
