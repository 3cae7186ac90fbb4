"""不良信息 in the assessment: figures beside 三.5, a grave one as a flag to be confirmed (SUP-2.2.1c, SUP-4.4.4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.html import escape

from accounts.choices import IncidentCategory, IncidentOutcome
from accounts.operations import incidents
from orgs.kernel import clock
from scoring import metrics, record_pages
from scoring.models import Consequence
from scoring.operations import flags
from scoring.operations import sheets as operations
from scoring.outcomes import outcome_of
from tests.scoring.conftest import HAINAN_UNIVERSITY, QIONGHAI, close_week
from tests.scoring.sheet_steps import arithmetic, assess_all
from tests.world import TODAY

pytestmark = pytest.mark.django_db

LAST_WEEK = TODAY - timedelta(days=7)  # within 2026-W46
CLAUSE = "SUP-4.4.4"


def record(world, cast, code, *, at=LAST_WEEK, found_at=None, is_handled=True, is_grave=False):
    with clock.frozen(at):
        facts = {"category": IncidentCategory.MISTAKE, "found_at": found_at or at, "by": cast["province"]}
        incident = incidents.record_incident(world[code], **facts)
        if is_handled:
            facts = {"outcome": IncidentOutcome.CLARIFIED, "handled_at": at, "by": cast["province"]}
            incidents.handle_incident(incident.pk, **facts)
        if is_grave:
            incidents.mark_grave(incident.pk, reason="影响较大", by=cast["province"])
    return incident


def flags_of(sheet):
    return Consequence.objects.filter(sheet=sheet, clause=CLAUSE)


def test_incidents_of_the_unit_and_below_stand_beside_the_criterion(sheets, week, world, cast):
    record(world, cast, "qh")
    record(world, cast, "qh-hs-jl", is_handled=False)
    record(world, cast, "hnu-law")
    found = arithmetic(operations.compute_sheet(sheets["qh"]), "3.5")
    assert (found["numerator"], found["denominator"], found["missing"]) == (1, 2, "people")


def test_without_an_incident_people_decide_with_nothing_beside(sheets, week):
    found = arithmetic(operations.compute_sheet(sheets["qh"]), "3.5")
    assert (found["numerator"], found["denominator"], found["missing"]) == (None, None, "people")


def test_what_was_recorded_after_the_last_closed_week_waits_for_the_next(sheets, week, world, cast):
    record(world, cast, "qh", at=TODAY, is_grave=True)
    sheet = operations.compute_sheet(sheets["qh"])
    assert arithmetic(sheet, "3.5")["denominator"] is None
    assert not flags_of(sheet).exists()


def test_an_incident_of_another_year_does_not_count(sheets, week, world, cast):
    record(world, cast, "qh", found_at=TODAY - timedelta(days=330), is_grave=True)
    assert not flags_of(operations.compute_sheet(sheets["qh"])).exists()


def test_a_grave_incident_is_flagged_until_confirmed(sheets, week, world, cast):
    incident = record(world, cast, "qh-hs", is_grave=True)
    flag = flags_of(operations.compute_sheet(sheets["qh"])).get()
    assert (flag.kind, flag.is_confirmed) == ("no_award", False)
    day = LAST_WEEK.date().isoformat()
    assert flag.trigger == f"不良信息第 {incident.pk} 号（{day} 发现）被认定为重大失误"
    flags.confirm_consequence(flag, by=cast["province"])
    operations.compute_sheet(sheets["qh"])
    assert flags_of(sheets["qh"]).get().is_confirmed


def test_an_incident_that_is_not_grave_raises_no_flag(sheets, week, world, cast):
    record(world, cast, "qh")
    assert not flags_of(operations.compute_sheet(sheets["qh"])).exists()


def test_a_mark_taken_back_takes_the_flag_back(sheets, week, world, cast):
    incident = record(world, cast, "qh", is_grave=True)
    assert flags_of(operations.compute_sheet(sheets["qh"])).exists()
    incidents.unmark_grave(incident.pk, reason="经核实不属实", by=cast["province"])
    assert not flags_of(operations.compute_sheet(sheets["qh"])).exists()


def test_each_fault_is_a_flag_of_its_own_and_computing_again_changes_nothing(sheets, week, world, cast):
    """The platform isn't completed either: confirmed, it says nothing about the incidents, nor one about another."""
    operations.compute_sheet(sheets["hnu"])
    flags.confirm_consequence(flags_of(sheets["hnu"]).get(), by=cast["province"])
    first = record(world, cast, "hnu", is_grave=True)
    operations.compute_sheet(sheets["hnu"])
    found = dict(flags_of(sheets["hnu"]).values_list("fault", "is_confirmed"))
    assert found == {"platform": True, f"incident-{first.pk}": False}
    second = record(world, cast, "hnu-law", is_grave=True)
    flags.confirm_consequence(flags_of(sheets["hnu"]).get(fault=f"incident-{first.pk}"), by=cast["province"])
    version = operations.compute_sheet(sheets["hnu"]).version
    found = dict(flags_of(sheets["hnu"]).values_list("fault", "is_confirmed"))
    assert found == {"platform": True, f"incident-{first.pk}": True, f"incident-{second.pk}": False}
    assert operations.compute_sheet(sheets["hnu"]).version == version
    barred = outcome_of(sheets["hnu"], flags_of(sheets["hnu"]).order_by("pk")).unit_words
    assert ("建群率" in barred, f"第 {first.pk} 号" in barred, f"第 {second.pk} 号" in barred) == (
        True,
        True,
        False,
    )


def test_the_flag_leads_to_the_incident_it_cites(sheets, week, world, cast, sign_in):
    incident = record(world, cast, "qh-hs", is_grave=True)
    record(world, cast, "qh")
    sheet = assess_all(operations.compute_sheet(sheets["qh"]), cast["auditor"])
    url = record_pages.of_fault(flags_of(sheet).get(), sheet)
    flags.confirm_consequence(flags_of(sheet).get(), by=cast["province"])
    for address in (sheet.get_absolute_url(), reverse("scoring:show-result", args=[sheet.pk])):
        page = sign_in("province").get(address).content.decode()
        assert (f"第 {incident.pk} 号" in page, escape(url) in page) == (True, True)
    assert [line.incident.pk for line in sign_in("city").get(url).context["lines"]] == [incident.pk]


def test_all_units_are_read_in_the_same_statements(world, cast, django_assert_num_queries):
    close_week(world, 46, {"qh": QIONGHAI, "hnu": HAINAN_UNIVERSITY})
    record(world, cast, "qh-hs")
    with django_assert_num_queries(10):
        metrics.read_year(2026, [world.ids["qh"]])
    with django_assert_num_queries(10):
        metrics.read_year(2026, [world.ids["qh"], world.ids["hnu"]])


def test_the_sheet_cites_the_incidents_it_counts_and_only_what_the_reader_may_see(
    sheets, week, world, cast, sign_in
):
    own, below = record(world, cast, "qh"), record(world, cast, "qh-hs-jl", is_handled=False)
    record(world, cast, "wn")  # another unit
    record(world, cast, "qh", at=TODAY)  # after the last closed week
    last_year = LAST_WEEK.replace(year=2025)
    record(world, cast, "qh", found_at=last_year)
    sheet = operations.compute_sheet(sheets["qh"])
    item = sheet.scores.get(criterion__code="3.5").criterion.item_id
    for who, expected in (("province", {own.pk, below.pk}), ("city", {own.pk, below.pk})):
        client = sign_in(who)
        workings = client.get(sheet.get_absolute_url(), {"item": item}).context["workings"]
        (url,) = {each.whole.numerator_url for each in workings if each.cell.score.criterion.code == "3.5"}
        page = client.get(url)
        assert {line.incident.pk for line in page.context["lines"]} == expected
        assert "共青团琼海市委" in page.context["about"]
    # Followed by somebody who sees only a part: that part.
    assert {line.incident.pk for line in sign_in("township").get(url).context["lines"]} == {below.pk}
    assert not sign_in("university").get(url).context["lines"]
