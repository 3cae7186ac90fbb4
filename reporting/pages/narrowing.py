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

Option = tuple[str, str, bool]  # value, words, is chosen


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the filter row shows. `kept` are the parameters that go along when it is sent.

    `unit` is the (id, name) of a subtree below the reader's own unit; `chips` are (words, address without it).
    """

    lines: list[Option]
    kinds: list[Option]
    kept: list[tuple[str, str]]
    unit: tuple[int | str, str]
    chips: list[tuple[str, str]]
    clear_url: str


def of_board(board: Board, *, is_own: bool) -> Narrowing:
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
    return Narrowing(
        _options(Line.choices, {row.line for row in rows}, among.line),
        _options(Kind.choices, {row.kind_id for row in rows}, among.kind),
        _kept(board),
        unit,
        chips,
        f"{own}&{Scope().query}",
    )


def _options(choices: Iterable[tuple[str, object]], here: set[str], chosen: str) -> list[Option]:
    """Those that some unit shown has, in the order of the choices; none where there is nothing to choose."""
    found = [
        (value, str(label), value == chosen) for value, label in choices if value in here or value == chosen
    ]
    return found if len(found) > 1 or chosen else []


def _kept(board: Board) -> list[tuple[str, str]]:
    chosen = board.chosen
    kept = [("w", str(chosen.week)), ("scope", board.among.view), ("sort", board.sort)]
    kept += [(EDITION, str(chosen.closed.edition))] if chosen.is_asked else []
    return [*kept, (TREE, NOW)] if chosen.is_restated else kept
