"""One of the processes of the race on the tree: `python -m tests.orgs.race_writer prepare|write SEED N [PERCENT]|judge`, prints JSON.

The database is the one TEST_DATABASE_URL names. An edit counts as acknowledged when its operation has returned: its line is
printed then. Of PERCENT of the edits the process dies by SIGKILL before a statement that the dice choose.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from contextlib import nullcontext

import django

if __name__ == "__main__":
    django.setup()

from django.db import connection

from orgs.choices import Kind
from orgs.exceptions import InvalidUnit, MayNotContain
from orgs.models import OrgUnit, UnitVersion
from orgs.operations import tree
from orgs.operations.reference import load_reference
from orgs.operations.tree_check import check_tree
from tests.orgs.forest import wrong_descendant_sets

BELOW = {Kind.PROVINCE: Kind.COUNTY, Kind.COUNTY: Kind.TOWNSHIP, Kind.TOWNSHIP: Kind.VILLAGE}
EDITS = {"insert": 45, "move": 25, "rename": 15, "merge": 8, "close": 7}
MOST_STATEMENTS = 25  # a doomed process dies before one of so many, or after a shorter edit, before it tells


def prepare() -> dict[str, object]:
    """Three provinces, each with three counties of three townships of three villages."""
    load_reference()
    for n in range(3):
        _grow(None, Kind.PROVINCE, f"p{n}")
    return {"units": OrgUnit.objects.count()}


def _grow(parent: OrgUnit | None, kind: str, code: str) -> None:
    unit = tree.create_unit(parent, kind=kind, name=code, code=code, by=None)
    if kind in BELOW:
        for n in range(3):
            _grow(unit, BELOW[kind], f"{code}-{n}")


class Deadly:
    """Kills the process before a statement."""

    def __init__(self, statement: int) -> None:
        self.left = statement

    def __call__(self, execute, sql, params, many, context) -> object:
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)


class Writer:
    """Makes random edits and tells a journal of those that were acknowledged."""

    def __init__(self, seed: int, percent: int = 0) -> None:
        self.percent = percent
        self.seed = seed
        self.random = random.Random(seed)  # noqa: S311 - reproducible, not secret
        self.serial = 0

    def write(self, n: int) -> None:
        """One line for each edit, as soon as it is over: what it was, refused, or the error."""
        for _turn in range(n):
            edit = self.random.choices(list(EDITS), list(EDITS.values()))[0]
            dies = self.random.random() * 100 < self.percent
            doom = Deadly(self.random.randint(1, MOST_STATEMENTS)) if dies else None
            with connection.execute_wrapper(doom) if doom else nullcontext():
                told = self._edit(edit)
            if doom:
                os.kill(os.getpid(), signal.SIGKILL)  # done, and nobody was told
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()

    def _edit(self, edit: str) -> dict[str, object]:
        try:
            return {"edit": (edit, *getattr(self, edit)())}
        except (InvalidUnit, MayNotContain):
            return {"refused": edit}
        except Exception as error:  # noqa: BLE001 - whatever it is, the judge wants to see it
            return {"error": f"{edit}: {type(error).__name__}: {error}"}

    def insert(self) -> tuple[str, object]:
        code = self._next("u")
        if self.random.random() < 0.03:
            tree.create_unit(None, kind=Kind.PROVINCE, name=code, code=code, by=None)
        else:
            parent = self._any(*BELOW)
            tree.create_unit(parent, kind=BELOW[parent.kind_id], name=code, code=code, by=None)
        return code, None

    def move(self) -> tuple[str, object]:
        unit, parent = self._any(Kind.COUNTY, Kind.TOWNSHIP, Kind.VILLAGE), self._any(*BELOW)
        tree.move_unit(unit, parent, reason="race", by=None)
        return unit.code, parent.pk

    def rename(self) -> tuple[str, object]:
        unit, name = self._any(*Kind.values), self._next("n")
        tree.rename_unit(unit, name=name, by=None)
        return unit.code, name

    def merge(self) -> tuple[str, object]:
        kind = self.random.choice([Kind.COUNTY, Kind.TOWNSHIP])
        source, target = self._any(kind), self._any(kind)
        tree.merge_units(source, target, reason="race", by=None)
        return source.code, target.pk

    def close(self) -> tuple[str, object]:
        unit = self._any(Kind.VILLAGE, Kind.TOWNSHIP)
        closed = tree.close_units([unit], reason="race", by=None)
        if not closed:
            raise InvalidUnit
        return unit.code, None

    def _next(self, letter: str) -> str:
        self.serial += 1
        return f"{letter}{self.seed}-{self.serial}"

    def _any(self, *kinds: str) -> OrgUnit:
        ids = (
            OrgUnit.objects.in_operation().filter(kind__in=kinds).order_by("pk").values_list("pk", flat=True)
        )
        # Fetched now, used later: by then another process may have moved, merged or closed it.
        return OrgUnit.objects.get(pk=self.random.choice(list(ids)))


def judge(journals: list[tuple[str, str, object]]) -> dict[str, object]:
    """Units with wrong descendants, what check_tree finds, and acknowledged edits that left no trace."""
    return {
        "wrong": wrong_descendant_sets(),
        "faults": check_tree().counts,
        "lost": [entry for entry in journals if not _left_a_trace(*entry)],
        "units": OrgUnit.objects.count(),
    }


def _left_a_trace(edit: str, code: str, value: object) -> bool:
    unit = OrgUnit.objects.filter(code=code).first()
    if unit is None:
        return False
    versions = UnitVersion.objects.filter(unit=unit)
    traces = {
        "insert": lambda: True,
        "move": lambda: versions.filter(parent_id=value).exists(),
        "rename": lambda: versions.filter(name=value).exists(),
        "merge": lambda: (unit.merged_into_id, unit.is_open) == (value, False),
        "close": lambda: not unit.is_open,
    }
    return traces[edit]()


if __name__ == "__main__":
    mode, *arguments = sys.argv[1:]
    if mode == "write":
        seed, n, *percent = map(int, arguments)
        Writer(seed, *percent).write(n)
    else:
        json.dump(prepare() if mode == "prepare" else judge(json.load(sys.stdin)), sys.stdout)
