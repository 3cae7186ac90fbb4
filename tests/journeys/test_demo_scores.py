"""Every computed score of the demo's year against the oracle: raw rows of its database and the clauses written out."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("journeys")]

COMPARED = """
from scoring.models import Score
from tests.scoring.oracle import ScoreOracle
# Schemes of the product: what a committee entered for the level below it is no computed score.
product = Score.objects.filter(sheet__scheme__unit__isnull=True)
rows = list(product.select_related("sheet__unit", "criterion").order_by("pk"))
answer = {"n_sheets": len({row.sheet_id for row in rows}), "n_points": 0, "differences": [], "codes": []}
oracle = ScoreOracle(rows[0].sheet.year)
expected = {unit: (oracle.points(unit), oracle.figures(unit)) for unit in {row.sheet.unit_id for row in rows}}
codes = set()
for row in rows:
    if not row.criterion.is_computed:
        continue
    points, figures = expected[row.sheet.unit_id]
    code, tenths = row.criterion.code, points[row.criterion.code]
    codes.add(code)
    found = None if row.computed_points is None else int(row.computed_points * 10)
    answer["n_points"] += found is not None
    numbers = (row.arithmetic["numerator"], row.arithmetic["denominator"])
    if found != tenths or (code in figures and figures[code] != numbers):
        answer["differences"].append([row.sheet.unit.code, code, found, tenths, numbers, figures.get(code)])
answer["differences"] = answer["differences"][:40]
answer["codes"] = sorted(codes)
"""


def test_every_computed_score_of_the_demo_equals_the_oracle(loaded_demo):
    found = loaded_demo.portal.ask(COMPARED)
    assert found["differences"] == []
    assert found["n_sheets"] >= 30
    assert found["n_points"] > 200
    assert found["codes"] == ["2.1.a", "2.1.b", "2.1.c", "2.2.a", "2.2.b", "2.2.c", "3.4"]
