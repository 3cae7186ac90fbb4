"""Who opens which page: for a URL of the matrix somebody of the cast who may, and the object it is then about."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from tests.architecture.matrix import ANYONE, MATRIX, PUBLIC, TOKEN, Row
from tests.architecture.subjects import SUBJECTS
from tests.architecture.test_urls import RELATED, has_verb, has_verb_anywhere, roles_over
from tests.cast import Cast
from tests.world import World

# In this order: the first who may is asked.
ASKED = ("university", "province", "secretary", "college", "city", "auditor", "sysadmin", "national")


@dataclass(frozen=True, slots=True)
class Opening:
    """Somebody who may open an address."""

    name: str
    key: str
    address: str
    row: Row


def openings(world: World, cast: Cast, lineage: dict, method: str) -> list[Opening]:
    """One for every page with this method that is about something somebody has."""
    found = []
    for name, row in MATRIX.items():
        if method in row.methods and row.verb not in {TOKEN, PUBLIC} and row.subject != "code":
            opening = _plain(name, row) if not row.subject else _about(name, row, world, cast, lineage)
            found += [opening] if opening else []
    return found


def _plain(name: str, row: Row) -> Opening | None:
    people = ("national",) if row.is_for_all_trees else ASKED
    key = next((each for each in people if row.verb == ANYONE or has_verb_anywhere(each, row.verb)), None)
    return Opening(name, key, reverse(name), row) if key else None


def _about(name: str, row: Row, world: World, cast: Cast, lineage: dict) -> Opening | None:
    for key in ASKED:
        for code in RELATED[key]:
            roles = roles_over(key, code, lineage)
            if roles and has_verb(roles, row.verb):
                pk = SUBJECTS[row.subject](world[code], cast)
                if pk is not None:
                    return Opening(name, key, reverse(name, args=row.args(pk)), row)
    return None
