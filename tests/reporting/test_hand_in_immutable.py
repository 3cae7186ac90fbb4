"""What was handed in withstands any SQL; so does every planned number. Decided about is once."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from reporting.models import HandIn, PlannedNumber
from reporting.operations import hand_ins, planned_numbers
from tests.reporting.paper_scene import PLAN, handed, papers

pytestmark = pytest.mark.django_db

FORBIDDEN = {
    "another file for an accepted one": "UPDATE reporting_handin SET stored_name = 'x', sha256 = 'x' WHERE id = {accepted}",
    "another file for a waiting one": "UPDATE reporting_handin SET sha256 = 'x' WHERE id = {waiting}",
    "take the acceptance back": "UPDATE reporting_handin SET state = 'handed', decided_at = NULL WHERE id = {accepted}",
    "return it after all": "UPDATE reporting_handin SET state = 'returned' WHERE id = {accepted}",
    "stand again after a return": "UPDATE reporting_handin SET state = 'handed' WHERE id = {returned}",
    "change the reason": "UPDATE reporting_handin SET remark = 'x' WHERE id = {returned}",
    "be in time after all": "UPDATE reporting_handin SET is_late = NOT is_late WHERE id = {waiting}",
    "of another unit": "UPDATE reporting_handin SET unit_id = 1 WHERE id = {waiting}",
    "delete an accepted one": "DELETE FROM reporting_handin WHERE id = {accepted}",
    "delete a waiting one": "DELETE FROM reporting_handin WHERE id = {waiting}",
    "delete everything": "DELETE FROM reporting_handin",
    "another number": "UPDATE reporting_plannednumber SET planned = 1 WHERE id = {number}",
    "the first number once more": "UPDATE reporting_plannednumber SET superseded_at = NULL WHERE id = {first}",
    "no number": "DELETE FROM reporting_plannednumber WHERE id = {first}",
}


@pytest.fixture
def rows(world, cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    campaign = papers(world)
    accepted = handed(campaign, world["hnu"], cast["university"])
    returned = handed(campaign, world["qzu"], cast["outsider"])
    hand_ins.accept(accepted.pk, by=cast["province"])
    hand_ins.send_back(returned.pk, reason="重做", by=cast["province"])
    waiting = handed(campaign, world["qzu"], cast["outsider"], text="新的")
    first, number = (
        planned_numbers.plan(campaign.pk, PLAN, world["hnu"].pk, planned=n, by=cast["university"])
        for n in (5, 6)
    )
    found = {"accepted": accepted, "returned": returned, "waiting": waiting, "first": first, "number": number}
    return {name: row.pk for name, row in found.items()}


def everything():
    return [list(model.objects.order_by("pk").values_list()) for model in (HandIn, PlannedNumber)]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_raw_sql_cannot(rows, what):
    connection.check_constraints()
    before, statement = everything(), FORBIDDEN[what].format(**rows)
    with (
        # PostgreSQL finds first that another one stands already.
        pytest.raises(IntegrityError, match=r"immutable: reporting_|handin_one_standing|plannednumber_once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert everything() == before


def test_two_documents_never_stand_for_one(rows):
    waiting = HandIn.objects.get(pk=rows["waiting"])
    waiting.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        waiting.save(force_insert=True)
