"""The sections of the manual as rendered from `templates/help/`, and search among them: substrings, no service, no index."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from html import unescape

from django.template.loader import render_to_string
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe

from config.manual_contents import TOPICS, Topic

SECTION = re.compile(
    r'<section id="([a-z-]+)"(?: data-also="([^"]*)")?>\s*<h2>(.*?)</h2>(.*?)</section>', re.DOTALL
)
TITLE_WEIGHT = 3  # a word of a heading says more than one of the text
AROUND = 40  # characters shown on either side of what was found
MOST_FOUND = 30


@dataclass(frozen=True, slots=True)
class Section:
    """One answer of the manual: heading, text as HTML, and the words by which it is found."""

    topic: Topic
    key: str
    title: str
    body: SafeString
    text: str
    also: str  # what people call it who do not know the portal's word


@dataclass(frozen=True, slots=True)
class Found:
    """A section that matches, with the words around the first hit."""

    section: Section
    before: str
    hit: str
    after: str


@cache
def sections_of(slug: str) -> tuple[Section, ...]:
    """The sections of one topic in their order; the text stands still while the process runs."""
    topic = TOPICS[slug]
    html = render_to_string(topic.template)
    return tuple(
        Section(topic, key, unescape(title), mark_safe(body), _plain(body), also)  # noqa: S308 - our own templates
        for key, also, title, body in SECTION.findall(html)
    )


def find(text: str, topics: tuple[str, ...] = tuple(TOPICS)) -> list[Found]:
    """Sections that hold at least a third of the pieces of the text, those that hold all of them first.

    Chinese is written without spaces: a word of three characters and more is looked for by its pairs as well.
    """
    words = [word for word in _folded(text).split() if word]
    if not words:
        return []
    pieces = list(dict.fromkeys(piece for word in words for piece in _pieces(word)))
    scored = [(*_score(each, words, pieces), each) for slug in topics for each in sections_of(slug)]
    near = [
        (share < len(pieces), -points, each)
        for share, points, each in scored
        if share and 3 * share >= len(pieces)
    ]
    best = sorted(near, key=lambda found: found[:2])[:MOST_FOUND]
    return [_shown(each, [*words, *pieces]) for _lacks, _points, each in best]


def _score(section: Section, words: list[str], pieces: list[str]) -> tuple[int, int]:
    """How many pieces occur, and how good the section is among equals."""
    title, text = _folded(f"{section.title} {section.also}"), _folded(section.text)
    share = sum(piece in title or piece in text for piece in pieces)
    points = sum(TITLE_WEIGHT * (piece in title) + (piece in text) for piece in [*words, *pieces])
    return share, points


def _pieces(word: str) -> list[str]:
    """The pairs of a Chinese word; anything else stays whole."""
    if word.isascii() or len(word) < 3:
        return [word]
    return [word[at : at + 2] for at in range(len(word) - 1)]


def _shown(section: Section, wanted: list[str]) -> Found:
    text = section.text
    folded = _folded(text)
    hit = next((word for word in wanted if word in folded), "")
    at = folded.find(hit) if hit and len(folded) == len(text) else 0
    end = at + len(hit)
    start = max(0, at - AROUND)
    return Found(
        section, ("…" if start else "") + text[start:at], text[at:end], text[end : end + AROUND] + "…"
    )


def _plain(html: str) -> str:
    return " ".join(unescape(strip_tags(html)).split())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
