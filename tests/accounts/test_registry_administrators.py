"""Administrators: appointed, corrected, replaced, ended; shown only one field at a time (SUP-2.2.2, SUP-2.1.4)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core import serializers
from django.urls import reverse

from accounts.choices import EventKind
from accounts.models import Administratorship, AdministratorshipVersion, RegistryEvent
from accounts.operations import registry
from accounts.operations.registry import PersonalData
from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import AuditEntry
from tests.accounts.factories import launch, submit_for
from tests.world import TODAY

PERSON = PersonalData("林某甲", "lin_moujia", "小林", "354120768", "13800000123")
OTHER = PersonalData("王某乙", "wang_mouyi", "", "", "13800000124")


@pytest.fixture
def term(world, cast):
    unit, by = world["hnu-law-1201"], cast["college"]
    account = registry.open_account(unit, platform="wechat_personal", identifier="law_1201", by=by)
    return registry.appoint_administrator(unit, account=account, person=PERSON, by=by)


def in_office_at(moment) -> list[int]:
    return list(AdministratorshipVersion.objects.as_of(moment).values_list("administratorship_id", flat=True))


def test_replacement_ends_one_term_and_begins_the_next_at_the_same_instant(world, cast, term):
    later = TODAY + timedelta(days=3)
    with clock.frozen(later):
        successor = registry.replace_administrator(
            term, OTHER, reason="未履行职责", by=cast["university"], on_demand_of=world["hi"]
        )
    term.refresh_from_db()
    assert (term.ended_at, successor.started_at) == (later, later)
    assert (term.replaced_by, term.on_demand_of, term.end_reason) == (successor, world["hi"], "未履行职责")
    assert (in_office_at(later - timedelta(seconds=1)), in_office_at(later)) == ([term.pk], [successor.pk])
    kinds = RegistryEvent.objects.filter(at=later).values_list("administratorship", "kind")
    assert set(kinds) == {(successor.pk, EventKind.APPOINTED), (term.pk, EventKind.ADMIN_REPLACED)}


def test_term_is_ended_once(cast, term):
    registry.end_administratorship(term, reason="毕业", by=cast["college"])
    with pytest.raises(IllegalMove):
        registry.end_administratorship(term, reason="毕业", by=cast["college"])


def test_a_form_corrects_nobody_who_has_left_meanwhile(world, cast, term):
    form = submit_for(launch(world, cast), world["hnu-law-1201"], cast["secretary"])
    stale = type(term).objects.select_related("unit").get(pk=term.pk)
    registry.end_administratorship(term, reason="毕业", by=cast["college"])
    with pytest.raises(IllegalMove):
        registry.correct_administrator(stale, OTHER, by=cast["university"], submission=form)
    assert not AdministratorshipVersion.objects.current().filter(administratorship=term).exists()


def test_closing_the_account_ends_the_terms(cast, term):
    registry.close_account(term.account, reason="停用", by=cast["college"])
    assert not Administratorship.objects.in_office().exists()
    assert in_office_at(TODAY) == []


def test_personal_data_stands_nowhere_but_in_the_encrypted_fields(cast, term):
    registry.correct_administrator(
        term, PersonalData("林某甲", "lin_new_id", "小林", "354120768", "13800000123"), by=cast["college"]
    )
    written = serializers.serialize("json", [*RegistryEvent.objects.all(), *AuditEntry.objects.all()])
    for secret in ("林某甲", "lin_moujia", "lin_new_id", "354120768", "13800000123"):
        assert secret not in json.dumps(json.loads(written), ensure_ascii=False)
    assert "13800000123" not in repr(PERSON)


def test_same_person_is_known_by_mobile_else_by_name(term):
    assert PersonalData("换了名字", mobile="138 0000 0123").same_person(term)
    assert PersonalData("林某甲").same_person(term)
    assert not PersonalData("林某甲", mobile="13800000999").same_person(term)


def reveal_url(term) -> str:
    return reverse("accounts:reveal", args=[term.pk])


def test_revealing_answers_one_field_and_keeps_who_what_and_why(sign_in, cast, term):
    response = sign_in("college").post(reveal_url(term), {"field": "mobile", "purpose": "核实抽查"})
    page = response.content.decode()
    assert "13800000123" in page
    assert "lin_moujia" not in page
    assert "no-store" in response["Cache-Control"]
    entry = AuditEntry.objects.get(verb="personal.revealed")
    assert (entry.by, entry.reason, entry.detail) == (cast["college"], "核实抽查", {"field": "mobile"})


def test_without_a_purpose_nothing_is_shown(sign_in, term):
    response = sign_in("college").post(reveal_url(term), {"field": "mobile", "purpose": " "})
    assert response.status_code == 422
    assert "13800000123" not in response.content.decode()
    assert not AuditEntry.objects.filter(verb="personal.revealed").exists()


def test_neighbour_gets_404_and_secretary_and_auditor_get_403(sign_in, term):
    asked = {"field": "mobile", "purpose": "核实"}
    assert sign_in("outsider").post(reveal_url(term), asked).status_code == 404
    assert sign_in("secretary").post(reveal_url(term), asked).status_code == 403
    assert sign_in("auditor").post(reveal_url(term), asked).status_code == 403


def test_sixty_an_hour_and_no_more(cast, term):
    for _each in range(60):
        registry.reveal(term, "qq", purpose="核实", by=cast["college"])
    with pytest.raises(NotAllowed):
        registry.reveal(term, "qq", purpose="核实", by=cast["college"])
    with clock.frozen(TODAY + timedelta(hours=1, seconds=1)):
        assert registry.reveal(term, "qq", purpose="核实", by=cast["college"]) == "354120768"
