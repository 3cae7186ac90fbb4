"""SQL statements of every page, written down: a change of a number is a decision, not an accident.

`UPDATE_QUERY_COUNTS=1` writes the file anew. At most 15 (performance.md).
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.architecture.matrix import MATRIX, PUBLIC, TOKEN
from tests.architecture.subjects import SUBJECTS

pytestmark = [pytest.mark.django_db, pytest.mark.once]

FILE = Path(__file__).parent.parent / "query_counts.json"
AT_MOST = 15
# The first of these for whom the page opens is measured.
READERS = [
    ("province", "hnu"),
    ("university", "hnu"),
    ("college", "hnu-law"),
    ("secretary", "hnu-law-1201"),
    ("national", "hi"),
]
PAGES = sorted(
    name for name, row in MATRIX.items() if "get" in row.methods and row.verb not in {PUBLIC, TOKEN}
)


def measured(name: str, world, cast, sign_in) -> int | None:
    row = MATRIX[name]
    for key, code in READERS:
        pk = SUBJECTS[row.subject](world[code], cast) if row.subject else None
        if row.subject and pk is None:
            continue
        url, client = reverse(name, args=row.args(pk) if pk else []), sign_in(key)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            status = client.get(url).status_code
        if status == 200:
            return len([query for query in captured if "SAVEPOINT" not in query["sql"]])
    return None


@pytest.mark.parametrize("name", PAGES)
def test_a_page_takes_as_many_statements_as_written_down(name, world, cast, sign_in):
    count = measured(name, world, cast, sign_in)
    known = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    if os.environ.get("UPDATE_QUERY_COUNTS"):
        FILE.write_text(json.dumps(known | {name: count}, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        return
    assert known[name] == count
    assert count is None or count <= AT_MOST, "a page that redirects has no count"
