"""Set-level reads of terms of administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models.functions import Cast

from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Account, Administratorship, Group
    from orgs.models import User

PERSONAL = ("name", "wechat_id", "nickname", "qq", "mobile")
_LATEST_FIRST = (models.F("ended_at").desc(nulls_first=True), "-pk")


class AdministratorshipQuerySet(ScopedQuerySet["Administratorship"]):
    def in_office(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def left(self) -> Self:
        """Terms that are over."""
        return self.filter(ended_at__isnull=False)

    def of_account(self, account: Account) -> Self:
        """Those in office first, then those who left, the latest first."""
        return self.filter(account=account).order_by(models.F("ended_at").desc(nulls_first=True), "pk")

    def of_group(self, group: Group) -> Self:
        """Those in office first, then those who left, the latest first."""
        return self.filter(group=group).order_by(*_LATEST_FIRST)

    def of_unit_itself(self) -> Self:
        """Terms that belong to no single channel: who looks after the unit's WeChat work as a whole (SUP-2.2.2)."""
        return self.filter(account=None, group=None)

    def of_same_channel(self, term: Administratorship) -> Self:
        """Everybody who was ever in charge of what this term is about, the latest first."""
        if term.account_id or term.group_id:
            same = self.filter(account=term.account_id, group=term.group_id)
        else:
            same = self.of_unit_itself().filter(unit=term.unit_id)
        return same.order_by(*_LATEST_FIRST)

    def for_list(self, user: User) -> Self:
        """Terms as the list shows them; `n_channels` counts what the same person is in charge of, as far as `user` sees it."""
        twins = self.model._default_manager.visible_to(user).in_office()
        twins = twins.filter(mobile_index=models.OuterRef("mobile_index")).exclude(mobile_index="")
        counted = twins.order_by().values("mobile_index").annotate(n=models.Count("pk")).values("n")
        return (
            self.with_places()
            .annotate(n_channels=models.Subquery(counted))
            .order_by("unit__tree_id", "unit__lft", "-pk")
        )

    def with_places(self) -> Self:
        """With unit, channel, and on whose demand."""
        return self.select_related("unit__parent", "account__platform", "group__platform", "on_demand_of")

    def with_load(self, user: User, least: int) -> Self:
        """Terms in office of persons in charge of at least so many accounts and groups that `user` sees."""
        seen = self.model._default_manager.visible_to(user).in_office().exclude(mobile_index="")
        busy = seen.order_by().values("mobile_index").annotate(n=models.Count("pk")).filter(n__gte=least)
        return self.in_office().filter(mobile_index__in=busy.values("mobile_index"))

    def matching(self, text: str) -> Self:
        """Terms whose unit, account or group contains every word. SECURITY: persons are not searched for: it would stand in the address."""
        condition = models.Q()
        for word in text.split():
            condition &= (
                models.Q(unit__search_key__icontains=word)
                | models.Q(account__nickname__icontains=word)
                | models.Q(account__identifier__icontains=word)
                | models.Q(group__name__icontains=word)
            )
        return self.filter(condition)

    def left_before(self, moment: datetime) -> Self:
        return self.filter(ended_at__lt=moment)

    def holding_personal_data(self) -> Self:
        """Terms in which any personal field still stands; emptiness is all that can be asked of an encrypted column."""
        tokens: dict[str, Any] = {f"{name}_token": Cast(name, models.TextField()) for name in PERSONAL}
        stands = models.Q()
        for name in tokens:
            stands |= models.Q(**{f"{name}__gt": ""})
        return self.annotate(**tokens).filter(stands)

    def by_unit(self, unit_ids: list[int]) -> dict[int, list[Administratorship]]:
        """Who is in charge of each unit's own WeChat work now, one statement."""
        found: dict[int, list[Administratorship]] = {}
        for term in self.in_office().of_unit_itself().filter(unit_id__in=unit_ids).order_by("pk"):
            found.setdefault(term.unit_id, []).append(term)
        return found
