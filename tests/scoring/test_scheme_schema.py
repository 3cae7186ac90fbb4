"""The JSON Schema that editors use accepts and refuses what the reader does; the examples in the documentation hold."""

from __future__ import annotations

import json
import re

import jsonschema_rs
import pytest

from orgs.kernel import yaml_text
from orgs.kernel.shapes import Findings
from scoring import scheme_layout
from scoring.operations.schemes import SHIPPED
from scoring.scheme_files import parse
from tests.reporting.test_pack_schema import DOCS, places, spoilt
from tests.scoring.test_ranked_schemes import RANKS
from tests.scoring.test_unseen_schemes import WORK

FILES = [*sorted(SHIPPED.glob("*.yaml")), WORK, RANKS]


@pytest.fixture(scope="module")
def schema():
    return jsonschema_rs.validator_for(json.loads((DOCS / "scheme.schema.json").read_text(encoding="utf-8")))


def examples() -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", (DOCS / "schemes.md").read_text(encoding="utf-8"), re.DOTALL)


def is_right(data) -> bool:
    findings = Findings(yaml_text.Document())
    scheme_layout.SCHEME.check(data, "", findings)
    return not findings.problems


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_schema_takes_every_scheme(schema, path):
    data = yaml_text.read(path.read_text(encoding="utf-8")).value
    assert list(schema.iter_errors(data)) == []


@pytest.mark.parametrize("path", [WORK, RANKS], ids=lambda path: path.stem)
def test_the_schema_refuses_exactly_what_the_reader_refuses(schema, path):
    data = yaml_text.read(path.read_text(encoding="utf-8")).value
    apart = [
        (at, bad)
        for at in places(data)
        if at
        for bad in spoilt(data, at)
        if is_right(bad) != schema.is_valid(bad)
    ]
    assert apart == []


def test_the_scheme_in_the_documentation_is_right():
    assert parse(examples()[0]).code == "annual-2027"


def test_every_rule_in_the_documentation_is_right():
    """Each takes the place of a criterion's in the whole example."""
    whole = examples()[0]
    line = next(each for each in whole.splitlines() if "code: c3" in each)
    kind, seen = "", []
    for each in examples()[1].splitlines():
        if each.startswith("# "):
            kind = each.removeprefix("# ").partition(":")[0]
            continue
        metric = {
            "documents": "", "sum": "", "exclusive": "", "judged": "", "count": "", "penalty": "incidents_found",
        }.get(kind, "spot_checks")  # fmt: skip
        named = f", metric: {metric}" if metric else ""
        # Each example is of one point; the nine it leaves open go to the meetings.
        facts = f"code: c3, label: 例, points: 1, rule: {kind}{named}, provenance: source, clause: SUP-4.3, {each}"
        text = whole.replace(line, f"          - {{{facts}}}")
        parse(text.replace("label: 例会, points: 10", "label: 例会, points: 19"))
        seen.append(kind)
    assert set(seen) == {str(kind) for kind in scheme_layout.RULES}
