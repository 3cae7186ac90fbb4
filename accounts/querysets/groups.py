"""Set-level reads of groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models.functions import Coalesce

from accounts.choices import (
    LEAST_OUTSTANDING,
    LEAST_YOUTH,
    LINK_GROUPS,
    MEMBER_FACING_GROUPS,
    GroupKind,
    GroupStatus,
)
from accounts.querysets.accounts import stale_before
from orgs.choices import Line, Measure
from orgs.querysets.scope import ScopedQuerySet

if TYPE_CHECKING:
    from accounts.models import Group

WECHAT = "wechat_group"


class GroupQuerySet(ScopedQuerySet["Group"]):
    def active(self) -> Self:
        """Groups that are not dissolved."""
        return self.exclude(status=GroupStatus.CLOSED)

    def for_list(self) -> Self:
        """Groups as the list shows them, in the official order of units."""
        counted = self._in_office().order_by().values("group").annotate(n=models.Count("pk")).values("n")
        return (
            self.select_related("unit__parent", "unit__kind", "platform")
            .annotate(n_administrators=Coalesce(models.Subquery(counted), 0))
            .with_unit_figures()
            .order_by("unit__tree_id", "unit__lft", "pk")
        )

    def for_page(self) -> Self:
        """One group with the group it went into."""
        return self.for_list().select_related("unit__parent", "unit__kind", "platform", "merged_into")

    def with_unit_figures(self) -> Self:
        """Each group with `n_below`, the committees it should link, and `base_members` of its unit (None: unknown)."""
        units: Any = self.model._meta.get_field("unit").related_model
        below = units._default_manager.filter(
            parent=models.OuterRef("unit_id"), is_open=True, kind__is_league_organisation=True
        )
        counted = below.order_by().values("parent").annotate(n=models.Count("pk")).values("n")
        bases: Any = units._meta.get_field("bases").related_model
        members = bases.objects.filter(unit=models.OuterRef("unit_id"), measure=Measure.MEMBERS)
        return self.annotate(
            n_below=Coalesce(models.Subquery(counted), 0),
            base_members=models.Subquery(members.values("count")[:1]),
        )

    def matching(self, text: str) -> Self:
        """Groups whose name, topic or unit contains every word of the text."""
        condition = models.Q()
        for word in text.split():
            condition &= (
                models.Q(name__icontains=word)
                | models.Q(topic__icontains=word)
                | models.Q(unit__search_key__icontains=word)
            )
        return self.filter(condition)

    def without_administrator(self) -> Self:
        """Active groups that nobody administers now (SUP-2.2.2)."""
        return self.active().filter(~models.Exists(self._in_office()))

    def below_minimum(self) -> Self:
        """人数偏少: reported, and below 40 outstanding members (UNI-2.1) or 20 youths (RUR-2.1). NULL is not 0."""
        is_exempt = models.Q(base_members__lt=LEAST_OUTSTANDING)
        few_members = models.Q(
            kind__in=MEMBER_FACING_GROUPS,
            unit__line=Line.UNIVERSITY,
            outstanding_members__lt=LEAST_OUTSTANDING,
        )
        few_youths = models.Q(kind=GroupKind.YOUTH_LINK, youth__lt=LEAST_YOUTH)
        rows = self.active().with_unit_figures()
        # A base that is unknown exempts nobody: NULL < 40 is not true.
        return rows.filter((few_members & (models.Q(base_members=None) | ~is_exempt)) | few_youths)

    def lacking_subordinates(self) -> Self:
        """下级未全部进群: link groups that not every subordinate committee has joined (UNI-2.2, UNI-2.3, RUR-2.3b)."""
        rows = self.active().with_unit_figures()
        return rows.filter(kind__in=LINK_GROUPS, subordinates_in__lt=models.F("n_below"))

    def substitutes(self) -> Self:
        """替代渠道: QQ groups and the like that stand for a WeChat group (RUR-1.2)."""
        return self.exclude(platform=WECHAT)

    def stale(self) -> Self:
        """待确认: active groups of which nobody has said for too long that they are right."""
        spoken = self.active().annotate(last_word_on=Coalesce("confirmed_on", "counted_on", "opened_on"))
        return spoken.filter(models.Q(last_word_on__lt=stale_before()) | models.Q(last_word_on=None))

    def _in_office(self) -> Any:
        terms: Any = self.model._meta.get_field("administratorships").related_model
        return terms.objects.in_office().filter(group=models.OuterRef("pk"))
