"""定稿 takes two persons: proposed, withdrawn or confirmed, and nothing changes in between."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from orgs.exceptions import Conflict, NotAllowed
from orgs.models import AuditEntry
from scoring.exceptions import NotReady, ReasonRequired, SheetFinal, SheetProposed
from scoring.models import Score, Sheet
from scoring.operations import finalising, flags, schemes, scores
from scoring.operations import sheets as operations
from tests.scoring.conftest import QIONGHAI, close_week
from tests.scoring.sheet_steps import assess_all, without_self_assessment

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(sheets, week, cast):
    """A sheet nothing is missing on."""
    sheet = without_self_assessment(
        assess_all(operations.compute_sheet(sheets["qh"]), cast["province"]), cast
    )
    schemes.approve_scheme(sheet.scheme, by=cast["province"])
    return sheet


@pytest.fixture
def proposed(ready, cast):
    return finalising.propose(ready, version=ready.version, by=cast["auditor"])


def test_who_proposed_does_not_confirm(proposed, cast):
    with pytest.raises(NotReady, match="两人"):
        finalising.confirm(proposed, version=proposed.version, by=cast["auditor"])
    sheet = finalising.confirm(proposed, version=proposed.version, by=cast["province"])
    sheet.refresh_from_db()
    assert (sheet.is_final, sheet.proposed_by, sheet.finalised_by) == (
        True,
        cast["auditor"],
        cast["province"],
    )
    assert len(sheet.content_hash) == 64
    assert AuditEntry.objects.get(verb="sheet.finalised").detail["digest"] == sheet.content_hash


def test_nobody_of_the_unit_proposes_confirms_or_withdraws(ready, proposed, cast):
    for who in ("city", "township", "outsider", "sysadmin", "nobody"):
        for step in (finalising.propose, finalising.confirm, finalising.withdraw_proposal):
            with pytest.raises(NotAllowed):
                step(proposed, version=proposed.version, by=cast[who])


def test_nothing_is_confirmed_or_withdrawn_before_it_is_proposed(ready, cast):
    for step in (finalising.confirm, finalising.withdraw_proposal):
        with pytest.raises(NotReady, match="还没有提出定稿"):
            step(ready, version=ready.version, by=cast["province"])


def test_nothing_changes_while_the_second_person_is_waited_for(sheets, world, cast):
    close_week(world, 46, {"qh": QIONGHAI | {"poor_streak_max": 3}})
    sheet = assess_all(operations.compute_sheet(sheets["qh"]), cast["province"])
    flags.confirm_consequence(sheet.consequences.get(), by=cast["province"])
    sheet.refresh_from_db()
    schemes.approve_scheme(sheet.scheme, by=cast["province"])
    sheet = without_self_assessment(sheet, cast)
    sheet = finalising.propose(sheet, version=sheet.version, by=cast["auditor"])
    flag = sheet.consequences.get(kind="not_excellent")
    refused = (
        lambda: scores.enter_assessed_score(
            sheet, "3.1", Decimal("0.1"), version=sheet.version, by=cast["province"]
        ),
        lambda: operations.compute_sheet(sheet, by=cast["province"]),
        lambda: flags.confirm_consequence(flag, by=cast["province"]),
        lambda: flags.dismiss_consequence(flag, reason="有误", by=cast["province"]),
        lambda: finalising.propose(sheet, version=sheet.version, by=cast["province"]),
        lambda: without_self_assessment(sheet, cast),
    )
    for change in refused:
        with pytest.raises(SheetProposed, match="另一人确认"):
            change()
    close_week(world, 47, {"qh": QIONGHAI | {"sub_covered_members": 0}})
    operations.compute_year(2026)
    assert Score.objects.get(sheet=sheet, criterion__code="2.2.a").computed_points == Decimal("0.50")


def test_withdrawn_it_may_change_again_and_the_second_person_says_why(proposed, cast):
    with pytest.raises(ReasonRequired, match="退回的理由"):
        finalising.withdraw_proposal(proposed, version=proposed.version, by=cast["province"])
    sheet = finalising.withdraw_proposal(
        proposed, version=proposed.version, reason="三.1 偏高", by=cast["province"]
    )
    assert AuditEntry.objects.get(verb="sheet.proposal_withdrawn").reason == "三.1 偏高"
    scores.enter_assessed_score(sheet, "3.1", Decimal("0.1"), version=sheet.version, by=cast["province"])
    sheet.refresh_from_db()
    sheet = finalising.propose(sheet, version=sheet.version, by=cast["province"])
    sheet = finalising.withdraw_proposal(sheet, version=sheet.version, by=cast["province"])
    assert not sheet.is_proposed


def test_what_was_read_before_somebody_else_saved_is_not_confirmed(proposed, cast):
    with pytest.raises(Conflict):
        finalising.confirm(proposed, version=proposed.version - 1, by=cast["province"])


def test_a_final_sheet_is_neither_proposed_nor_confirmed_again(proposed, cast):
    sheet = finalising.confirm(proposed, version=proposed.version, by=cast["province"])
    for step in (finalising.propose, finalising.confirm, finalising.withdraw_proposal):
        with pytest.raises(SheetFinal):
            step(sheet, version=sheet.version, by=cast["province"])
    assert AuditEntry.objects.filter(verb="sheet.finalised").count() == 1


def test_the_pages_lead_two_persons_to_the_end(ready, sign_in):
    def post(client, name, **data):
        version = Sheet.objects.get(pk=ready.pk).version
        address = reverse(f"scoring:{name}", args=[ready.pk])
        return client.post(address, {"version": version, **data}, follow=True).content.decode()

    auditor, province = sign_in("auditor"), sign_in("province")
    assert "等待另一人确认" in post(auditor, "propose-sheet")
    page = auditor.get(ready.get_absolute_url()).content.decode()
    assert reverse("scoring:withdraw-proposal", args=[ready.pk]) in page
    assert reverse("scoring:confirm-sheet", args=[ready.pk]) not in page
    assert reverse("scoring:enter-score", args=[ready.pk]) in page  # the table, without fields
    assert 'name="points_' not in page
    assert "须由两人办理" in post(auditor, "confirm-sheet")
    page = post(province, "confirm-sheet")
    sheet = Sheet.objects.get(pk=ready.pk)
    assert sheet.is_final
    assert sheet.short_hash in page
