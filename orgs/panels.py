"""What upper apps add to the page of a unit: figures, tabs, cells of the table of children, the past. Registered in `AppConfig.ready()`.

A provider is called once per page with the unit and the children shown, so it asks the database for all of them at once.
Places: `summary` (below the head), `main` (below the children), `aside` (right column), `child_head` and `child_cells`
(`<th>`s and `<td>`s of the table of children; the template gets `child` and `panel`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orgs.models import OrgUnit, User


@dataclass(frozen=True, slots=True)
class Panel:
    """A template of the upper app and what it reads as `panel`."""

    place: str
    template: str
    context: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of the unit page: what its page calls it, words, address. They stand by `position`, whoever adds them."""

    key: str
    label: str
    url: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class AsOf:
    """The unit as it stood: weeks one may look back at, (year, [(value, words)]), the newest first.

    `panel` is what stands for the table of children while a week (`chosen`) is looked at.
    """

    years: list[tuple[int, list[tuple[str, str]]]] = field(default_factory=list)
    chosen: str = ""
    panel: Panel | None = None


class Provider(Protocol):
    def __call__(self, user: User, unit: OrgUnit, children: Sequence[OrgUnit]) -> list[Panel]: ...


class TabProvider(Protocol):
    def __call__(self, user: User, unit: OrgUnit) -> list[Tab]: ...


class AsOfProvider(Protocol):
    def __call__(self, user: User, unit: OrgUnit, asked: str, page: str | None) -> AsOf: ...


_providers: list[Provider] = []
_tab_providers: list[TabProvider] = []
_as_of_providers: list[AsOfProvider] = []


def register(
    *, panels: Provider | None = None, tabs: TabProvider | None = None, as_of: AsOfProvider | None = None
) -> None:
    """Add an app's part of the unit page; registered twice it counts once."""
    if as_of is not None and as_of not in _as_of_providers:
        _as_of_providers.append(as_of)
    if panels is not None and panels not in _providers:
        _providers.append(panels)
    if tabs is not None and tabs not in _tab_providers:
        _tab_providers.append(tabs)


def panels_of(user: User, unit: OrgUnit, children: Sequence[OrgUnit]) -> dict[str, list[Panel]]:
    """Panels by place, in order of registration."""
    found: dict[str, list[Panel]] = {}
    for provider in _providers:
        for panel in provider(user, unit, children):
            found.setdefault(panel.place, []).append(panel)
    return found


def tabs_of(user: User, unit: OrgUnit) -> list[Tab]:
    """Tabs by position."""
    found = [tab for provider in _tab_providers for tab in provider(user, unit)]
    return sorted(found, key=lambda tab: tab.position)


def as_of(user: User, unit: OrgUnit, asked: str, page: str | None) -> AsOf:
    """The unit in the week asked for ("" = as it stands now). Raises Http404 for a week there is no telling of."""
    for provider in _as_of_providers:
        return provider(user, unit, asked, page)
    return AsOf()
