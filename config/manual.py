"""帮助: the manual inside the portal, and the card for branch secretaries.

The manual holds no data: whoever is signed in reads all of it, and everybody reads what one needs to get in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from config.manual_contents import CHAPTERS, GUIDES, PUBLIC, TOPICS
from config.manual_pages import PAGES
from config.manual_text import find, sections_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from orgs.http import LeagueRequest

LONGEST_TEXT = 60


@login_required
@require_safe
def list_manual(request: LeagueRequest) -> HttpResponse:
    """The start page: the guides of the person's own offices first; with `q`, the sections that match."""
    text = request.GET.get("q", "").strip()[:LONGEST_TEXT]
    roles = {span.role for span in request.user.units_in_charge().spans}
    own = [each for each in GUIDES if roles & set(each.roles)]
    context = {
        "text": text,
        "found": find(text),
        "own": own,
        "others": [each for each in GUIDES if each not in own],
        "chapters": CHAPTERS,
    }
    return render(request, "help/list.html", context)


@login_required
@require_safe
def show_manual(request: LeagueRequest, slug: str) -> HttpResponse:
    """One guide or chapter; an unknown one does not exist."""
    return _show(request, slug)


@require_safe
def show_sign_in_manual(request: HttpRequest) -> HttpResponse:
    """The chapter for those who cannot sign in yet, open to everybody."""
    return _show(request, PUBLIC)


@login_required
@require_safe
def print_manual(request: LeagueRequest) -> HttpResponse:
    """The whole manual on one page, for paper."""
    parts = [(topic, sections_of(topic.slug)) for topic in TOPICS.values()]
    return render(request, "help/all.html", {"parts": parts})


def address_for(page: str, *, is_signed_in: bool) -> str:
    """Where the manual speaks about a page (name of its URL); its start where it says nothing."""
    topic, _hash, section = PAGES.get(page, "").partition("#")
    if not is_signed_in:
        sign_in = reverse("show-sign-in-manual")
        return f"{sign_in}#{section}" if topic == PUBLIC else sign_in
    return f"{reverse('show-manual', args=[topic])}#{section}" if topic else reverse("list-manual")


def _show(request: HttpRequest, slug: str) -> HttpResponse:
    topic = TOPICS.get(slug)
    if topic is None:
        raise Http404
    return render(request, "help/topic.html", {"topic": topic, "sections": sections_of(slug)})
