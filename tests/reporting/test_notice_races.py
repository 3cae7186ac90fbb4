"""Two people at once: a notice is published once, and each unit gets it once."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from orgs.exceptions import OrgsError
from reporting.models import Notice, NoticeRecipient
from reporting.operations import notice_recipients, notices
from tests import cast as cast_module
from tests.reporting.test_bulletin_races import at_once

pytestmark = [
    pytest.mark.race,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


@pytest.fixture
def cast(transactional_world):
    return cast_module.build(transactional_world)


@pytest.fixture
def draft(transactional_world, cast):
    unit = transactional_world["hi"]
    given = notices.Draft("通知", "正文", unit, kinds=["university"])
    return notices.draft(unit, given, by=cast["province"])


def test_a_draft_is_published_once(draft, cast):
    by = cast["province"]
    results = at_once(*[lambda: notices.publish(draft.pk, version=draft.version, by=by)] * 3)
    assert sum(isinstance(each, Notice) for each in results) == 1
    assert sum(isinstance(each, OrgsError) for each in results) == 2
    assert NoticeRecipient.objects.count() == 2


def test_saved_and_published_at_once_one_of_them_wins(draft, cast, transactional_world):
    by, version = cast["province"], draft.version
    other = notices.Draft("改过的", "正文", transactional_world["hi"], kinds=["university"])
    saved, published = at_once(
        lambda: notices.save_draft(draft.pk, other, version=version, by=by),
        lambda: notices.publish(draft.pk, version=version, by=by),
    )
    assert isinstance(saved, OrgsError) is not isinstance(published, OrgsError)
    draft.refresh_from_db()
    assert (draft.title == "改过的") is (draft.state == "draft")


def test_a_draft_thrown_away_by_two_is_gone_for_both(draft, cast):
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(cast["province"])
    url = reverse("reporting:discard-notice", args=[draft.pk])
    # Whoever comes after the other has finished finds no draft any more.
    answers = at_once(*[lambda client=client: client.post(url).status_code for client in clients])
    assert set(answers) <= {302, 404}
    assert 302 in answers
    assert not Notice.objects.exists()


def test_signed_twice_at_once_there_is_one_signature(draft, cast):
    notices.publish(draft.pk, version=draft.version, by=cast["province"])
    results = at_once(*[lambda: notice_recipients.sign(draft.pk, by=cast["university"])] * 3)
    assert sorted(results) == [0, 0, 1]


def test_withdrawn_twice_the_first_reason_stands(draft, cast):
    notices.publish(draft.pk, version=draft.version, by=cast["province"])
    reasons = [lambda why=why: notices.withdraw(draft.pk, reason=why, by=cast["province"]) for why in "甲乙"]
    results = at_once(*reasons)
    assert sum(isinstance(each, OrgsError) for each in results) == 1
