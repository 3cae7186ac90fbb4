"""Set-level reads of accounts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce, Length

from accounts.choices import AccountStatus
from orgs.kernel import clock
from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from accounts.models import Account
    from orgs.models import OrgUnit


class AccountQuerySet(ScopedQuerySet["Account"]):
    def active(self) -> Self:
        """Accounts that are not closed or merged."""
        return self.exclude(status__in=[AccountStatus.CLOSED, AccountStatus.MERGED])

    def holding(self, platform: object, key: object) -> Self:
        """The account that has this id on the platform now. The states are those of the unique index, so that it is used."""
        held = [AccountStatus.PLANNED, AccountStatus.OPEN, AccountStatus.DORMANT]
        return self.filter(platform=platform, identifier_key=key, status__in=held)

    def with_administrators_in_office(self) -> Self:
        """Each account with those who administer it now, in the order of their terms."""
        terms: Any = self.model._meta.get_field("administratorships").related_model
        return self.prefetch_related(
            models.Prefetch("administratorships", queryset=terms.objects.in_office().order_by("pk"))
        )

    def for_list(self) -> Self:
        """Accounts as the list shows them, in the official order of units."""
        counted = self._in_office().order_by().values("account").annotate(n=models.Count("pk")).values("n")
        return (
            self.select_related("unit__parent", "unit__kind", "platform")
            .annotate(n_administrators=Coalesce(models.Subquery(counted), 0))
            .order_by("unit__tree_id", "unit__lft", "pk")
        )

    def with_origin(self) -> Self:
        """Each account with the envelope it came in, if any: `handed_pk`, `handed_to` (a unit), `handed_by`, `handed_title`."""
        handed: Any = self.model._meta.get_field("handed_as").related_model
        latest = handed.objects.filter(account=models.OuterRef("pk")).order_by("-pk")
        columns = {"handed_pk": "pk", "handed_to": "unit", "handed_by": "hand_out__unit__name"}
        columns["handed_title"] = "hand_out__title"
        facts = {name: models.Subquery(latest.values(path)[:1]) for name, path in columns.items()}
        return self.annotate(**facts)

    def for_page(self) -> Self:
        """With what the page of one account shows; `n_alike`: open ones of the unit on the platform, itself included."""
        others: AccountQuerySet = self.model._default_manager.all()
        alike = others.active().order_by()
        alike = alike.filter(unit=models.OuterRef("unit"), platform=models.OuterRef("platform"))
        counted = alike.values("unit").annotate(n=models.Count("pk")).values("n")
        rows = self.for_list().with_origin().prefetch_related("versions")
        return rows.annotate(n_alike=Coalesce(models.Subquery(counted), 0))

    def matching(self, text: str) -> Self:
        """Accounts whose id, nickname or unit contains every word of the text."""
        condition = models.Q()
        for word in text.split():
            condition &= (
                models.Q(identifier__icontains=word)
                | models.Q(nickname__icontains=word)
                | models.Q(unit__search_key__icontains=word)
            )
        return self.filter(condition)

    def near(self, unit: OrgUnit) -> Self:
        """Accounts of the unit itself first, then of those above and below it."""
        is_own = models.Case(models.When(unit=unit, then=0), default=1)
        below = models.Q(unit__tree_id=unit.tree_id, unit__lft__gte=unit.lft, unit__rght__lte=unit.rght)
        above = models.Q(unit__tree_id=unit.tree_id, unit__lft__lt=unit.lft, unit__rght__gt=unit.rght)
        return self.filter(below | above).order_by(is_own, "unit__lft", "pk")

    def without_administrator(self) -> Self:
        """Active accounts that nobody administers now (SUP-2.2.2)."""
        return self.active().filter(~models.Exists(self._in_office()))

    def with_administrator(self) -> Self:
        """Active accounts that somebody administers now."""
        return self.active().filter(models.Exists(self._in_office()))

    def without_responsible(self) -> Self:
        """Active accounts that name no 第一责任人 (UNI-3.1). The name is encrypted: only whether it is there can be asked."""
        return self.active().alias(n_letters=Length("responsible_name")).filter(n_letters=0)

    def with_last_word(self) -> Self:
        """Each account with `last_word_on`: when it was last said to be right, else counted, else opened."""
        return self.annotate(last_word_on=Coalesce("confirmed_on", "counted_on", "opened_on"))

    def stale(self) -> Self:
        """待确认: active accounts of which nobody has said for too long that they are right."""
        return (
            self.active()
            .with_last_word()
            .filter(models.Q(last_word_on__lt=stale_before()) | models.Q(last_word_on=None))
        )

    def _in_office(self) -> Any:
        terms: Any = self.model._meta.get_field("administratorships").related_model
        return terms.objects.in_office().filter(account=models.OuterRef("pk"))


def stale_before() -> Any:
    """What was last confirmed before this day has to be confirmed again."""
    return clock.today() - timedelta(days=settings.ACCOUNT_CONFIRM_DAYS)
