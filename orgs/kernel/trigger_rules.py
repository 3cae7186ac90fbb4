"""What a table is protected against, in the words of PostgreSQL and SQLite; `triggers.py` registers and installs it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class Filled(Enum):
    """Not one value, but any: the column IS NOT NULL."""

    FILLED = "filled"


FILLED = Filled.FILLED
LockedValue = str | int | bool | Filled
PREFIX = "immutable_"


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger: when `refusal` holds for a statement (PostgreSQL) or a row (SQLite), it fails."""

    table: str
    event: str
    refusal: str
    before: str = ""

    @property
    def name(self) -> str:
        """Contains a digest of the definition: a changed definition is a missing trigger."""
        text = "\0".join(["1", self.table, self.event, self.refusal, self.before])
        return f"{PREFIX}{self.event.lower()}_{hashlib.sha256(text.encode()).hexdigest()[:12]}"


class Rule(Protocol):
    """What a table is protected against, in the words of each engine."""

    def for_postgresql(self) -> list[Trigger]: ...
    def for_sqlite(self) -> list[Trigger]: ...


@dataclass(frozen=True, slots=True)
class AppendOnly:
    """Rows may be added, nothing else."""

    table: str

    def for_postgresql(self) -> list[Trigger]:
        changed = "EXISTS (SELECT 1 FROM old_rows)"
        any_row = f"EXISTS (SELECT 1 FROM {quoted(self.table)})"  # noqa: S608 - a table name of ours
        return [
            Trigger(self.table, "UPDATE", changed),
            Trigger(self.table, "DELETE", changed),
            Trigger(self.table, "TRUNCATE", any_row),
        ]

    def for_sqlite(self) -> list[Trigger]:
        return [Trigger(self.table, "UPDATE", "1"), Trigger(self.table, "DELETE", "1")]


@dataclass(frozen=True, slots=True)
class LockedRows:
    """A row whose column holds a locked value (FILLED: anything at all) can be neither changed nor deleted."""

    table: str
    column: str
    values: tuple[LockedValue, ...]

    def for_postgresql(self) -> list[Trigger]:
        locked = _is_in(self.column, self.values)
        changed = f"EXISTS (SELECT 1 FROM old_rows WHERE {locked})"  # noqa: S608 - names and values of ours
        any_row = f"EXISTS (SELECT 1 FROM {quoted(self.table)} WHERE {locked})"  # noqa: S608
        return [
            Trigger(self.table, "UPDATE", changed),
            Trigger(self.table, "DELETE", changed),
            Trigger(self.table, "TRUNCATE", any_row),
        ]

    def for_sqlite(self) -> list[Trigger]:
        locked = f"OLD.{_is_in(self.column, self.values)}"
        return [Trigger(self.table, "UPDATE", locked), Trigger(self.table, "DELETE", locked)]


@dataclass(frozen=True, slots=True)
class Through:
    """The table between a grandchild and its locked parent: `pk` is what the grandchild names, `fk` the parent."""

    table: str
    fk: str
    pk: str = "id"


@dataclass(frozen=True, slots=True)
class LockedByParent:
    """Rows of a locked parent can be neither added, nor changed, nor deleted, nor moved to or from it.

    With `through`, `parent_fk` names a row of the table between, whose parent decides.
    """

    table: str
    parent_fk: str
    parent: LockedRows
    parent_pk: str
    through: Through | None = None

    def for_postgresql(self) -> list[Trigger]:
        fk = quoted(self.parent_fk)
        old, new = f"SELECT {fk} FROM old_rows", f"SELECT {fk} FROM new_rows"  # noqa: S608 - names of ours
        any_row = f"SELECT {fk} FROM {quoted(self.table)}"  # noqa: S608
        return [
            self._statement("INSERT", new),
            self._statement("UPDATE", f"{old} UNION {new}"),
            self._statement("DELETE", old),
            Trigger(self.table, "TRUNCATE", self._locked(any_row)),
        ]

    def for_sqlite(self) -> list[Trigger]:
        old, new = (self._locked_row(f"{row}.{quoted(self.parent_fk)}") for row in ("OLD", "NEW"))
        return [
            Trigger(self.table, "INSERT", new),
            Trigger(self.table, "UPDATE", f"{old} OR {new}"),
            Trigger(self.table, "DELETE", old),
        ]

    def _statement(self, event: str, keys: str) -> Trigger:
        # The parents are held until the end of the transaction: without that, one could be locked by another
        # transaction between this look at it and the commit.
        hold = _hold(self.parent.table, self.parent_pk, self._parents(keys))
        if self.through is not None:
            # The row between is held too, or it could be moved to another parent meanwhile; the parent comes first,
            # as for whoever locks it.
            hold += f" {_hold(self.through.table, self.through.pk, keys)}"
        return Trigger(self.table, event, self._locked(keys), before=hold)

    def _parents(self, keys: str) -> str:
        if self.through is None:
            return keys
        between = self.through
        return (
            f"SELECT {quoted(between.fk)} FROM {quoted(between.table)} WHERE {quoted(between.pk)} IN ({keys})"  # noqa: S608
        )

    def _locked_row(self, key: str) -> str:
        # `=`, as SQLite builds a temporary index for IN (key) at every row: four times the cost of writing a week.
        between = self.through
        if between is not None:
            key = f"(SELECT {quoted(between.fk)} FROM {quoted(between.table)} WHERE {quoted(between.pk)} = {key})"  # noqa: S608
        parent = f"SELECT 1 FROM {quoted(self.parent.table)} WHERE {quoted(self.parent_pk)} = {key}"  # noqa: S608
        return f"EXISTS ({parent} AND {_is_in(self.parent.column, self.parent.values)})"

    def _locked(self, keys: str) -> str:
        return (
            f"EXISTS (SELECT 1 FROM {quoted(self.parent.table)}"  # noqa: S608
            f" WHERE {quoted(self.parent_pk)} IN ({self._parents(keys)})"
            f" AND {_is_in(self.parent.column, self.parent.values)})"
        )


@dataclass(frozen=True, slots=True)
class KeptOnceLocked:
    """Of a row that is filled in, some columns are kept and the row stays, once the row it speaks of elsewhere is locked.

    `keys` name that row by columns which both tables have: a report and the week that has been closed since. Where
    `other` is None, filling it in is enough.
    """

    table: str
    pk: str
    filled: str
    kept: tuple[str, ...]
    keys: tuple[str, ...]
    other: LockedRows | None

    def for_postgresql(self) -> list[Trigger]:
        final = f"FROM old_rows o WHERE {self._is_final('o')}"
        same = " AND ".join(f"n.{name} IS NOT DISTINCT FROM o.{name}" for name in self._names())
        kept = f"SELECT 1 FROM new_rows n WHERE n.{quoted(self.pk)} = o.{quoted(self.pk)} AND {same}"  # noqa: S608
        any_row = f"SELECT 1 FROM {quoted(self.table)} o WHERE {self._is_final('o')}"  # noqa: S608
        return [
            Trigger(self.table, "UPDATE", f"EXISTS (SELECT 1 {final} AND NOT EXISTS ({kept}))"),
            Trigger(self.table, "DELETE", f"EXISTS (SELECT 1 {final})"),
            Trigger(self.table, "TRUNCATE", f"EXISTS ({any_row})"),
        ]

    def for_sqlite(self) -> list[Trigger]:
        changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in (quoted(self.pk), *self._names()))
        final = self._is_final("OLD")
        return [
            Trigger(self.table, "UPDATE", f"{final} AND ({changed})"),
            Trigger(self.table, "DELETE", final),
        ]

    def _names(self) -> list[str]:
        return [quoted(name) for name in dict.fromkeys((self.filled, *self.kept, *self.keys))]

    def _is_final(self, row: str) -> str:
        is_filled = f"{row}.{_is_in(self.filled, (FILLED,))}"
        if self.other is None:
            return is_filled
        same = " AND ".join(f"{quoted(name)} = {row}.{quoted(name)}" for name in self.keys)
        locked = _is_in(self.other.column, self.other.values)
        other = f"SELECT 1 FROM {quoted(self.other.table)} WHERE {same} AND {locked}"  # noqa: S608 - names of ours
        return f"{is_filled} AND EXISTS ({other})"


@dataclass(frozen=True, slots=True)
class KeptBelowLocked:
    """Rows of a parent are neither changed nor deleted once the row the parent speaks of elsewhere is locked.

    `keys` name that row by columns which it and the parent have. Rows may still be added to the parent.
    """

    table: str
    parent_fk: str
    parent_table: str
    parent_pk: str
    keys: tuple[str, ...]
    other: LockedRows

    def for_postgresql(self) -> list[Trigger]:
        final = f"EXISTS (SELECT 1 FROM old_rows o WHERE {self._is_final('o')})"  # noqa: S608 - names of ours
        any_row = f"EXISTS (SELECT 1 FROM {quoted(self.table)} o WHERE {self._is_final('o')})"  # noqa: S608
        return [
            Trigger(self.table, "UPDATE", final),
            Trigger(self.table, "DELETE", final),
            Trigger(self.table, "TRUNCATE", any_row),
        ]

    def for_sqlite(self) -> list[Trigger]:
        final = self._is_final("OLD")
        return [Trigger(self.table, "UPDATE", final), Trigger(self.table, "DELETE", final)]

    def _is_final(self, row: str) -> str:
        same = " AND ".join(f"w.{quoted(name)} = p.{quoted(name)}" for name in self.keys)
        return (
            f"EXISTS (SELECT 1 FROM {quoted(self.parent_table)} p JOIN {quoted(self.other.table)} w ON {same}"  # noqa: S608
            f" WHERE p.{quoted(self.parent_pk)} = {row}.{quoted(self.parent_fk)}"
            f" AND w.{_is_in(self.other.column, self.other.values)})"
        )


@dataclass(frozen=True, slots=True)
class OnlyErased:
    """Rows are never deleted, and changed only by being erased: `stamp` says when, and `emptied` is empty from then on."""

    table: str
    pk: str
    emptied: str
    stamp: str

    def for_postgresql(self) -> list[Trigger]:
        pk, rest = quoted(self.pk), self._is_erased("n")
        erased = f"SELECT 1 FROM new_rows n WHERE n.{pk} = o.{pk} AND {rest}"  # noqa: S608 - names of ours
        return [
            Trigger(self.table, "UPDATE", f"EXISTS (SELECT 1 FROM old_rows o WHERE NOT EXISTS ({erased}))"),  # noqa: S608
            *AppendOnly(self.table).for_postgresql()[1:],
        ]

    def for_sqlite(self) -> list[Trigger]:
        same = f"NEW.{quoted(self.pk)} IS OLD.{quoted(self.pk)}"
        return [
            Trigger(self.table, "UPDATE", f"NOT ({same} AND {self._is_erased('NEW')})"),
            Trigger(self.table, "DELETE", "1"),
        ]

    def _is_erased(self, row: str) -> str:
        return f"{row}.{quoted(self.stamp)} IS NOT NULL AND {row}.{quoted(self.emptied)} = ''"


def literal(value: LockedValue) -> str:
    """A value as SQL."""
    if isinstance(value, Filled):
        raise TypeError("FILLED is no value: it stands alone, as IS NOT NULL")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def _hold(table: str, pk: str, keys: str) -> str:
    return f"PERFORM 1 FROM {quoted(table)} WHERE {quoted(pk)} IN ({keys}) ORDER BY {quoted(pk)} FOR SHARE;"


def _is_in(column: str, values: tuple[LockedValue, ...]) -> str:
    if values == (FILLED,):
        return f"{quoted(column)} IS NOT NULL"
    if len(values) == 1:
        return f"{quoted(column)} = {literal(values[0])}"
    return f"{quoted(column)} IN ({', '.join(literal(value) for value in values)})"
