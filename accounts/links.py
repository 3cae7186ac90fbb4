"""What upper apps offer on the page of an administrator: words and addresses. Registered in `AppConfig.ready()`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from accounts.models import Administratorship
    from orgs.models import User

Link = tuple[str, str]


class Provider(Protocol):
    def __call__(self, user: User, term: Administratorship) -> list[Link]: ...


_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Add an app's links; registered twice they count once."""
    if provider not in _providers:
        _providers.append(provider)


def of_term(user: User, term: Administratorship) -> list[Link]:
    """(words, address) in order of registration."""
    return [link for provider in _providers for link in provider(user, term)]
