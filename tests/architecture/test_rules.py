"""Every rule of the source documents is carried: by a requirement of a pack, or by a part of the portal (docs/rules.md)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ID = r"(?:UNI|WB|MS|RUR|SUP)-[A-Z0-9]+(?:\.[0-9a-z]+)*"
ROW = re.compile(rf"^\| ({ID}) \| (.+) \| (.+) \|$", re.MULTILINE)
SECTIONS = {"SUP-1", "SUP-2", "SUP-2.1", "SUP-4", "SUP-4.1", "SUP-4.4", "RUR-2", "UNI-2"}  # cited as a whole


def rules() -> dict[str, str]:
    """Rule id → where it is carried."""
    found = ROW.findall((ROOT / "docs" / "rules.md").read_text(encoding="utf-8"))
    assert len(found) == len({rule for rule, _text, _where in found}), "a rule stands twice"
    return {rule: where for rule, _text, where in found}


def packs() -> dict[str, set[str]]:
    """Code of a shipped pack → the clauses its requirements cite."""
    cited = {}
    for path in (ROOT / "fixtures" / "packs").glob("*.yaml"):
        pack = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert pack["code"] == path.stem
        rows = pack["requirements"]
        cited[pack["code"]] = {clause for row in rows for clause in (row["clause"], *row.get("also", ()))}
    return cited


def carriers(where: str) -> list[str]:
    return [*re.findall(r"pack ([a-z0-9-]+)", where), *re.findall(r"`([a-z_/0-9.-]+)`", where)]


def test_every_rule_is_carried():
    known = packs()
    uncovered = [
        f"{rule}: {where}"
        for rule, where in rules().items()
        if not carriers(where)
        or any(rule not in known.get(pack, ()) for pack in re.findall(r"pack ([a-z0-9-]+)", where))
        or any(not (ROOT / path).is_file() for path in re.findall(r"`([a-z_/0-9.-]+)`", where))
    ]
    assert uncovered == []


def test_a_rule_that_a_pack_cites_names_the_pack():
    where = rules()
    cited = [(pack, clause) for pack, clauses in packs().items() for clause in clauses]
    assert [each for each in cited if f"pack {each[0]}" not in where.get(each[1], "")] == []


def test_the_five_documents_are_there():
    assert {rule.partition("-")[0] for rule in rules()} == {"UNI", "WB", "MS", "RUR", "SUP"}
    assert len(packs()) == 5


@pytest.mark.parametrize(
    "folder", ["orgs", "accounts", "reporting", "scoring", "config", "fixtures", "templates"]
)
def test_every_rule_that_is_cited_is_known(folder):
    known = set(rules()) | SECTIONS
    unknown = {
        f"{path.relative_to(ROOT)}: {cited}"
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".html", ".yaml", ".json"}
        for cited in re.findall(rf"\b{ID}", path.read_text(encoding="utf-8"))
        if cited.rstrip(".") not in known
    }
    assert sorted(unknown) == []
