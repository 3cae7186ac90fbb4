"""Checks of what must always hold (reliability.md 2): small named queries; apps list theirs, config/integrity.py gathers them.

A check reads and never writes. It yields what is wrong, one `Found` each; nothing yielded is a sound installation.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connection

from orgs.kernel.moments import one_moment

if TYPE_CHECKING:
    from django.utils.functional import Promise

MOST_NAMED = 100  # findings told one by one; beyond that only their number
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that is wrong: the row it shows at (its key and, where it helps, a name that is no person's), and what."""

    where: str
    text: str
    object_id: int | str | None = None


@dataclass(slots=True)
class Run:
    """One run over all checks: how much is asked for, and what several checks read only once."""

    weeks: int = 1  # newest closed weeks whose rows are added up and digested again; 0 = all
    files: bool = False  # also read every stored file and compare its digest
    _known: dict[Callable[[], Any], Any] = field(default_factory=dict)

    def once(self, read: Callable[[], T]) -> T:
        """What `read` gives, read at the first call only."""
        if read not in self._known:
            self._known[read] = read()
        found: T = self._known[read]
        return found


Find = Callable[[Run], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant: its name, the rule of reliability.md section 2, what must hold and what to do when it doesn't."""

    name: str
    rule: str
    title: str | Promise
    remedy: str | Promise
    find: Find


@dataclass(frozen=True, slots=True)
class Result:
    """What one check found: the first hundred, and how many in all."""

    check: Check
    found: tuple[Found, ...]
    n_found: int
    seconds: float


def check(name: str, rule: str, title: str | Promise, *, remedy: str | Promise) -> Callable[[Find], Check]:
    """Make a check of a function that yields what is wrong."""
    return lambda find: Check(name, rule, title, remedy, find)


def run(checks: Iterable[Check], how: Run | None = None) -> Iterator[Result]:
    """Do the checks one after the other, all looking at one moment of the database while people go on working."""
    how = how or Run()
    with one_moment(connection):
        for each in checks:
            yield _done(each, how)


def _done(each: Check, how: Run) -> Result:
    started = time.monotonic()
    found = iter(each.find(how))
    named = tuple(islice(found, MOST_NAMED))
    n_found = len(named) + sum(1 for _ in found)
    return Result(each, named, n_found, time.monotonic() - started)


def rows(statement: str, parameters: Iterable[int | str] = ()) -> Iterator[tuple[Any, ...]]:
    """The rows of a statement of ours, a few at a time."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(parameters))
        while some := cursor.fetchmany(1000):
            yield from some


__all__ = ["MOST_NAMED", "Check", "Found", "Result", "Run", "check", "rows", "run"]
