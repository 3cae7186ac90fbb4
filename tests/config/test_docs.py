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
