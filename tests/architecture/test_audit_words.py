"""Every verb the source writes into the audit ledger has a word a person can read."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

from accounts.choices import EventKind
from orgs.audit_words import WORDS
from tests.architecture.doors import APPS

# record("…"), record_many("…"), a constant REVEALED = "…", or one of two in an expression.
LITERAL = re.compile(r'"((?:[a-z_]+)\.(?:[a-z_]+))"')


def verbs() -> set[str]:
    found = set()
    for app in APPS:
        for path in Path(settings.BASE_DIR, app, "operations").rglob("*.py"):
            lines = path.read_text(encoding="utf-8").splitlines()
            for n, line in enumerate(lines):
                if re.search(r"record(_many)?\(|verb = |^[A-Z_]+ = ", line):
                    found |= set(LITERAL.findall(line + (lines[n + 1] if n + 1 < len(lines) else "")))
    return {verb for verb in found if not verb.startswith(tuple(f"{app}." for app in APPS))}


def test_every_verb_has_a_word():
    assert verbs() <= set(WORDS)


def test_every_registry_event_has_a_word_for_what_it_happens_to():
    usual = {EventKind.OPENED, EventKind.CHANGED, EventKind.RENAMED, EventKind.CLOSED}
    assert {f"{role}.{kind}" for role in ("account", "group") for kind in usual} <= set(WORDS)
