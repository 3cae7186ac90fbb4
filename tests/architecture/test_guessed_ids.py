"""Ids that somebody guesses (reliability A4): whatever the number, nothing outside the own scope is there.

Which object stands under which id is known from the builders of the matrix; what is expected is worked out from the
cast's appointments and a walk over parents, as in test_urls.py. Half of the guesses hit something that exists.
"""

from __future__ import annotations

import random
from dataclasses import fields

import pytest
from django.test import Client
from django.urls import reverse

from tests.architecture.matrix import MATRIX
from tests.architecture.rows import Row
from tests.architecture.subjects import SUBJECTS
from tests.architecture.test_urls import (
    OBJECT_URLS,
    RELATED,
    acceptable,
    lineage,  # noqa: F401 - a fixture
    roles_over,
)

# What exists and is foreign is asked for at every address, by every role, each day: test_urls.py.
pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.long]

ONE_ID = next(each.default for each in fields(Row) if each.name == "args")
# About nothing but the one id in the address.
GUESSED = [
    name
    for name in OBJECT_URLS
    if "get" in MATRIX[name].methods and MATRIX[name].foreign == 404 and MATRIX[name].args is ONE_ID
]
PLACES = ("hnu-law-1201", "hnu", "qzu-sci-1201", "qzu", "qh-hs-jl", "hi")
NOBODYS = (1_000_000, 2_000_000_000)
GUESSES = 1000  # of each person


def test_no_guess_finds_anything_outside_the_own_scope(world, cast, lineage):  # noqa: F811
    owners: dict[str, dict[int, set[str]]] = {}
    for subject in {MATRIX[name].subject for name in GUESSED}:
        known = owners[subject] = {}
        for code in PLACES:
            pk = SUBJECTS[subject](world[code], cast)
            if pk is not None:
                known.setdefault(pk, set()).add(code)
    guess = random.Random(1)  # noqa: S311 - reproducible, not secret
    hits, refused = [], 0
    for key in RELATED:
        client = Client(raise_request_exception=False)
        client.force_login(cast[key])
        for turn in range(GUESSES):
            name = guess.choice(GUESSED)
            row, known = MATRIX[name], owners[MATRIX[name].subject]
            pk = guess.choice(sorted(known)) if turn % 2 else guess.randrange(*NOBODYS)
            roles = set().union(*(roles_over(key, code, lineage) for code in known.get(pk, ())))
            status = client.get(reverse(name, args=[pk])).status_code
            hits += [] if acceptable(status, roles, row) else [(key, name, pk, status)]
            refused += status == 404
    assert hits == []
    assert refused >= GUESSES * len(RELATED) // 2
