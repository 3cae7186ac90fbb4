"""更正: a final sheet never changes; a new revision of it, with the reason, goes the same way to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.operations import ledger
from scoring.choices import SheetState
from scoring.exceptions import NotReady
from scoring.models import Consequence, Decision, Evidence, Score, Sheet
from scoring.operations import sheets
from scoring.operations.said import said

if TYPE_CHECKING:
    from orgs.models import User

LONGEST = 200
KEPT = (
    "scheme",
    "year",
    "unit",
    "week",
    "computed_at",
    "assessed_on",
    "total_points",
    "grade",
    "has_poor_flag",
    "poor_flag_confirmed_at",
    "poor_flag_confirmed_by",
    "self_submitted_at",
    "no_self_reason",
    "round",
    "group",
    "overall",
)


@transaction.atomic
def correct(sheet: Sheet, *, reason: str, by: User) -> Sheet:
    """A new revision with everything the final one says, open to be scored anew; the final one stands until it is final.

    Raises NotReady for a sheet that isn't final and for one that is being corrected, ReasonRequired, ScoringError,
    NotAllowed for anybody but the office.
    """
    if not (sheets.may_assess(by, sheet.unit) and sheets.leads(by, sheet.unit)):
        raise NotAllowed
    # Two who press at once: the second waits here, and finds the revision.
    sheet = Sheet.objects.select_for_update(of=("self",)).select_related("unit").get(pk=sheet.pk)
    if not sheet.is_final:
        raise NotReady(_("考评表还没有定稿，可以直接修改，不用更正。"))
    newer = Sheet.objects.filter(corrects=sheet).first()
    if newer is not None:
        text = _("这一版已有第 %(n)s 次修订，请在最新一版上办理。")
        raise NotReady(text % {"n": newer.revision})
    reason = said(reason, label=_("更正理由"), longest=LONGEST)
    facts = {name: getattr(sheet, name) for name in KEPT}
    made = Sheet.objects.create(
        **facts,
        state=SheetState.ASSESSING,
        revision=sheet.revision + 1,
        corrects=sheet,
        correction_reason=reason,
    )
    _copy_scores(sheet, made)
    _copy(Consequence, sheet, made)
    # What the committee decided holds until it decides otherwise.
    _copy(Decision, sheet, made)
    ledger.record(
        "sheet.correction_begun", made, by=by, reason=reason, corrects=sheet.pk, at=str(clock.today())
    )
    return made


def require_standing(sheet: Sheet) -> None:
    """Raises NotReady where a later revision is final: what follows, follows from that one."""
    newer = Sheet.objects.filter(corrects=sheet, state=SheetState.FINAL).first()
    if newer is not None:
        raise NotReady(_("这一版已被第 %(n)s 次修订代替，请在新的一版上办理。") % {"n": newer.revision})


def _copy_scores(old: Sheet, new: Sheet) -> None:
    scores = list(Score.objects.filter(sheet=old).order_by("pk"))
    evidence = list(Evidence.objects.filter(score__sheet=old).order_by("pk"))
    ids = [score.pk for score in scores]
    for score in scores:
        _renew(score, sheet=new)
    Score.objects.bulk_create(scores, batch_size=500)
    places = dict(zip(ids, scores, strict=True))
    for each in evidence:
        _renew(each, score=places[each.score_id])
    Evidence.objects.bulk_create(evidence, batch_size=500)


def _copy(model: type[Consequence | Decision], old: Sheet, new: Sheet) -> None:
    rows = list(model._default_manager.filter(sheet=old).order_by("pk"))
    for row in rows:
        _renew(row, sheet=new)
        if isinstance(row, Consequence) and not row.is_flag:
            # What follows from the total acts with the revision that is final.
            row.is_confirmed = False
    model._default_manager.bulk_create(rows)


def _renew(row: Score | Evidence | Consequence | Decision, **place: object) -> None:
    row.pk = None
    row._state.adding = True
    for name, value in place.items():
        setattr(row, name, value)
