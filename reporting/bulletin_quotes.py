"""采用的报送 in a bulletin: a paragraph for each, kept in its body by the contribution's id. Pure.

They are praise, so they name nobody badly; and they stay when the text is generated anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

QUOTES = "quotes"  # in the body of a bulletin: id of the contribution -> paragraph


def paragraph(unit: str, title: str) -> str:
    """What the bulletin says about one contribution."""
    return _("采用%(unit)s报送的信息《%(title)s》。") % {"unit": unit, "title": title}


def quotes(body: Mapping[str, Any]) -> dict[str, str]:
    """id of the contribution -> its paragraph, in the order in which they were taken up."""
    return dict(body.get(QUOTES, {}))


def standing(body: Mapping[str, Any], generated: str | None = None) -> str:
    """The text as the portal writes it: what is generated, then the quotes."""
    return "\n".join([body["generated"] if generated is None else generated, *quotes(body).values()])


def is_untouched(body: Mapping[str, Any]) -> bool:
    """Nobody has edited the text."""
    return bool(body["text"] == standing(body))


def with_quotes(body: Mapping[str, Any], added: Mapping[str, str]) -> dict[str, Any]:
    """The body with more of them, at the end of the text."""
    new = {pk: words for pk, words in added.items() if pk not in quotes(body)}
    return {**body, QUOTES: quotes(body) | new, "text": "\n".join([body["text"], *new.values()])}


def without_quote(body: Mapping[str, Any], pk: str) -> dict[str, Any]:
    """The body without one of them; a paragraph that people have rewritten stays."""
    kept = quotes(body)
    words = kept.pop(pk, None)
    lines = body["text"].splitlines()
    if words in lines:
        lines.remove(words)
    return {**body, QUOTES: kept, "text": "\n".join(lines)}
