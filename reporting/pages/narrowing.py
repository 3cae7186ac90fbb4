"""The filter row of the weekly page: subtree, 战线 and 类型 to choose from, and what is chosen as chips."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs.choices import Kind, Line
from reporting.pages import overview
from reporting.pages.weeks import EDITION, NOW, TREE
from reporting.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reporting.pages.board import Board
    from reporting.pages.further import Below

Option = tuple[str, str, bool]  # value, words, is chosen


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the filter row shows; `…_below` are lines and kinds that units further below may have. `kept` are the parameters that go along when it is sent.

    `unit` is the (id, name) of a subtree below the reader's own unit; `chips` are (words, address without it).
    """

    lines: list[Option]
    kinds: list[Option]
    lines_below: list[Option]
    kinds_below: list[Option]
    kept: list[tuple[str, str]]
    unit: tuple[int | str, str]
    chips: list[tuple[str, str]]
    clear_url: str


def of_board(board: Board, there: Below, *, is_own: bool) -> Narrowing:
    """From the rows of the board; no statement. `is_own`: the reader holds an office in the unit shown."""
    week, among = board.chosen.week, board.among
    rows = board.in_operation()
    own = f"?w={week}"
    unit: tuple[int | str, str] = ("", "")
    chips = []
    if board.root is not None and not is_own:
        unit = (board.root.unit_id, board.root.name)
        chips.append((_("团组织：%(name)s") % {"name": board.root.name}, f"{own}&{among.query}"))
    for name in ("line", "kind"):
        if getattr(among, name):
            words = Scope(**{name: getattr(among, name)}).words
            chips.append((words, overview.week_url(board, week, replace(among, **{name: ""}))))
    lines, kinds = {row.line for row in rows}, {row.kind_id for row in rows}
    lines_below, kinds_below = set(there.lines) - lines, set(there.kinds) - kinds
    return Narrowing(
        _options(Line.choices, lines, among.line, also=lines_below),
        _options(Kind.choices, kinds, among.kind, also=kinds_below),
        _listed(Line.choices, lines_below, among.line),
        _listed(Kind.choices, kinds_below, among.kind),
        _kept(board),
        unit,
        chips,
        f"{own}&{Scope().query}",
    )


def _options(
    choices: Iterable[tuple[str, object]], here: set[str], chosen: str, *, also: set[str]
) -> list[Option]:
    """Those that some unit shown has; none where there is nothing to choose. `also` is to choose from beside them."""
    found = _listed(choices, here | ({chosen} - also), chosen)
    return found if len(found) > 1 or chosen or also else []


def _listed(choices: Iterable[tuple[str, object]], shown: set[str], chosen: str) -> list[Option]:
    """In the order of the choices."""
    return [(value, str(label), value == chosen) for value, label in choices if value in shown]


def _kept(board: Board) -> list[tuple[str, str]]:
    chosen = board.chosen
    kept = [("w", str(chosen.week)), ("scope", board.among.view), ("sort", board.sort)]
    kept += [(EDITION, str(chosen.closed.edition))] if chosen.is_asked else []
    return [*kept, (TREE, NOW)] if chosen.is_restated else kept
