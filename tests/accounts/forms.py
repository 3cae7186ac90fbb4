"""Rounds and submitted forms for the tests of review, packages and reminders: plain functions, required things only."""

from __future__ import annotations

from datetime import timedelta

from accounts.field_lists import RowInput
from accounts.models import CollectionRound, FieldList, Submission
from accounts.operations import collection, rounds
from orgs.choices import Kind
from orgs.kernel import clock
from orgs.models import OrgUnit, User

KINDS = (Kind.CLASS_BRANCH, Kind.COLLEGE, Kind.UNIVERSITY, Kind.VILLAGE, Kind.TOWNSHIP)


def launch(world, cast, **facts) -> CollectionRound:
    """A running round of UNI-A for everything below the province."""
    now = clock.now()
    given = {
        "title": "2026年秋季微信及管理员信息收集",
        "field_list": FieldList.objects.get(code="UNI-A"),
        "kinds": KINDS,
        "opens_at": now - timedelta(days=1),
        "deadline_at": now + timedelta(days=9),
        "by": cast["province"],
    }
    return rounds.launch_round(world["hi"], **(given | facts))


def row(unit: OrgUnit, n: int = 1, **changes: object) -> RowInput:
    """A row in which nothing needs verifying; `changes` by field code."""
    values = {
        "account_id": f"wx_{unit.code.replace('-', '_')}_{n}",
        "account_nickname": f"海南大学{unit.name}微信群",
        "groups": 1,
        "contacts": 30 + unit.pk % 7,
    }
    personal = {
        "admin_name": f"管理员{n}",
        "admin_wechat": f"admin_{unit.pk}_{n}",
        "admin_nickname": "小管",
        "admin_qq": "12345678",
        "admin_mobile": f"139{unit.pk:06d}{n:02d}",
    }
    for code, value in changes.items():
        (personal if code in personal else values)[code] = value
    return RowInput(values, personal)


def submitted(round: CollectionRound, unit: OrgUnit, *, by: User, **changes: object) -> Submission:
    """The unit's form, handed in."""
    known = Submission.objects.filter(round=round, unit=unit).first()
    form = collection.submit(
        round,
        unit,
        [row(unit, **changes)],
        version=known.version if known else 0,
        idempotency_key=f"test-{round.pk}-{unit.pk}-{known.version if known else 0}",
        by=by,
    )
    return Submission.objects.get(pk=form.pk)


def fresh(submission: Submission) -> Submission:
    return Submission.objects.get(pk=submission.pk)
