"""What the documents say is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from config.reference_docs import DOCUMENTS

ROOT = Path(settings.BASE_DIR)
DOCS = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))),
]


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_written_document_matches_the_code(name):
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == DOCUMENTS[name](), (
        "run: python3 manage.py write_docs"
    )


@pytest.mark.parametrize("name", DOCS)
def test_every_command_a_document_names_exists(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    named = set(re.findall(r"manage\.py ([a-z_]+)", text))
    assert named <= set(get_commands())


@pytest.mark.parametrize("name", DOCS)
def test_every_file_a_document_links_to_exists(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    assert [link for link in links if not (ROOT / name).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize("name", DOCS)
def test_every_test_a_document_names_exists(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    missing = []
    for path, function in re.findall(r"`(tests/[\w/*]+\.py)(?:::(\w+))?`", text):
        files = list(ROOT.glob(path))
        said = [
            file for file in files if not function or f"def {function}(" in file.read_text(encoding="utf-8")
        ]
        missing += [] if said else [f"{path}::{function}"]
    assert missing == []


@pytest.mark.parametrize("name", DOCS)
def test_every_script_of_ci_a_document_names_exists(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert [each for each in re.findall(r"`\.ci/([a-z]+)", text) if not (ROOT / ".ci" / each).exists()] == []
