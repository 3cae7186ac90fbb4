"""常用视图: a list's filters, order and columns under a name, for one person. A preference, so nothing is audited."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from django.db import transaction
from django.utils.translation import gettext as _

from orgs.exceptions import OrgsError
from orgs.kernel import clock
from orgs.models import SavedView

if TYPE_CHECKING:
    from orgs.models import User

MOST_VIEWS = 20
LONGEST_TITLE, LONGEST_QUERY = 40, 1000
# SECURITY: what was typed into the search may be a person's name, and this table is not encrypted.
NOT_KEPT = ("q", "unit_q", "page", "export")


@transaction.atomic
def save_view(page: str, *, title: str, query: str, by: User) -> SavedView:
    """Keep the view of a list (its URL name) under this title; a view of the same title is replaced."""
    title = " ".join(title.split())[:LONGEST_TITLE]
    if not title:
        raise OrgsError(_("请填写视图名称。"))
    kept = [(name, value) for name, value in parse_qsl(query) if name not in NOT_KEPT]
    text = urlencode(kept)
    if len(text) > LONGEST_QUERY:
        raise OrgsError(_("筛选条件太多，请减少后再保存。"))
    others = SavedView.objects.filter(user=by, page=page).exclude(title=title)
    if others.count() >= MOST_VIEWS:
        raise OrgsError(_("常用视图最多%(n)d个，请先删除不用的。") % {"n": MOST_VIEWS})
    facts = {
        "query": text,
        "columns": [value for name, value in kept if name == "col"],
        "created_at": clock.now(),
    }
    return SavedView.objects.update_or_create(user=by, page=page, title=title, defaults=facts)[0]


def delete_view(pk: int, *, by: User) -> None:
    """The person's own view is gone; another's does not exist."""
    SavedView.objects.filter(user=by, pk=pk).delete()
