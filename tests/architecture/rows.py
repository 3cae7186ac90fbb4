"""The shape of a line of the URL × role matrix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

PUBLIC = "public"
ANYONE = "signed in"
TOKEN = "token"  # the read interface: tests/config/test_api.py walks it with tokens


@dataclass(frozen=True, slots=True)
class Row:
    """`subject` names the builder of the object the URL is about ("" = none); `verb` the permission (a|b: either), PUBLIC or ANYONE."""

    subject: str
    verb: str
    methods: tuple[str, ...] = ("get",)
    data: dict[str, str] | None = None
    args: Callable[[int], list[object]] = lambda pk: [pk]
    foreign: int = 404  # what a foreign object answers
    is_for_all_trees: bool = False  # of those with the verb, only the office above every tree of the forest


GET, POST, BOTH = ("get",), ("post",), ("get", "post")
