"""An address for every URL the portal answers, read from the resolver: ids and words in it are made up."""

from __future__ import annotations

import re

from django.urls import URLPattern, URLResolver, get_resolver

from tests.architecture.url_names import OUTSIDE

_PART = re.compile(r"<(?:(\w+):)?\w+>")
SAMPLES = {"int": "1", "week": "2026-W46", "uuid": "00000000-0000-0000-0000-000000000000"}
ANY = "x"


def addresses() -> dict[str, str]:
    """`app:name` -> an address of that shape. Views that look at the address only answer as for any other."""
    return _addresses(get_resolver(), "/", "")


def _addresses(resolver: URLResolver, before: str, namespace: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in resolver.url_patterns:
        address = before + _PART.sub(lambda part: SAMPLES.get(part[1] or "", ANY), str(entry.pattern))
        if isinstance(entry, URLPattern):
            found |= {namespace + entry.name: address} if entry.name else {}
        elif entry.namespace not in OUTSIDE:
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            found |= _addresses(entry, address, inner)
    return found
