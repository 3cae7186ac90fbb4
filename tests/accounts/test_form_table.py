"""Every cell of form_table.py through the pages: the answer, what stands afterwards, and that a refusal writes nothing."""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import product

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts.models import (
    FieldList,
)
from accounts.operations import rounds, standing
from orgs.kernel import clock
from orgs.models import Appointment, User
from tests.accounts import form_table as table
from tests.accounts.form_scene import ACTIONS, CHANGES, HOUR, Scene, bring, build, everything, next_door
from tests.accounts.form_table import NEWCOMERS, PEOPLE, STATES, UNIT
from tests.cast import PASSWORD

pytestmark = pytest.mark.once

WRITES = re.compile(r'\s*(INSERT INTO|UPDATE|DELETE FROM)\s+"(?!django_session)', re.IGNORECASE)
FULL_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


@pytest.fixture
def people(cast, world):
    for key, (name, mobile, code, role, department) in NEWCOMERS.items():
        user = User.objects.create_user(key, PASSWORD, name=name, mobile=mobile)
        Appointment.objects.create(
            user=user,
            unit=world[code],
            role=role,
            department=department,
            title="书记",
            starts_on=date(2026, 10, 5),
        )
        cast.ids[key] = user.pk
    return cast


@pytest.fixture
def quiet():
    """A line in the log for each of some thousand refusals helps nobody."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@contextmanager
def taken_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def writes():
    """Collects whether anything of the portal was written."""
    seen: list[str] = []

    def watch(execute, sql, params, many, context):
        if WRITES.match(sql):
            seen.append(sql[:60])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield seen


def answer_of(scene: Scene, action: str, client: Client) -> tuple[str, str]:
    """The answer as the table words it, and the text of the page."""
    response = (ACTIONS | CHANGES)[action](scene, client)
    client.cookies.pop("messages", None)
    code = response.status_code
    return ("ok" if code in {200, 302} else str(code)), response.content.decode(errors="replace")


def tried(scene: Scene, action: str, client: Client, cell: str, *, is_own: bool) -> str:
    """What is wrong with one cell; "" where it is as the table says. Only the unit's own page shows numbers in full."""
    wanted, _arrow, after = cell.partition(" -> ")
    with taken_back(), writes() as written:
        found, page = answer_of(scene, action, client)
        wrong = []
        if found != wanted and not (wanted == "no" and found in {"ok", "422"}):
            wrong.append(f"answers {found}, not {wanted}")
        stands = scene.stands() if written else scene.before
        if wanted == "ok" and stands != (after or scene.before):
            wrong.append(f"leaves “{stands}”, not “{after or scene.before}”")
        if wanted != "ok" and written and everything() != scene.was:
            wrong.append(f"was refused and wrote: “{scene.before}” became “{stands}”")
        if written and next_door(scene) != scene.beside:
            wrong.append("touches the branch next door")
        if FULL_MOBILE.search(page) and not (wanted == "ok" and action == "reveal_cell") and not is_own:
            wrong.append("shows a mobile")
    return "; ".join(wrong)


def acts_in(*, asks: bool) -> list[str]:
    """A request for a later deadline stands open only where it is decided."""
    return [action for action in ACTIONS if (action == "decide_extension") == asks]


def test_the_table_has_every_cell():
    assert {len(doors) for doors in table.DOORS.values()} == {len(PEOPLE)}
    assert set(table.DOORS) == set(table.OUTCOMES) == set(ACTIONS)
    assert {frozenset(states) for states in table.OUTCOMES.values()} == {frozenset(STATES)}


@pytest.fixture
def clients(people):
    """Everybody of the table, signed in."""
    found = {key: Client(raise_request_exception=False) for key in PEOPLE}
    for key, client in found.items():
        client.force_login(people[key])
    return found


# What the others say with closed, late or exempt forms is said with --long.
EVERY_DAY = {"approved", "returned", "on_colleges_desk", "on_universitys_desk", "draft", "closed", "missing"}


@pytest.mark.parametrize(
    "state", [pytest.param(each, marks=() if each in EVERY_DAY else pytest.mark.long) for each in STATES]
)
def test_every_action_of_everybody_in_this_state(state, world, people, clients, quiet):
    built_at = clock.now() - (3 * HOUR if state == "late" else timedelta())
    wrong = []
    for asks in (False, True):
        with taken_back():
            with clock.frozen(built_at):
                scene = build(state, world, people, asks=asks)
            scene.settle()
            for action, person in product(acts_in(asks=asks), PEOPLE):
                cell = table.expected(action, state, person)
                fault = tried(scene, action, clients[person], cell, is_own=person == "secretary")
                wrong += [f"{action} by {person}: {fault}"] if fault else []
    assert not wrong, f"{state}:\n" + "\n".join(wrong)


@pytest.mark.parametrize("state", table.STANDING)
def test_everybody_starts_a_change_in_this_state(state, world, people, clients, quiet):
    uni_a, province = FieldList.objects.get(code="UNI-A"), people["province"]
    with clock.frozen(clock.now() - HOUR):
        scene = Scene(world, people, standing.open_standing(world["hi"], field_list=uni_a, by=province))
        if state != "nothing":
            standing.start_change(scene.round, world[UNIT], by=people["secretary"])
        bring(scene, "draft" if state == "closed" else state)
    if state == "closed":
        rounds.close_round(scene.round, by=people["province"])
    scene.settle()
    wrong = []
    for person in PEOPLE:
        cell = table.expected_of_change(state, person)
        fault = tried(scene, "start_change", clients[person], cell, is_own=False)
        wrong += [f"{person}: {fault}"] if fault else []
    assert not wrong, f"{state}:\n" + "\n".join(wrong)
