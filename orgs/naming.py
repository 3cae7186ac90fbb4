"""Names and search keys of units: pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_SERIAL = 3
PATH_SEPARATOR = "/"


def search_key(name: str, short_name: str, code: str, former_names: Iterable[str] = ()) -> str:
    """What a search looks into: full, short and former names and the code, one a line, in small letters."""
    parts = dict.fromkeys(part for part in (name, short_name, *former_names, code) if part)
    return "\n".join(parts).casefold()


def search_words(text: str) -> list[str]:
    """The words of a search, written as a search key is."""
    return text.casefold().split()


def regular_name(rule: str, *, name: str, parent: str = "") -> str:
    """The regular name a kind proposes (UNI-3.2b); the bare name where the rule is empty or already fulfilled."""
    if not rule or not name:
        return name
    head, _placeholder, tail = rule.partition("{name}")
    if name.startswith(head.replace("{parent}", parent)) and name.endswith(tail.replace("{parent}", parent)):
        return name
    return rule.replace("{name}", name).replace("{parent}", parent)


def child_code(parent_code: str, serial: int) -> str:
    """The proposed code of the nth unit below a unit."""
    return f"{parent_code}-{serial:0{LONGEST_SERIAL}d}"
