"""Taking one person's words out of texts and structures. Pure.

What tells a person from everybody else (a mobile, a long id, an address) goes wherever it stands; what others may be
called too (a name, a short number) only where the person had to do with the place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

GONE = "**"  # shorter than all that is taken out, so that it fits wherever that stood
LEAST_CERTAIN = 7  # characters of an id that nobody else's can be
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


@dataclass(frozen=True)
class Words:
    """What a person is called and reached by: `certain` is nobody else's, `shared` may be."""

    certain: frozenset[str]
    shared: frozenset[str]

    @classmethod
    def of(cls, values: Iterable[str]) -> Words:
        found = {value.strip() for value in values if value and len(value.strip()) > 1}
        certain = {value for value in found if value.isascii() and len(value) >= LEAST_CERTAIN}
        return cls(frozenset(certain), frozenset(found - certain))

    @property
    def all(self) -> list[str]:
        """The longest first, so that none leaves a part of another."""
        return sorted(self.certain | self.shared, key=lambda word: (-len(word), word))

    @cached_property
    def everywhere(self) -> re.Pattern[str]:
        return _pattern(self.certain)

    @cached_property
    def nearby(self) -> re.Pattern[str]:
        return _pattern(self.certain | self.shared)

    def pattern(self, *, is_near: bool) -> re.Pattern[str]:
        """What is looked for: in a place the person had to do with, everything."""
        return self.nearby if is_near else self.everywhere

    def names_another(self, text: str) -> bool:
        """Whether a mobile stands in the text that is not this person's: then a name there is not either."""
        return any(number not in self.certain for number in _MOBILE.findall(text))


def forget(value: object, pattern: re.Pattern[str]) -> object:
    """The value without the words, at any depth; a text that is nothing else becomes empty."""
    if isinstance(value, str):
        return "" if pattern.fullmatch(value.strip()) else pattern.sub(GONE, value)
    if isinstance(value, list):
        return [forget(each, pattern) for each in value]
    if isinstance(value, dict):
        return {key: forget(each, pattern) for key, each in value.items()}
    return value


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    ordered = sorted(words, key=lambda word: (-len(word), word))
    # A number within a longer one, or an id within another word, is not this person's.
    parts = [rf"(?<![0-9A-Za-z_]){re.escape(word)}(?![0-9A-Za-z_])" for word in ordered]
    return re.compile("|".join(parts) or r"(?!)")
