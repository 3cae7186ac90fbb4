"""What upper apps do when a unit is moved, merged, closed or opened again: callables they register in `AppConfig.ready()`.

`preview(change)` names what goes along, for the page on which a person confirms. `apply(change)` runs inside the tree
operation's transaction, after the tree has changed, and calls its own app's operation with `change.at` and `change.by`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from orgs.models import User
    from orgs.querysets.scope import UnitsInCharge


class Verb(TextChoices):
    MOVE = "move", _("调整上级")
    MERGE = "merge", _("合并")
    CLOSE = "close", _("撤销")
    RENAME = "rename", _("更名")  # previewed only: nothing of the upper apps changes
    KIND = "kind", _("改类型")  # previewed only: what stands above a unit, and so where its forms go, stays
    REOPEN = "reopen", _("撤回撤销")


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the tree. `unit_ids` are the units it happens to, `scope` everything that goes along."""

    verb: str
    unit_ids: tuple[int, ...]
    scope: UnitsInCharge
    target_id: (
        int | None
    )  # the new superior of a move (None: a tree of its own), the receiving unit of a merge
    by: User | None
    reason: str = ""
    at: datetime | None = None  # None in a preview
    undoes: datetime | None = None  # of a REOPEN: the moment of the closing that is taken back


@dataclass(frozen=True, slots=True)
class Effect:
    """One line of a preview: what, how many, and what happens to it."""

    label: str
    count: int
    note: str = ""


class Preview(Protocol):
    def __call__(self, change: Change) -> list[Effect]: ...


class Apply(Protocol):
    def __call__(self, change: Change) -> None: ...


class Happened(Protocol):
    def __call__(self, unit_ids: Sequence[int]) -> list[Effect]: ...


_happened: list[Happened] = []
_previews: list[Preview] = []
_applies: list[Apply] = []


def register(
    *, preview: Preview | None = None, apply: Apply | None = None, happened: Happened | None = None
) -> None:
    """Add an app's part; registered twice it counts once. Order of registration is order of execution.

    `happened(unit_ids)` names what has come to be in units since they were opened.
    """
    if happened is not None and happened not in _happened:
        _happened.append(happened)
    if preview is not None and preview not in _previews:
        _previews.append(preview)
    if apply is not None and apply not in _applies:
        _applies.append(apply)


def unregister(*, preview: Preview | None = None, apply: Apply | None = None) -> None:
    """Take a part out again; unknown parts are ignored."""
    if preview in _previews:
        _previews.remove(preview)
    if apply in _applies:
        _applies.remove(apply)


def preview(change: Change) -> list[Effect]:
    """Every app's lines, without those that count nothing."""
    return [effect for each in _previews for effect in each(change) if effect.count]


def happened_in(unit_ids: Sequence[int]) -> list[Effect]:
    """What every app has in these units, without what counts nothing; the opening of units may be undone if empty."""
    return [effect for each in _happened for effect in each(unit_ids) if effect.count]


def apply(change: Change) -> None:
    """Every app's part, in order."""
    for each in _applies:
        each(change)
