"""URL x role x relation: foreign objects do not exist, the wrong role is refused, nothing answers 500.

What is expected is worked out here from the cast's appointments and a walk over parents, not from the code under test.
"""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from orgs.models import OrgUnit
from orgs.permissions import ROLE_VERBS
from tests.architecture.matrix import ANYONE, MATRIX, POST, PUBLIC, TOKEN, Row
from tests.architecture.subjects import SUBJECTS
from tests.cast import PEOPLE

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# For each person: own unit, child, grandchild, sibling, parent, foreign.
RELATED = {
    "national": ["cn", "hi", "aq"],
    "province": ["hi", "qh", "hnu-law", "ah", "aq"],
    "schools": ["hi", "hnu", "hnu-law-1201", "qh", "qh-hs-jl", "ah"],
    "city": ["qh", "qh-hs", "qh-hs-jl", "hnu", "hi", "wn-xl-nl"],
    "township": ["qh-hs", "qh-hs-jl", "qh-yj", "qh", "hnu-law"],
    "villager": ["qh-hs-jl", "qh-hs-zj", "qh-hs", "hnu-law-1201"],
    "university": ["hnu", "hnu-law", "hnu-law-1201", "qzu", "hi", "qzu-sci-1201"],
    "college": ["hnu-law", "hnu-law-1201", "hnu-tour", "hnu-tour-1201", "hnu", "qzu-sci-1201"],
    "secretary": ["hnu-law-1201", "hnu-law-1202", "hnu-law", "qzu-sci-1201"],
    "outsider": ["qzu", "qzu-sci-1201", "hnu", "hnu-law-1201", "hi"],
    "auditor": ["qh", "qh-hs", "hnu", "hnu-law-1201", "qzu", "wn", "hi"],
    "departed": ["hnu-law", "hnu-law-1201"],
    "sysadmin": ["hi", "qh", "hnu-law-1201", "ah"],
    "nobody": ["hnu-law", "hi"],
}
UNITS = sorted({code for codes in RELATED.values() for code in codes})
SCHOOL_LINES = {"university", "school"}
MISSING = 999_999_999


@pytest.fixture
def lineage(world):
    """code -> (codes from the unit up to its root, line), by walking parents."""
    rows = {
        pk: (parent, code, line)
        for pk, parent, code, line in OrgUnit.objects.values_list("pk", "parent_id", "code", "line")
    }
    found = {}
    for pk, (_parent, code, line) in rows.items():
        path, walker = [], pk
        while walker is not None:
            path.append(rows[walker][1])
            walker = rows[walker][0]
        found[code] = (path, line)
    return found


def roles_over(key: str, code: str, lineage: dict) -> set[str]:
    """Roles the person holds over the unit."""
    path, line = lineage[code]
    return {
        str(role)
        for post, role, department, ends_on in PEOPLE[key][2]
        if ends_on is None
        and (post in path or post == "cn")
        and (not department or code == post or line in SCHOOL_LINES)
    }


def has_verb(roles: set[str], verb: str) -> bool:
    return verb == ANYONE or any(each in ROLE_VERBS[role] for role in roles for each in verb.split("|"))


def has_verb_anywhere(key: str, verb: str) -> bool:
    return has_verb({str(role) for _code, role, _dep, ends_on in PEOPLE[key][2] if ends_on is None}, verb)


PAGES = {name: row for name, row in MATRIX.items() if row.verb != TOKEN}
OBJECT_URLS = sorted(name for name, row in PAGES.items() if row.subject not in {"", "code"})
PLAIN_URLS = sorted(name for name, row in PAGES.items() if row.subject == "")


@pytest.fixture
def clients(cast):
    """Person -> a client; who is refused gets a line, not a page (the pages: test_a_foreign_object_reads_…)."""

    def signed_in(key: str) -> Client:
        client = Client(raise_request_exception=False, headers={"accept": "application/json"})
        client.force_login(cast[key])
        return client

    return {key: signed_in(key) for key in RELATED}


@pytest.mark.parametrize("name", OBJECT_URLS)
def test_foreign_objects_do_not_exist_and_the_wrong_role_is_refused(clients, world, cast, lineage, name):
    row = MATRIX[name]
    wrong, opened = [], 0
    subjects = {code: SUBJECTS[row.subject](world[code], cast) for code in UNITS}
    for key, codes in RELATED.items():
        for code in codes:
            for method in row.methods if subjects[code] else ():
                roles = roles_over(key, code, lineage)
                url = reverse(name, args=row.args(subjects[code]))
                status = getattr(clients[key], method)(url, row.data or {}).status_code
                wrong += [] if acceptable(status, roles, row) else [(key, code, method, status)]
                opened += bool(roles) and has_verb(roles, row.verb) and status not in {403, 404}
    assert not wrong
    assert opened, "a page that opens for nobody proves nothing"


def acceptable(status: int, roles: set[str], row: Row) -> bool:
    if not roles:
        return status == row.foreign
    if not has_verb(roles, row.verb):
        return status in {403, 404}
    return status < 500


@pytest.mark.parametrize("name", PLAIN_URLS)
def test_pages_without_an_object_open_for_those_with_the_verb(clients, name):
    row = MATRIX[name]
    for key in RELATED:
        status = getattr(clients[key], row.methods[0])(reverse(name), row.data or {}).status_code
        is_above = key == "national" or not row.is_for_all_trees
        if row.verb in {PUBLIC, ANYONE} or (has_verb_anywhere(key, row.verb) and is_above):
            assert status < 400 or (row.methods == POST and status in {404, 422}), key
        else:
            assert status == 403, key


@pytest.mark.parametrize("name", sorted(set(PAGES) - {n for n, r in PAGES.items() if r.verb == PUBLIC}))
def test_strangers_are_sent_to_the_sign_in_page(world, cast, name):
    row = MATRIX[name]
    pk = (
        next(filter(None, (SUBJECTS[row.subject](world[code], cast) for code in UNITS)))
        if row.subject
        else None
    )
    for method in row.methods:
        answer = getattr(Client(), method)(reverse(name, args=row.args(pk) if pk else []))
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("orgs:login"))


@pytest.mark.parametrize("name", OBJECT_URLS)
def test_a_foreign_object_reads_like_a_missing_one(sign_in, world, cast, name):
    row = MATRIX[name]
    pk = next(
        filter(None, (SUBJECTS[row.subject](world[code], cast) for code in ["qzu-sci-1201", "qzu"])), None
    )
    if pk is None:
        pytest.skip("there is no such object in the neighbouring university")
    client = sign_in("college")
    for method in row.methods:
        bodies = [
            getattr(client, method)(reverse(name, args=row.args(each)), row.data or {}).content.decode()
            for each in (pk, MISSING)
        ]
        foreign, missing = (re.sub(r"csrfmiddlewaretoken[^>]*|X-CSRFToken[^}]*", "", body) for body in bodies)
        assert foreign == missing
