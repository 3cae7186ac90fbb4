"""Search over what a person may read: units first, then accounts, groups, notices, contributions, bulletins; each through its own scope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Account, Group
from orgs import unit_search
from orgs.models import OrgUnit
from reporting.models import Bulletin, Contribution, Notice

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponse

    from orgs.http import LeagueRequest
    from orgs.models import User

MOST_RESULTS = 50
MOST_OF_A_KIND = 10
LONGEST_TEXT = 60


@dataclass(frozen=True, slots=True)
class Found:
    """One result: its words, its address, to whom it belongs: with its superior, as units of one name stand in many places."""

    label: str
    url: str
    unit: str


@dataclass(frozen=True, slots=True)
class Section:
    """Results of one kind, at most so many; `more_url` leads to the list of all of them, where there are more."""

    key: str
    title: str
    results: list[Found]
    more_url: str


@login_required
@require_safe
def search(request: LeagueRequest) -> HttpResponse:
    """What matches every word: units by name, former name, pinyin or code, the best first; below them everything else."""
    text = request.GET.get("q", "").strip()[:LONGEST_TEXT]
    visible = OrgUnit.objects.visible_to(request.user)
    in_charge = request.user.units_in_charge()
    found = unit_search.Matches([])
    if text:
        found = unit_search.find(visible, in_charge, text, MOST_RESULTS + 1, with_closed=True)
    context = {
        "text": text,
        "units": found.units[:MOST_RESULTS],
        "is_cut": len(found.units) > MOST_RESULTS,
        "is_partial": found.is_partial,
        "sections": _sections(request.user, text) if text else [],
        "most": MOST_RESULTS,
    }
    return render(request, "config/search.html", context)


def _sections(user: User, text: str) -> list[Section]:
    """One statement for each kind of thing; kinds of which nothing is found are left out."""
    notices = Notice.objects.readable_by(user).sent().matching(text).defer("text")
    bulletins = Bulletin.objects.readable_by(user).published().matching(text).defer("figures", "body")
    kinds: tuple[tuple[str, str, QuerySet[Any], str, str], ...] = (
        (
            *("accounts", _("账号"), Account.objects.visible_to(user).matching(text).order_by("pk")),
            *("accounts:show-account", "accounts:list-accounts"),
        ),
        (
            *("groups", _("群"), Group.objects.visible_to(user).matching(text).order_by("pk")),
            *("accounts:show-group", "accounts:list-groups"),
        ),
        ("notices", _("通知"), notices, "reporting:show-notice", "reporting:list-notices"),
        (
            *("contributions", _("报送"), Contribution.objects.visible_to(user).matching(text).defer("text")),
            *("reporting:show-contribution", "reporting:list-contributions"),
        ),
        ("bulletins", _("通报"), bulletins, "reporting:show-bulletin", "reporting:list-bulletins"),
    )
    found = [_section(*kind, text) for kind in kinds]
    return [each for each in found if each.results]


def _section(key: str, title: str, rows: QuerySet[Any], page: str, listing: str, text: str) -> Section:
    shown = list(rows.select_related("unit__parent")[: MOST_OF_A_KIND + 1])
    results = [
        Found(str(row), reverse(page, args=[row.pk]), _place(row.unit)) for row in shown[:MOST_OF_A_KIND]
    ]
    more_url = f"{reverse(listing)}?{urlencode({'q': text})}" if len(shown) > MOST_OF_A_KIND else ""
    return Section(key, title, results, more_url)


def _place(unit: OrgUnit) -> str:
    return "　".join(each.name for each in (unit, unit.parent) if each is not None)
