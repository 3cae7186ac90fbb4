"""A unit with nobody but a secretary assesses itself like any other, and sees nothing else."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from orgs.choices import Role
from scoring import todo
from scoring.models import Scheme, Score, Sheet
from scoring.operations import sheets as operations
from scoring.operations.schemes import SHIPPED, store
from scoring.scheme_files import parse
from tests.scoring.round_steps import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheet(world, scheme_files):
    """A sheet of the volunteers' association."""
    text = (SHIPPED / "sup-a-2013.yaml").read_text(encoding="utf-8")
    text = text.replace("code: sup-a", "code: sup-bodies", 1)
    text = text.replace("target_kinds: [county, prefecture]", "target_kinds: [affiliated_body]", 1)
    scheme = Scheme.objects.get(pk=store(parse(text), source=text).pk)
    return operations.open_sheets(scheme, 2026, [world["vol"]], by=None)[0]


@pytest.fixture
def secretary(sheet, world):
    return person("zhiyuan", world["vol"], Role.SECRETARY)


def test_the_secretary_of_a_direct_unit_assesses_it_on_the_page(sheet, secretary, client, world):
    (line,) = [each for each in todo.for_user(secretary) if each.url == sheet.get_absolute_url()]
    assert line.label == "年度自评未完成"
    client.force_login(secretary)
    score = Score.objects.get(sheet=sheet, criterion__code="1.3")
    item = score.criterion.item_id
    page = client.get(f"{sheet.get_absolute_url()}?item={item}")
    assert f'name="points_{score.pk}"' in page.content.decode()
    given = {"version": sheet.version, f"points_{score.pk}": "0.8"}
    client.post(f"{reverse('scoring:enter-score', args=[sheet.pk])}?item={item}", given)
    score.refresh_from_db()
    assert score.self_points == Decimal("0.8")
    assert client.get(reverse("scoring:download-sheet", args=[sheet.pk])).status_code == 200
    assert client.get(reverse("scoring:import-sheet", args=[sheet.pk])).status_code == 200
    tab = reverse("scoring:list-unit-sheets", args=[world["vol"].pk])
    assert tab in client.get(reverse("orgs:show-unit", args=[world["vol"].pk])).content.decode()


def test_a_branch_without_a_sheet_is_shown_no_assessment(sheets, sign_in, world, cast):
    secretary, unit = sign_in("secretary"), world["hnu-law-1201"]
    assert not [each for each in todo.for_user(cast["secretary"]) if "自评" in each.label]
    page = secretary.get(reverse("orgs:show-unit", args=[unit.pk])).content.decode()
    assert reverse("scoring:list-unit-sheets", args=[unit.pk]) not in page
    assert reverse("scoring:list-sheets") not in page
    assert not Sheet.objects.visible_to(cast["secretary"]).exists()
    assert secretary.get(sheets["hnu"].get_absolute_url()).status_code == 404
