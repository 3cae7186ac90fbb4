"""Set-level reads of bulletins, of who received them and of who was told beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery

from orgs.choices import DEPARTMENT_LINES
from orgs.permissions import FILL, PUBLISH_BULLETIN, VIEW
from orgs.querysets.scope import ScopedQuerySet
from reporting.choices import BulletinState
from reporting.querysets.pages import passed_over

if TYPE_CHECKING:
    from orgs.models import OrgUnit, User
    from orgs.querysets.scope import UnitsInCharge
    from reporting.models import Bulletin, ClosedWeek


class BulletinQuerySet(ScopedQuerySet["Bulletin"]):
    """Within scope by the unit that publishes; recipients read published ones through `BulletinRecipient`."""

    def published(self) -> Self:
        """What readers see."""
        return self.filter(state=BulletinState.PUBLISHED)

    def drafts(self) -> Self:
        """What is being written."""
        return self.filter(state=BulletinState.DRAFT)

    def about(self, unit: OrgUnit, closed: ClosedWeek) -> Self:
        """Of the unit about this calendar week, whichever edition they were written on."""
        return self.filter(unit=unit, closed_week__year=closed.year, closed_week__number=closed.number)

    def standing(self) -> Self:
        """Published and not corrected since: of each number the one that counts."""
        corrected = self.model._default_manager.published().filter(corrects=OuterRef("pk"))
        return self.published().filter(~Exists(corrected))

    def readable_by(self, user: User, verb: str = VIEW) -> Self:
        """Published ones that units of the own scope issued, or that went to the very units of the person or over their heads
        to units below; own drafts."""
        in_charge = user.units_in_charge().allowing(verb)
        received = self._recipients().filter(bulletin=OuterRef("pk"), unit_id__in=in_charge.own_unit_ids())
        issued = self.within(in_charge).values("pk")
        drafts = self._drafts(in_charge).values("pk")
        arrived = Exists(received) | passed_over(in_charge, self._recipients(), "bulletin")
        is_published = Q(state=BulletinState.PUBLISHED)
        return self.filter(is_published & (Q(pk__in=issued) | arrived) | Q(pk__in=drafts))

    def actionable_by(self, user: User, verb: str = PUBLISH_BULLETIN) -> Self:
        """Those of the committees in which the person holds an office with the verb: nobody writes for another unit.

        A department works on drafts of its own lines only (SUP-1.0).
        """
        in_charge = user.units_in_charge().allowing(verb)
        return self.filter(unit_id__in=in_charge.own_unit_ids()).filter(_of_lines(in_charge))

    def written_by(self, user: User) -> Self:
        """Drafts the person works on."""
        return self._drafts(user.units_in_charge())

    def with_correction(self) -> Self:
        """Adds `corrected_by`, the id of the published bulletin that corrects it; None where it stands."""
        newer = self.model._default_manager.published().filter(corrects=OuterRef("pk"))
        return self.annotate(corrected_by=Subquery(newer.order_by("correction").values("pk")[:1]))

    def matching(self, text: str) -> Self:
        """Every word stands in title, text, number or a unit's name."""
        found = self
        for word in text.lower().split():
            found = found.filter(search_text__contains=word)
        return found

    def for_list(self) -> Self:
        """With what a line shows: the issuer, how many received it and have signed; newest first."""
        signed = Count("recipients", filter=Q(recipients__received_at__isnull=False))
        rows = self.select_related("unit", "closed_week").defer("figures", "search_text")
        counted = rows.annotate(n_recipients=Count("recipients"), n_signed=signed)
        return counted.order_by(F("published_at").desc(nulls_first=True), "-pk")

    def for_page(self) -> Self:
        """With what the paper shows."""
        return self.select_related("unit__kind", "closed_week", "corrects", "published_by", "created_by")

    def _drafts(self, in_charge: UnitsInCharge) -> Self:
        writing = in_charge.allowing(PUBLISH_BULLETIN)
        return self.drafts().filter(unit_id__in=writing.own_unit_ids()).filter(_of_lines(writing))

    def _recipients(self) -> BulletinRecipientQuerySet:
        # The relation, as a queryset file imports no model at run time.
        found: BulletinRecipientQuerySet = self.model.recipients.rel.related_model._default_manager.all()  # type: ignore[assignment]  # it is of that model
        return found


def _of_lines(in_charge: UnitsInCharge) -> Q:
    """Of the unit of each span: whatever its lines where the span has none, else those within them."""
    condition = Q(pk__in=[])
    for span in in_charge.spans:
        of_unit = Q(unit_id=span.unit_id)
        if span.lines:
            known = [list(lines) for lines in DEPARTMENT_LINES.values() if set(lines) <= set(span.lines)]
            of_lines = Q(pk__in=[])
            for lines in known:
                of_lines |= Q(body__lines=lines)
            of_unit &= of_lines
        condition |= of_unit
    return condition


class BulletinRecipientQuerySet(ScopedQuerySet[Any]):
    """Rows about one bulletin and one unit, within scope by that unit."""

    def waiting(self) -> Self:
        """Not signed for yet."""
        return self.filter(received_at__isnull=True)

    def of_own_units(self, user: User, verb: str = FILL) -> Self:
        """Of the very units in which the person holds an office that acts for the unit."""
        return self.filter(unit_id__in=user.units_in_charge().allowing(verb).own_unit_ids())

    def for_list(self) -> Self:
        """Those who have not signed first, each group in official order."""
        rows = self.select_related("unit__parent", "received_by")
        return rows.order_by(F("received_at").asc(nulls_first=True), "unit__position", "unit__code")
