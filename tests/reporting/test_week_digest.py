"""The digest of a week covers the columns it was closed with: weeks from before later figures still verify."""

from __future__ import annotations

import hashlib

import pytest
from django.db import connection

from orgs.kernel import triggers
from orgs.kernel.clock import Week
from reporting import rollup
from reporting.models import ClosedWeek, WeekUnit
from reporting.operations import weekly
from tests.reporting.registry import RandomRegistry

WEEK = Week(2026, 46)
LATER = "admin_persons follows_superior cadres cadres_with_account cadres_min_ok"
LATER += " requirements requirements_met requirements_overdue"
LATER = {f"{side}_{name}" for name in LATER.split() for side in ("own", "sub")}
TEXTS = {"kind_id", "line", "code", "name"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed_with(world):
    """closed_with(form) -> the week of a made-up registry, closed and digested in that form."""

    def _closed_with(form):
        RandomRegistry(WEEK, 21).build()
        closed = weekly.close_week(WEEK)
        if closed.digest_form != form:
            closed.digest_form = form
            closed.content_hash = rollup.content_hash(closed)
            with triggers.without_triggers(connection):
                closed.save()
        return closed

    return _closed_with


def told(value):
    return "" if value is None else str(int(value))


def by_hand(closed, left_out=frozenset()):
    """The digest in plain Python: each row as one line, numbers with commas, texts led by their length."""
    columns = {f.attname for f in WeekUnit._meta.concrete_fields} - {"week_id"} - left_out
    digest = hashlib.sha256(f"{closed.week}\n".encode())
    for row in WeekUnit.objects.for_week(closed.pk).order_by("unit_id").values(*columns):
        parts = []
        for name in sorted(columns):
            parts += [str(len(row[name])), row[name]] if name in TEXTS else [told(row[name])]
        digest.update(("".join(f"{part}," for part in parts) + "\n").encode())
    return digest.hexdigest()


def change(closed, **facts):
    with triggers.without_triggers(connection):
        WeekUnit.objects.for_week(closed.pk).update(**facts)


def test_a_week_closed_today_is_digested_over_every_column(closed_with):
    closed = closed_with(2)
    assert ClosedWeek().digest_form == 2
    assert closed.content_hash == rollup.content_hash(closed) == by_hand(closed)
    for name in LATER:
        before = WeekUnit.objects.for_week(closed.pk).values_list(name, flat=True).first()
        change(closed, **{name: 77})
        changed = rollup.content_hash(closed)
        assert changed not in {closed.content_hash, None}, name
        assert before != 77


def test_a_close_begun_by_an_older_version_is_digested_over_every_column(world):
    header = {"year": WEEK.year, "number": WEEK.number, "starts_on": WEEK.starts_on}
    ClosedWeek.objects.create(**header, digest_form=1)
    closed = weekly.close_week(WEEK)
    closed.refresh_from_db()
    assert closed.digest_form == 2
    assert closed.content_hash == by_hand(closed)


def test_a_week_closed_before_still_verifies(closed_with):
    closed = closed_with(1)
    assert closed.content_hash == by_hand(closed, LATER)
    change(closed, **dict.fromkeys(LATER))  # as the migration has left them
    assert rollup.content_hash(closed) == closed.content_hash
    change(closed, own_orgs=77)
    assert rollup.content_hash(closed) != closed.content_hash
