"""Moves between two weeks are named on the page and in the bulletin; a new line below the same superior is none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orgs.choices import Line
from orgs.kernel import clock
from orgs.models import UnitVersion
from reporting.models import Bulletin
from reporting.operations import bulletins
from tests.reporting.bulletin_steps import two_weeks
from tests.reporting.closed_weeks import LAST, close

pytestmark = pytest.mark.django_db
NEXT = LAST.next()


@pytest.fixture
def later(world):
    """later(code, fact=value): how the unit stands from the Tuesday of the next week on, which is closed."""
    two_weeks(world)

    def _later(code: str, **changed):
        with clock.frozen(NEXT.starts_at + timedelta(days=1)):
            unit, now = world[code], clock.now()
            for fact, value in changed.items():
                setattr(unit, fact, value)
            unit.save()
            current = UnitVersion.objects.get(unit=unit, valid_to__isnull=True)
            facts = {fact: getattr(current, fact) for fact in UnitVersion.FACTS} | changed
            UnitVersion.objects.filter(pk=current.pk).update(valid_to=now)
            UnitVersion.objects.create(unit=unit, valid_from=now, **facts)
        with clock.frozen(NEXT.ends_at + timedelta(hours=1)):
            return close(NEXT)

    return _later


def drafted(world, cast, who, code, closed, **given) -> Bulletin:
    with clock.frozen(NEXT.ends_at + timedelta(hours=2)):
        return bulletins.draft(world[code], closed, by=cast[who], **given)


def test_a_new_line_below_the_same_superior_is_no_move(sign_in, world, cast, later):
    closed = later("qzu", line=Line.SCHOOL)
    bulletin = drafted(world, cast, "province", "hi", closed, scope="university")
    assert world["qzu"].name not in str(bulletin.figures["units"])
    assert bulletin.figures["moves"] == []
    with clock.frozen(NEXT.ends_at + timedelta(hours=2)):
        answer = sign_in("province").get("/weekly/", {"scope": "university"})
    assert answer.context["page"].moves == []


def test_a_move_is_named_in_the_bulletin_of_the_superior(world, cast, later):
    closed = later("hnu-law-1301", parent_id=world.ids["hnu"])
    bulletin = drafted(world, cast, "university", "hnu", closed)
    sentence = f"本周由其他上级划入：{world['hnu-law-1301'].name}。较上周的变化含划入单位。"
    assert bulletin.figures["moves"] == [sentence]
    assert sentence in bulletin.body["text"]


def test_a_unit_that_went_deeper_is_named_as_gone(world, cast, later):
    closed = later("hnu-tour", parent_id=world.ids["hnu-law"])
    bulletin = drafted(world, cast, "university", "hnu", closed)
    assert bulletin.figures["moves"] == [
        f"本周划归其他上级：{world['hnu-tour'].name}。较上周的变化含划出单位。"
    ]
