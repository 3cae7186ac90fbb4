"""Set-level reads of notices, content to pass on, contributions and registered activities."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Case, Exists, F, OuterRef, Q, Value, When

from orgs.permissions import FILL, PUBLISH_NOTICE, REVIEW, VIEW
from orgs.querysets.scope import ScopedQuerySet
from reporting.choices import ContributionState, NoticeState
from reporting.querysets.pages import of_superiors, passed_over

if TYPE_CHECKING:
    from datetime import datetime

    from orgs.models import User
    from orgs.querysets.scope import UnitsInCharge
    from reporting.models import Contribution, Material, Notice, NoticeRecipient


class NoticeQuerySet(ScopedQuerySet["Notice"]):
    """A notice belongs to the unit that sends it; recipients read it through `NoticeRecipient`."""

    def drafts(self) -> Self:
        """What is being written."""
        return self.filter(state=NoticeState.DRAFT)

    def published(self) -> Self:
        """What is in force: sent, and not withdrawn."""
        return self.filter(state=NoticeState.PUBLISHED)

    def sent(self) -> Self:
        """What was published once, withdrawn or not."""
        return self.exclude(state=NoticeState.DRAFT)

    def readable_by(self, user: User, verb: str = VIEW) -> Self:
        """Sent ones that units of the own scope issued, or that went to the very units of the person or over their heads
        to units below; own drafts."""
        in_charge = user.units_in_charge().allowing(verb)
        issued = self.within(in_charge).values("pk")
        drafts = self._written_within(in_charge.allowing(PUBLISH_NOTICE), user).drafts().values("pk")
        is_sent = ~Q(state=NoticeState.DRAFT)
        arrived = Exists(self._received(in_charge)) | passed_over(in_charge, self._recipients(), "notice")
        return self.filter(is_sent & (Q(pk__in=issued) | arrived) | Q(pk__in=drafts))

    def actionable_by(self, user: User, verb: str = PUBLISH_NOTICE) -> Self:
        """Those of the committees in which the person holds an office with the verb: nobody writes for another unit.

        A department, which reaches its own lines only (SUP-1.0), works on what its people have written.
        """
        return self._written_within(user.units_in_charge().allowing(verb), user)

    def received_by(self, in_charge: UnitsInCharge) -> Self:
        """Those that went to the very units of these offices."""
        return self.filter(Exists(self._received(in_charge)))

    def matching(self, text: str) -> Self:
        """Every word stands in title, text or the issuer's names."""
        return self.filter(_words(text))

    def pinned_for(self, in_charge: UnitsInCharge, at: datetime) -> Self:
        """On top at that moment, of those that went to the very units of these offices or come from them."""
        own = Exists(self._received(in_charge)) | Q(unit_id__in=in_charge.own_unit_ids())
        return self.published().filter(own, pinned_until__gt=at)

    def for_list(self, at: datetime) -> Self:
        """Drafts first, then what is pinned, then the newest."""
        is_pinned = Q(state=NoticeState.PUBLISHED, pinned_until__gt=at)
        rows = self.select_related("unit").defer("text")
        rows = rows.annotate(is_pinned=Case(When(is_pinned, then=Value(True)), default=Value(False)))
        newest = F("published_at").desc(nulls_first=True)
        return rows.order_by(
            Case(When(state=NoticeState.DRAFT, then=0), default=1), "-is_pinned", newest, "-pk"
        )

    def for_page(self) -> Self:
        """With what the page shows."""
        return self.select_related("unit", "under", "published_by")

    def _written_within(self, in_charge: UnitsInCharge, user: User) -> Self:
        whole = [span.unit_id for span in in_charge.spans if not span.lines]
        by_lines = [span.unit_id for span in in_charge.spans if span.lines]
        return self.filter(Q(unit_id__in=whole) | Q(unit_id__in=by_lines, made_by=user))

    def _received(self, in_charge: UnitsInCharge) -> NoticeRecipientQuerySet:
        return self._recipients().filter(notice=OuterRef("pk"), unit_id__in=in_charge.own_unit_ids())

    def _recipients(self) -> NoticeRecipientQuerySet:
        # The relation, as a queryset file imports no model at run time.
        related: Any = self.model._meta.get_field("recipients").related_model
        rows: NoticeRecipientQuerySet = related.objects.all()
        return rows


class NoticeRecipientQuerySet(ScopedQuerySet["NoticeRecipient"]):
    """A row belongs to the unit that receives."""

    def waiting(self) -> Self:
        """To be signed for, and not signed for yet; what is withdrawn waits for nobody."""
        is_open = {"notice__state": NoticeState.PUBLISHED, "notice__must_sign": True}
        return self.filter(received_at__isnull=True, **is_open)

    def unsigned(self) -> Self:
        """Not signed for, whatever became of the notice."""
        return self.filter(received_at__isnull=True)

    def of_own_units(self, user: User, verb: str = FILL) -> Self:
        """Of the very units in which the person holds an office that acts for the unit."""
        return self.filter(unit_id__in=user.units_in_charge().allowing(verb).own_unit_ids())

    def for_list(self) -> Self:
        """Those who have not signed first, each group in official order."""
        rows = self.select_related("unit__parent", "received_by")
        return rows.order_by(F("received_at").asc(nulls_first=True), "unit__position", "unit__code")


class MaterialQuerySet(ScopedQuerySet["Material"]):
    """Material belongs to the unit that provides it, and is for everybody below (RUR-4)."""

    def in_force(self) -> Self:
        """Not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)

    def readable_by(self, user: User, verb: str = VIEW) -> Self:
        """What the units of the own scope and those above it provide; withdrawn ones only for who provides them."""
        in_charge = user.units_in_charge().allowing(verb)
        if not in_charge.spans:
            return self.none()
        reach = reduce(
            or_, (of_superiors(span) | span.condition(self.unit_lookup) for span in in_charge.spans)
        )
        own = in_charge.allowing(PUBLISH_NOTICE).own_unit_ids()
        return self.filter(reach).filter(Q(withdrawn_at__isnull=True) | Q(unit_id__in=own))

    def actionable_by(self, user: User, verb: str = PUBLISH_NOTICE) -> Self:
        """Of the very committees in which the person holds an office with the verb; a department's are what its people publish."""
        in_charge = user.units_in_charge().allowing(verb)
        whole = [span.unit_id for span in in_charge.spans if not span.lines]
        by_lines = [span.unit_id for span in in_charge.spans if span.lines]
        return self.filter(Q(unit_id__in=whole) | Q(unit_id__in=by_lines, published_by=user))

    def matching(self, text: str) -> Self:
        """Every word stands in title, text or the provider's names."""
        return self.filter(_words(text))

    def for_list(self) -> Self:
        """The newest first, without the text."""
        return self.select_related("unit").defer("text")


class ContributionQuerySet(ScopedQuerySet["Contribution"]):
    """A contribution belongs to the unit that sent it; whoever sees that unit reads it (WB-3.3)."""

    def actionable_by(self, user: User, verb: str = REVIEW) -> Self:
        """Those that were sent to the very units of the person, from within what the person sees there (SUP-1.0)."""
        in_charge = user.units_in_charge().allowing(verb)
        return self.within(in_charge).filter(addressed_to_id__in=in_charge.own_unit_ids())

    def waiting(self) -> Self:
        """Nobody has read them yet."""
        return self.filter(state=ContributionState.SENT)

    def adopted(self) -> Self:
        """Taken up by whom they were sent to."""
        return self.filter(state=ContributionState.ADOPTED)

    def matching(self, text: str) -> Self:
        """Every word stands in title, text or the sender's names."""
        return self.filter(_words(text))

    def for_list(self) -> Self:
        """With everything a line shows, the newest first, without the text."""
        return self.select_related("unit__parent", "addressed_to", "bulletin").defer("text")

    def for_page(self) -> Self:
        """With what the page shows."""
        return self.select_related("unit__parent", "addressed_to", "bulletin", "sent_by", "decided_by")


def _words(text: str) -> Q:
    """Every word stands in title, text or the unit's names."""
    found = Q()
    for word in text.split():
        found &= Q(title__icontains=word) | Q(text__icontains=word) | Q(unit__search_key__icontains=word)
    return found
