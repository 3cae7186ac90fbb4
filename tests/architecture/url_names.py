"""The names of all URLs the portal answers, read from the resolver."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, get_resolver

OUTSIDE = ("admin",)  # Django's own site for system administrators has its own tests


def all_names() -> set[str]:
    """`app:name` of every URL of ours."""
    return _names(get_resolver())


def _names(resolver: URLResolver, namespace: str = "") -> set[str]:
    found: set[str] = set()
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            found |= {namespace + entry.name} if entry.name else set()
        elif entry.namespace not in OUTSIDE:
            found |= _names(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
    return found
