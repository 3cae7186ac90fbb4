"""公布: the results of a round are out, for good; what is still missing before (SUP-4.0, SUP-4.4.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from orgs.choices import NotificationKind
from orgs.kernel import clock
from orgs.models import Notification
from orgs.operations import ledger
from scoring.choices import Audience, ObjectionState, RoundState, SheetState
from scoring.exceptions import NotReady
from scoring.models import Sheet, SheetObjection
from scoring.operations import rounds

if TYPE_CHECKING:
    from orgs.models import User
    from scoring.models import AssessmentRound

SHOWN = 10  # units a sentence names


@transaction.atomic
def publish(round: AssessmentRound, *, audience: str, version: int, by: User) -> AssessmentRound:
    """公布: every assessed unit is told; from now on the round never changes, in the database too.

    Raises NotReady with everything that is still missing, Conflict, NotAllowed.
    """
    round = rounds.locked(round.pk, by=by)
    round.require_version(version)
    if round.is_published:
        raise NotReady(_("考评结果已经公布，不必重复公布。"))
    missing = missing_for_publication(round)
    if missing:
        raise NotReady(_("考评结果还不能公布。") + "".join(missing))
    round.audience = Audience(audience)
    round.published_at = clock.now()
    round.published_by = by
    round.state = RoundState.PUBLISHED
    round.version += 1
    round.save(update_fields=["audience", "published_at", "published_by", "state", "version"])
    units = Sheet.objects.filter(round=round).standing().order_by("unit_id").values_list("unit_id", flat=True)
    text = _("%(title)s的结果已公布。") % {"title": round.title}
    link, now = reverse("scoring:show-results", args=[round.pk]), clock.now()
    kind = NotificationKind.RESULTS_PUBLISHED
    ledger.notify_many(
        Notification(unit_id=pk, kind=kind, text=text, link=link, created_at=now) for pk in units
    )
    ledger.record("assessment.published", round, by=by, unit=round.unit, audience=audience)
    return round


def missing_for_publication(round: AssessmentRound) -> list[str]:
    """What is still missing, a sentence each; empty when it may be published. Three statements."""
    if round.state in {RoundState.SELF, RoundState.SCORING}:
        return [_("考评结果还没有一起告知单位，请先告知。")]
    missing = []
    open_sheets = (
        Sheet.objects.filter(round=round).open().select_related("unit").order_by("unit__position", "pk")
    )
    found = list(open_sheets)
    for state, text in (
        (SheetState.OBJECTION, _("%(n)s 个单位告知后还没有定稿：%(names)s。")),
        (SheetState.ASSESSING, _("%(n)s 个单位还在考评：%(names)s。")),
        (SheetState.SELF_ASSESSING, _("%(n)s 个单位还在自评：%(names)s。")),
    ):
        units = [sheet.unit.name for sheet in found if sheet.state == state]
        if units:
            names = "、".join(units[:SHOWN]) + ("…" if len(units) > SHOWN else "")
            missing.append(text % {"n": len(units), "names": names})
    n_open = SheetObjection.objects.filter(sheet__round=round, state=ObjectionState.OPEN).count()
    if n_open:
        missing.append(_("%(n)s 条异议还没有答复。") % {"n": n_open})
    return missing
