"""Who may do what with a scheme in which state, and what becomes of it: every cell of the table."""

from __future__ import annotations

import pytest
from django.db import transaction

from orgs.exceptions import NotAllowed, OrgsError
from scoring.frozen import Period
from scoring.models import Item, Scheme
from scoring.operations import schemes, sheets, trial_jobs
from tests.scoring.test_scheme_pages import text

pytestmark = pytest.mark.django_db

STATES = ("draft", "begun", "approved", "used")
# What it does where it may be done; other people than these are refused everywhere.
TABLE = """
keep_other    replaced   created    created    created
keep_same     unchanged  unchanged  unchanged  unchanged
approve_item  begun      begun      approved   begun
approve_all   approved   approved   approved   approved
try_out       tried      tried      tried      tried
"""
OUTCOMES = {
    (words[0], state): cell
    for words in map(str.split, TABLE.strip().splitlines())
    for state, cell in zip(STATES, words[1:], strict=True)
}
MAY = ("province", "schools", "national")  # a department of the province is its office, too (SUP-4.4.5)
MAY_NOT = ("city", "university", "auditor", "outsider", "sysadmin", "departed", "nobody")


def kept(scheme, content, by):
    return schemes.store(schemes.parse(content), source=content, unit=scheme.unit, by=by).outcome


def state_of(scheme):
    states = set(Item.objects.filter(section__scheme=scheme).values_list("state", flat=True))
    return "approved" if states == {"approved"} else "begun"


def approved_item(scheme, by):
    schemes.approve_item(Item.objects.filter(section__scheme=scheme).order_by("pk").last(), by=by)
    return state_of(scheme)


def approved_all(scheme, by):
    return state_of(schemes.approve_scheme(scheme, by=by))


def tried(scheme, by):
    return "tried" if trial_jobs.order(Period(2026), scheme.unit, by=by, scheme=scheme).pk else ""


ACTIONS = {
    "keep_other": lambda s, by: kept(s, text().replace("full_points: 100", "full_points: 100 # x").replace("试行", "再试行"), by),
    "keep_same": lambda s, by: kept(s, text(), by),
    "approve_item": approved_item,
    "approve_all": approved_all,
    "try_out": tried,
}  # fmt: skip


def brought_to(state, world, cast):
    schemes.store(schemes.parse(text()), source=text(), unit=world["hi"], by=cast["province"])
    scheme = Scheme.objects.get(code="invented-work")
    if state == "begun":
        schemes.approve_item(Item.objects.filter(section__scheme=scheme).first(), by=cast["province"])
    elif state == "approved":
        schemes.approve_scheme(scheme, by=cast["province"])
    elif state == "used":
        sheets.open_sheets(scheme, 2026, [world["qh"]], by=None)
    return scheme


def outcome(act, scheme, by):
    """What it did, or the error; nothing stays."""
    found = ""
    with transaction.atomic():
        try:
            with transaction.atomic():
                found = act(Scheme.objects.get(pk=scheme.pk), by)
        except OrgsError as error:
            found = type(error)
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("state", STATES)
def test_every_cell_of_a_scheme(world, cast, state):
    scheme = brought_to(state, world, cast)
    wrong = []
    for action, act in ACTIONS.items():
        for who in (*MAY, *MAY_NOT):
            expected = OUTCOMES[action, state] if who in MAY else NotAllowed
            found = outcome(act, scheme, cast[who])
            if found != expected:
                wrong.append((action, who, found, expected))
    assert wrong == []
