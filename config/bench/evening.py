"""The deadline evening as data: secretaries with a form each, and the judge of what became of it.

Runs inside the portal under load: `manage.py shell -c "from config.bench import evening; evening.seed(300)"`.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from accounts.choices import StepKind, SubmissionStatus
from accounts.models import Expected, FieldList, ReviewStep, Submission
from accounts.operations.rounds import launch_round
from orgs.choices import Kind, Role
from orgs.kernel import clock
from orgs.models import Appointment, OrgUnit, User
from orgs.operations import bulk_load
from orgs.operations.bulk_load import UnitRow

PER_TOWNSHIP = 25


def seed(n: int) -> None:
    """A province with so many villages, a secretary signed in for each, a round that ends tonight; prints who and where."""
    rows = [UnitRow("p", "", "甲省", Kind.PROVINCE), UnitRow("c", "p", "乙县", Kind.COUNTY)]
    for number in range(n):
        township = f"t{number // PER_TOWNSHIP}"
        if number % PER_TOWNSHIP == 0:
            rows.append(UnitRow(township, "c", f"{township}镇团委", Kind.TOWNSHIP))
        rows.append(UnitRow(f"v{number}", township, f"{number}村团支部", Kind.VILLAGE))
    bulk_load.load_tree(rows)
    units = dict(OrgUnit.objects.values_list("code", "pk"))
    by = _person("office", units["p"], Role.PROVINCE)
    launch_round(
        OrgUnit.objects.get(code="p"),
        title="微信及管理员信息收集",
        field_list=FieldList.objects.get(code="UNI-A"),
        kinds=[Kind.VILLAGE],
        opens_at=clock.now() - timedelta(days=1),
        deadline_at=clock.now() + timedelta(hours=4),
        by=by,
    )
    expected = dict(Expected.objects.values_list("unit_id", "pk"))
    people = [
        (_person(f"s{number}", units[f"v{number}"], Role.SECRETARY), units[f"v{number}"])
        for number in range(n)
    ]
    _say([{"expected": expected[unit], "session": _session(user)} for user, unit in people])


def judge(acknowledged: dict[str, dict[str, int]]) -> None:
    """What was acknowledged and is not there: submissions, drafts older than the last one acknowledged, doubles."""
    lost, doubled = [], []
    for pk, told in acknowledged.items():
        expected = Expected.objects.get(pk=pk)
        form = Submission.objects.filter(round=expected.round_id, unit=expected.unit_id).first()
        row = form.rows.first() if form else None
        count = int((row.values.get("contacts") if row else None) or 0)
        is_handed_in = form is not None and form.status == SubmissionStatus.SUBMITTED
        if count < told["count"] or (told["submitted"] and not is_handed_in):
            lost.append(pk)
        steps = ReviewStep.objects.filter(submission=form, kind=StepKind.SUBMITTED).count() if form else 0
        if steps > 1:
            doubled.append(pk)
    _say({"lost": lost, "doubled": doubled, "submitted": Submission.objects.exclude(receipt="").count()})


def _person(name: str, unit_id: int, role: str) -> User:
    user = User.objects.create(username=name, name=name)
    user.set_unusable_password()
    user.save(update_fields=["password"])
    Appointment.objects.create(user=user, unit_id=unit_id, role=role, starts_on=clock.today())
    return user


def _session(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def _say(found: object) -> None:
    sys.stdout.write(json.dumps(found) + "\n")
