"""Two people at once: one draft, one publication of it, and no number twice."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections

from orgs.exceptions import OrgsError
from orgs.kernel import clock
from reporting.models import Bulletin, BulletinRecipient
from reporting.operations import bulletin_notices, bulletins
from tests import cast as cast_module
from tests.reporting.bulletin_steps import two_weeks
from tests.reporting.closed_weeks import LAST, close
from tests.world import TODAY

pytestmark = [
    pytest.mark.race,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


@pytest.fixture
def cast(transactional_world):
    return cast_module.build(transactional_world)


@pytest.fixture
def closed(transactional_world, cast):
    return two_weeks(transactional_world)


def at_once(*actions) -> list[object]:
    """Results or errors of the actions, begun at the same instant, each on a connection of its own."""
    barrier, results = threading.Barrier(len(actions)), [None] * len(actions)

    def run(at, action):
        try:
            with clock.frozen(TODAY):
                barrier.wait()
                results[at] = action()
        except OrgsError as error:
            results[at] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_generated_twice_there_is_one_draft(transactional_world, cast, closed):
    unit, by = transactional_world["hi"], cast["province"]
    found = at_once(*[lambda: bulletins.draft(unit, closed, by=by)] * 3)
    assert {each.pk for each in found} == {Bulletin.objects.get().pk}


def test_a_draft_is_published_once(transactional_world, cast, closed):
    by = cast["province"]
    draft = bulletins.draft(transactional_world["hi"], closed, by=by)
    results = at_once(*[lambda: bulletins.publish(draft.pk, version=draft.version, by=by)] * 3)
    assert sum(isinstance(each, Bulletin) for each in results) == 1
    assert sum(isinstance(each, OrgsError) for each in results) == 2
    assert BulletinRecipient.objects.count() == 5


def test_corrected_twice_there_is_one_draft(transactional_world, cast, closed):
    by = cast["province"]
    old = bulletins.draft(transactional_world["hi"], closed, by=by)
    bulletins.publish(old.pk, version=old.version, by=by)
    results = at_once(*[lambda: bulletins.correct(old.pk, reason="底数有误", by=by)] * 3)
    assert sum(isinstance(each, Bulletin) for each in results) == 1
    assert sum(isinstance(each, OrgsError) for each in results) == 2
    assert Bulletin.objects.drafts().get().corrects_id == old.pk


def test_two_weeks_published_at_once_get_two_numbers(transactional_world, cast, closed):
    unit, by = transactional_world["hi"], cast["province"]
    drafts = [bulletins.draft(unit, each, by=by) for each in (closed, close(LAST.previous()))]
    at_once(*[lambda each=each: bulletins.publish(each.pk, version=each.version, by=by) for each in drafts])
    assert sorted(Bulletin.objects.values_list("number", flat=True)) == [1, 2]


def test_an_answer_meets_the_publication(transactional_world, cast, closed):
    by = cast["province"]
    draft = bulletins.draft(transactional_world["hi"], closed, by=by)
    bulletin_notices.tell(draft.pk, by=by)
    notice = draft.notices.get(unit__code="hnu")
    answered, published = at_once(
        lambda: bulletin_notices.answer(notice.pk, "情况属实", by=cast["university"]),
        lambda: bulletins.publish(draft.pk, version=draft.version, by=by),
    )
    assert isinstance(published, Bulletin)
    notice.refresh_from_db()
    assert notice.answer == ("" if isinstance(answered, OrgsError) else "情况属实")
