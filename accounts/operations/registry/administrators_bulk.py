"""批量办理 of administrators: the operation of one term, once for each of those chosen; what can't be done is named and skipped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils.translation import gettext_lazy

from accounts.models import Administratorship
from accounts.operations.registry.administrators import end_administratorship, replace_administrator
from orgs.exceptions import OrgsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.operations.registry.administrators import PersonalData
    from orgs.models import OrgUnit, User


class TermAction(models.TextChoices):
    """What can be done to several terms at once; the words are those of the single term's page."""

    END = "end", gettext_lazy("离任，暂无接任的人")
    REPLACE = "replace", gettext_lazy("更换，都由同一人接任")


@dataclass(frozen=True, slots=True)
class TermOutcome:
    """What became of one term: "" = done, else why it was skipped."""

    term: Administratorship
    refusal: str = ""


def end_many_terms(
    ids: Sequence[int], *, successor: PersonalData | None, reason: str, on_demand_of: OrgUnit | None, by: User
) -> list[TermOutcome]:
    """Each term in a transaction of its own, in the official order; with `successor`, that person's term begins as it ends."""
    rows = Administratorship.objects.visible_to(by).filter(pk__in=ids).with_places()
    found = rows.order_by("unit__tree_id", "unit__lft", "pk")
    return [_one(term, successor, reason=reason, on_demand_of=on_demand_of, by=by) for term in found]


def _one(
    term: Administratorship,
    successor: PersonalData | None,
    *,
    reason: str,
    on_demand_of: OrgUnit | None,
    by: User,
) -> TermOutcome:
    try:
        with transaction.atomic():
            if successor is None:
                end_administratorship(term, reason=reason, on_demand_of=on_demand_of, by=by)
            else:
                replace_administrator(term, successor, reason=reason, on_demand_of=on_demand_of, by=by)
    except OrgsError as error:
        return TermOutcome(term, error.message)
    return TermOutcome(term)
