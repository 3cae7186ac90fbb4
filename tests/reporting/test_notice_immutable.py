"""A published notice withstands any SQL; units still sign for it, and it can still be withdrawn."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from reporting.models import Notice, NoticeRecipient
from reporting.operations import notice_recipients, notices

pytestmark = pytest.mark.django_db

FORBIDDEN = {
    "change the title": "UPDATE reporting_notice SET title = 'x' WHERE id = {pk}",
    "change every text": "UPDATE reporting_notice SET text = 'x'",
    "send it to another level": "UPDATE reporting_notice SET levels = '[3]' WHERE id = {pk}",
    "ask for no signature": "UPDATE reporting_notice SET must_sign = NOT must_sign WHERE id = {pk}",
    "change when it was sent": "UPDATE reporting_notice SET published_at = NULL, state = 'draft' WHERE id = {pk}",
    "delete it": "DELETE FROM reporting_notice WHERE id = {pk}",
    "delete everything": "DELETE FROM reporting_notice",
    "unsign": "UPDATE reporting_noticerecipient SET received_at = NULL WHERE notice_id = {pk}",
    "delete a signature": "DELETE FROM reporting_noticerecipient WHERE notice_id = {pk}",
    "take a withdrawal back": "UPDATE reporting_notice SET state = 'published' WHERE id = {withdrawn}",
    "change the reason": "UPDATE reporting_notice SET withdraw_reason = 'x' WHERE id = {withdrawn}",
}


@pytest.fixture
def sent(world, cast):
    def send(title):
        given = notices.Draft(title, "正文", world["hi"], kinds=["university"])
        made = notices.draft(world["hi"], given, by=cast["province"])
        return notices.publish(made.pk, version=made.version, by=cast["province"])

    found, other = send("发布的"), send("撤回的")
    notice_recipients.sign(found.pk, by=cast["university"])
    notices.withdraw(other.pk, reason="有误", by=cast["province"])
    found.withdrawn = other.pk
    return found


def everything():
    return [list(model.objects.order_by("pk").values_list()) for model in (Notice, NoticeRecipient)]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_raw_sql_cannot(sent, what):
    connection.check_constraints()
    before, statement = everything(), FORBIDDEN[what].format(pk=sent.pk, withdrawn=sent.withdrawn)
    with (
        pytest.raises(IntegrityError, match="immutable: reporting_notice"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert everything() == before


def test_others_still_sign_and_it_can_be_withdrawn(sent, cast):
    assert notice_recipients.sign(sent.pk, by=cast["outsider"]) == 1
    assert notices.withdraw(sent.pk, reason="有误", by=cast["province"]).state == "withdrawn"
