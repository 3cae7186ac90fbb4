"""The JSON Schema that editors use accepts and refuses what the reader does; the examples in the documentation hold."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path

import jsonschema_rs
import pytest
from django.conf import settings

from orgs.kernel import yaml_text
from orgs.kernel.shapes import Findings
from reporting.packs import layout, parse
from tests.reporting.pack_files import INVENTED, SHIPPED, SMALL, edited

DOCS = Path(settings.BASE_DIR, "docs")
INSTEAD = [None, 7, -1, 2.5, True, "x", "", " ", [], ["x"], {}, {"x": 1}]


@pytest.fixture(scope="module")
def schema():
    return jsonschema_rs.validator_for(json.loads((DOCS / "pack.schema.json").read_text(encoding="utf-8")))


def is_right(data) -> bool:
    findings = Findings(yaml_text.Document())
    layout.PACK.check(data, "", findings)
    return not findings.problems


def places(data, at=()):
    """Every place in a tree of mappings and lists."""
    yield at
    rows = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in rows:
        yield from places(value, (*at, key))


def spoilt(data, at):
    """The tree with something else at the place, without it, or with a key too many."""
    for instead in INSTEAD:
        yield put(data, at, lambda parent, key, value=instead: parent.__setitem__(key, value))
    yield put(data, at, lambda parent, key: parent.__delitem__(key))
    yield put(data, at, lambda parent, key: isinstance(parent, dict) and parent.__setitem__("zzz", 1))


def put(data, at, change):
    whole = copy.deepcopy(data)
    parent = whole
    for key in at[:-1]:
        parent = parent[key]
    change(parent, at[-1])
    return whole


@pytest.mark.parametrize("path", SHIPPED + INVENTED, ids=lambda path: path.stem)
def test_the_schema_takes_every_pack(schema, path):
    data = yaml_text.read(path.read_text(encoding="utf-8")).value
    assert list(schema.iter_errors(data)) == []


@pytest.mark.parametrize("text", [SMALL, INVENTED[1].read_text(encoding="utf-8")], ids=["small", "invented"])
def test_the_schema_refuses_exactly_what_the_reader_refuses(schema, text):
    data = yaml_text.read(text).value
    apart = [
        (at, bad)
        for at in places(data)
        if at
        for bad in spoilt(data, at)
        if is_right(bad) != schema.is_valid(bad)
    ]
    assert apart == []


def test_a_date_that_does_not_exist_is_the_readers_matter(schema):
    data = yaml_text.read(edited("issued_on: 2026-11-01", "issued_on: 2026-02-30")).value
    assert schema.is_valid(data)
    assert not is_right(data)


def examples(name: str) -> list[str]:
    text = (DOCS / name).read_text(encoding="utf-8")
    return re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)


def test_the_pack_in_the_documentation_is_right():
    pack = parse(examples("packs.md")[0])
    assert [demand.code for demand in pack.demands] == ["class-group", "summary"]


def test_every_rule_in_the_documentation_is_right():
    kind, n = "", 0
    for line in examples("packs.md")[1].splitlines():
        if line.startswith("# "):
            kind = line.removeprefix("# ").partition(":")[0]
            continue
        text = edited(
            "kind: figure", f"kind: {kind}", edited("rule: {metric: groups_link, threshold: 1}", line)
        )
        parse(text)
        n += 1
    assert n == 14


def test_every_kind_of_rule_has_an_example():
    assert {
        line[2:].partition(":")[0] for line in examples("packs.md")[1].splitlines() if line[0] == "#"
    } == {str(kind) for kind in layout.RULES}
