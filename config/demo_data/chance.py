"""Deterministic chance and synthetic people: the same demo on every machine."""

from __future__ import annotations

import random
from dataclasses import dataclass

SURNAMES = "陈林王符吴李黄郑周何张邢韩曾莫云冯苏蔡杨"
GIVEN = [
    "思远",
    "晓彤",
    "若琳",
    "雨桐",
    "志明",
    "海燕",
    "俊杰",
    "文静",
    "子涵",
    "嘉怡",
    "明辉",
    "佳慧",
    "宇航",
    "诗涵",
    "建国",
    "丽娜",
    "一鸣",
    "欣然",
    "浩然",
    "可欣",
]
FIRST_MOBILE = 13_800_000_200  # below it: the people who can sign in


def chance(*key: object) -> random.Random:
    """A generator that depends on the key alone."""
    return random.Random(":".join(map(str, key)))  # noqa: S311  made-up figures, not secrets


@dataclass(slots=True)
class People:
    """A source of synthetic persons whose mobiles never repeat and look it (1380000…)."""

    n_made: int = 0

    def next(self) -> tuple[str, str]:
        """Name and mobile."""
        self.n_made += 1
        n = self.n_made
        name = SURNAMES[n % len(SURNAMES)] + GIVEN[(n // len(SURNAMES)) % len(GIVEN)]
        return name, str(FIRST_MOBILE + n)
