"""One growing SQL statement: values become parameters named once, grouped sources are joined once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reporting.rollup.moment import Param

NOBODY = "(NULL)"
MOST_JOINS = (
    50  # SQLite joins no more than 64 tables; the roll-up's own and what one requirement adds come on top
)


class Statement:
    """Parameters and joins over f = week_facts and b = week_below; `scope` restricts units to the campaign's subtree."""

    def __init__(self, params: dict[str, Param], scope: str = "") -> None:
        self.params = dict(params)
        self.scope = scope
        self._values: dict[tuple[type, Param], str] = {}
        self._joins: dict[str, str] = {}
        self.extras: dict[str, str] = {}  # SELECT of `unit_id` and `n` -> its column of judge_extra

    def next(self) -> Statement:
        """Another one with joins of its own, over the same parameters and the same columns of judge_extra."""
        other = Statement({}, self.scope)
        other.params, other._values, other.extras = self.params, self._values, self.extras
        return other

    @property
    def is_full(self) -> bool:
        """What comes next needs another one."""
        return len(self._joins) > MOST_JOINS

    def value(self, value: Param) -> str:
        """The placeholder of a value; equal values share one."""
        key = (type(value), value)
        if key not in self._values:
            name = f"v{len(self._values)}"
            self._values[key] = name
            self.params[name] = value
        return f"%({self._values[key]})s"

    def values(self, values: Iterable[Param]) -> str:
        """Placeholders for IN; nothing is in an empty list."""
        return f"({', '.join(self.value(each) for each in values)})".replace("()", NOBODY)

    def join(self, select: str) -> str:
        """The alias of a SELECT with `unit_id`, one row a unit; the same SELECT is joined once."""
        return self._joins.setdefault(select, f"j{len(self._joins)}")

    def column(self, select: str) -> str:
        """The column of judge_extra that holds what the SELECT counts."""
        return self.extras.setdefault(select, f"n{len(self.extras)}")

    @property
    def joins(self) -> str:
        return "\n".join(
            f"LEFT JOIN ({select}) {alias} ON {alias}.unit_id = f.unit_id"
            for select, alias in self._joins.items()
        )
