"""A committee's own published round is evidence on its own sheet, listed with one tap (SUP-2.2.3, SUP-A 一.2)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from scoring.choices import RoundState, SheetState
from scoring.content import content_of
from scoring.exceptions import NotReady
from scoring.models import AssessmentRound, Evidence, Sheet
from scoring.operations import round_evidence, rounds
from tests.scoring import round_steps as steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheet(sheets):
    return sheets["qh"]


@pytest.fixture
def own(world, cast, sheet):
    plan = steps.plan(steps.own_scheme(world["qh"]), title="乡镇考评")
    return rounds.open_round(world["qh"], plan, by=cast["city"])


def published(round):
    AssessmentRound.objects.filter(pk=round.pk).update(state=RoundState.PUBLISHED, published_at=clock.now())
    return AssessmentRound.objects.get(pk=round.pk)


def test_a_published_round_is_offered_once_and_listed_at_both_criteria(sheet, own, sign_in):
    client = sign_in("city")
    address = reverse("scoring:attach-round", args=[sheet.pk, own.pk])
    assert address not in client.get(sheet.get_absolute_url()).content.decode()
    published(own)
    assert address in client.get(sheet.get_absolute_url()).content.decode()
    client.post(address)
    client.post(address)
    assert list(Evidence.objects.order_by("pk").values_list("score__criterion__code", "title")) == [
        ("1.2.a", "对下一级的考核方案：乡镇考评（已公布）"),
        ("1.2.b", "全部直属下级的考核得分结果：乡镇考评（已公布）"),
    ]
    item = Evidence.objects.first().score.criterion.item_id
    page = client.get(sheet.get_absolute_url(), {"item": item}).content.decode()
    assert address not in page
    assert f'href="{reverse("scoring:show-results", args=[own.pk])}"' in page


def test_the_seal_covers_what_the_round_found(sheet, own, cast):
    """Another result of a township is another digest; sheets without such evidence keep the digest they had."""
    own = published(own)
    before = content_of(sheet)
    round_evidence.attach(sheet, own, by=cast["city"])
    found = content_of(sheet)["scores"]["1.2.b"]["evidence"][0]
    assert found["round_id"] == own.pk
    assert len(found["sha256"]) == 64
    assert before["scores"]["1.3"] == content_of(sheet)["scores"]["1.3"]
    Evidence.objects.all().delete()
    one = own.sheets.order_by("pk").first()
    Sheet.objects.filter(pk=one.pk).update(state=SheetState.FINAL, grade="good", total_points=8)
    round_evidence.attach(sheet, own, by=cast["city"])
    assert content_of(sheet)["scores"]["1.2.b"]["evidence"][0]["sha256"] != found["sha256"]


def test_a_second_round_of_the_same_title_is_offered_too(sheet, own, world, cast):
    facts = {"year": own.year, "title": own.title, "opened_at": clock.now()}
    days = {"self_until": own.self_until, "scoring_until": own.scoring_until}
    other = AssessmentRound.objects.create(unit=world["qh"], scheme=steps.scheme_of(), **facts, **days)
    other, own = published(other), published(own)
    round_evidence.attach(sheet, own, by=cast["city"])
    assert round_evidence.offered(sheet) == [other]
    # One that was listed before rounds were kept is told by its title.
    Evidence.objects.update(round=None)
    assert round_evidence.offered(sheet) == []


def test_only_the_unit_lists_it_and_only_a_published_one_of_its_own(sheet, own, cast, sheets, world):
    with pytest.raises(NotReady):
        round_evidence.attach(sheet, own, by=cast["city"])
    with pytest.raises(NotAllowed):
        round_evidence.attach(sheet, published(own), by=cast["province"])
    foreign = rounds.open_round(world["hi"], steps.plan(steps.scheme_of()), by=cast["province"])
    sheet.refresh_from_db()
    with pytest.raises(NotReady):
        round_evidence.attach(sheet, published(foreign), by=cast["city"])
