"""What upper apps offer on the pages of an administrator, an account, a group and a round. Registered in `AppConfig.ready()`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from accounts.models import Account, Administratorship, CollectionRound, Group
    from orgs.models import User
    from orgs.panels import Panel

Link = tuple[str, str]


class Provider(Protocol):
    def __call__(self, user: User, term: Administratorship) -> list[Link]: ...


class PanelProvider(Protocol):
    def __call__(self, user: User, channel: Account | Group) -> list[Panel]: ...


class RoundProvider(Protocol):
    def __call__(self, user: User, round: CollectionRound) -> list[Link]: ...


_providers: list[Provider] = []
_panel_providers: list[PanelProvider] = []
_round_providers: list[RoundProvider] = []


def register(
    provider: Provider | None = None,
    *,
    panels: PanelProvider | None = None,
    rounds: RoundProvider | None = None,
) -> None:
    """Add an app's links on an administrator's page, its panels on a channel's, its links on a round's.

    Registered twice they count once.
    """
    if provider is not None and provider not in _providers:
        _providers.append(provider)
    if panels is not None and panels not in _panel_providers:
        _panel_providers.append(panels)
    if rounds is not None and rounds not in _round_providers:
        _round_providers.append(rounds)


def of_term(user: User, term: Administratorship) -> list[Link]:
    """(words, address) in order of registration."""
    return [link for provider in _providers for link in provider(user, term)]


def panels_of(user: User, channel: Account | Group) -> list[Panel]:
    """Panels below an account's or a group's administrators, in order of registration; the place they name is not asked."""
    return [panel for provider in _panel_providers for panel in provider(user, channel)]


def of_round(user: User, round: CollectionRound) -> list[Link]:
    """(words, address) of what a round belongs to, in order of registration."""
    return [link for provider in _round_providers for link in provider(user, round)]
