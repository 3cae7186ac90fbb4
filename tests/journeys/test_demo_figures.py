"""The demo's closed weeks in every column of every unit, against the oracle: raw rows of its database, parents walked one by one."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("journeys")]

COMPARED = """
from reporting.models import ClosedWeek, WeekUnit
from tests.reporting.oracle import Oracle
answer = {"weeks": [], "n_units": 0, "differences": []}
columns = [f.attname for f in WeekUnit._meta.concrete_fields if f.attname not in {"week_id", "unit_id"}]
seen = set()
weeks = list(ClosedWeek.objects.newest_editions())
for header in (weeks[0], weeks[-1]):
    rows = {row["unit_id"]: row for row in WeekUnit.objects.for_week(header.pk).values("unit_id", *columns)}
    expected = Oracle(header.week, header.known_until).rows()
    answer["weeks"].append(str(header.week))
    answer["n_units"] = len(rows)
    if rows.keys() != expected.keys():
        answer["differences"].append(["units", sorted(rows.keys() ^ expected.keys())])
    for unit, row in rows.items():
        for name in columns:
            if row[name] != expected[unit].get(name, "no oracle"):
                answer["differences"].append([row["code"], name, row[name], expected[unit].get(name)])
            if row[name]:
                seen.add(name)
answer["differences"] = answer["differences"][:40]
answer["seen"] = sorted(seen)
"""
SHOWN = {
    "sub_orgs",
    "sub_admins",
    "sub_admin_persons",
    "sub_covered_capped",
    "sub_base_members",
    "sub_posts",
    "sub_checks",
}


def test_the_first_and_the_last_week_of_the_demo_equal_the_oracle(loaded_demo):
    found = loaded_demo.portal.ask(COMPARED)
    assert found["differences"] == []
    assert len(set(found["weeks"])) == 2
    assert found["n_units"] > 1000
    assert set(found["seen"]) >= SHOWN
