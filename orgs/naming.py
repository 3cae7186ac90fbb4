"""Names and search keys of units: pure functions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from orgs import pinyin

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_SERIAL = 3
PATH_SEPARATOR = "/"
LEAGUE = "共青团"
ENDINGS = ("团支部", "团总支", "团工委", "团委", "委员会")
# What a name may begin with before the part that tells units apart; as a search key spells it.
USUAL_HEADS = ("", "共青团", "gongqingtuan", "gqt")
_LETTER, _DIGIT = re.compile("[a-z]").search, re.compile("[0-9]").search
NAMES, LETTERS, DIGITS = "names", "letters", "digits"


def search_key(name: str, short_name: str, code: str, former_names: Iterable[str] = ()) -> str:
    """What a search looks into, one a line, in small letters: full, short and former names, the code, then their pinyin.

    Pinyin and initials stand last, so that a key begins with what people read: 琼海, qh, qionghai, qh.
    """
    names = dict.fromkeys(part for part in (name, short_name, *former_names) if part)
    parts = dict.fromkeys((*names, code) if code else names)
    for each in names:
        parts.update(dict.fromkeys(pinyin.both(each)))
    return "\n".join(filter(None, parts)).casefold()


def search_words(text: str) -> list[str]:
    """The words of a search, written as a search key is; ü is typed v."""
    return text.casefold().replace("ü", "v").split()


def script_of(word: str) -> str:
    """Where a word of a search can stand: among lines with other scripts than ASCII, with letters, with digits; "" anywhere."""
    if not word.isascii():
        return NAMES
    return LETTERS if _LETTER(word) else DIGITS if _DIGIT(word) else ""


def by_script(keys: Iterable[str]) -> tuple[str, str, str]:
    """The lines of search keys with other scripts, with letters and with digits; a line may stand in several."""
    names: list[str] = []
    letters: list[str] = []
    digits: list[str] = []
    for line in "\n".join(keys).split("\n"):
        if line.isascii():
            # A code stands among the digits, pinyin among the letters, what is neither in both.
            if not line.isdigit():
                letters.append(line)
            if not line.isalpha():
                digits.append(line)
            continue
        names.append(line)
        is_plain = line.isalpha()
        if not is_plain or _LETTER(line):
            letters.append(line)
        if not is_plain:
            digits.append(line)
    return "\n".join(names), "\n".join(letters), "\n".join(digits)


def regular_name(rule: str, *, name: str, parent: str = "") -> str:
    """The regular name a kind proposes (UNI-3.2b); the bare name where the rule is empty or already fulfilled."""
    if not rule or not name:
        return name
    head, _placeholder, tail = rule.partition("{name}")
    if name.startswith(head.replace("{parent}", parent)) and name.endswith(tail.replace("{parent}", parent)):
        return name
    bare = _bare(name) if head or tail else name
    return rule.replace("{name}", bare).replace("{parent}", parent)


def _bare(name: str) -> str:
    """琼海市团委 and 共青团琼海市委 are both 琼海市; a name that is nothing else stays."""
    for tail in ENDINGS:
        if name.endswith(tail) and len(name) > len(tail):
            return name.removesuffix(tail).removeprefix(LEAGUE) or name
    if name.startswith(LEAGUE) and name.endswith("委"):
        return name.removeprefix(LEAGUE).removesuffix("委") or name
    return name


def child_code(parent_code: str, serial: int) -> str:
    """The proposed code of the nth unit below a unit."""
    return f"{parent_code}-{serial:0{LONGEST_SERIAL}d}"
