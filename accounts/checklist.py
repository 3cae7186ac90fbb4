"""Which lines of the opening checklist and of the branding check an account has: data in `fixtures/account_checks.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from accounts.choices import CheckItem

if TYPE_CHECKING:
    from accounts.models import Account

FILE = Path(__file__).resolve().parent.parent / "fixtures" / "account_checks.json"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the rule it comes from, the platforms and lines of work it is for, words it quotes (a slogan)."""

    item: str
    rule: str
    kinds: tuple[str, ...]
    lines: tuple[str, ...]
    words: str = ""

    @property
    def label(self) -> str:
        label = str(CheckItem(self.item).label)
        return f"{label}（{self.words}）" if self.words else label


@lru_cache(maxsize=1)
def all_lines() -> tuple[Line, ...]:
    """Every line of the file; a word that means nothing here stops the start of a test, not a page."""
    return tuple(
        Line(row["item"], row["rule"], tuple(row["kinds"]), tuple(row["lines"]), row.get("words", ""))
        for row in json.loads(FILE.read_text(encoding="utf-8"))
    )


def lines_for(account: Account) -> list[Line]:
    """The lines of this account, by its platform and its unit's line of work (WB-4.3, MS-3.2, WB-3.2c, MS-2.2c)."""
    return [
        line
        for line in all_lines()
        if account.platform.kind in line.kinds and account.unit.line in line.lines
    ]
