"""背靠背评分: each member of the group scores a sheet alone; nobody reads another's before all have handed in (SUP-4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs.exceptions import Conflict, NotAllowed
from orgs.kernel import clock
from orgs.operations import ledger
from scoring.choices import SheetState
from scoring.deadlines import day_words, is_over
from scoring.exceptions import NotReady, PointsOutOfRange, ScoresRefused
from scoring.models import AssessmentGroup, BlindScore, BlindSheet, Criterion, GroupMember
from scoring.operations.ranges import require_range
from scoring.operations.sheets import leads, locked, may_assess

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from django.db.models import QuerySet

    from orgs.models import User
    from scoring.exceptions import ScoringError
    from scoring.models import Sheet


@dataclass(frozen=True, slots=True)
class BlindEntry:
    """What one assessor gives for one criterion; None is "not scored", never 0."""

    code: str
    points: Decimal | None
    note: str = ""


@transaction.atomic
def keep(
    sheet: Sheet, entries: Sequence[BlindEntry], *, version: int, by: User, hand_in: bool = False
) -> BlindSheet:
    """Keep what the assessor found, all entries or none; with `hand_in` it is final, and must be whole.

    `version` is that of the assessor's own sheet, 0 before the first save. Raises ScoresRefused, Conflict, NotReady
    after handing in, before the unit's self-assessment or after the deadline, NotAllowed for who isn't a member.
    """
    sheet = locked(sheet.pk)
    _require_member(sheet, by)
    require_in_time(sheet)
    blind = BlindSheet.objects.select_for_update(of=("self",)).filter(sheet=sheet, assessor=by).first()
    if (blind.version if blind else 0) != version:
        raise Conflict
    if blind is not None and blind.handed_in_at:
        raise NotReady(_("评分已经提交，不能再改。"))
    criteria = {each.code: each for each in Criterion.objects.filter(item__section__scheme=sheet.scheme_id)}
    _require_ranges(entries, criteria)
    if blind is None:
        blind = BlindSheet.objects.create(sheet=sheet, assessor=by, version=0)
    _write(blind, entries, criteria)
    blind.version += 1
    if hand_in:
        if blind.scores.count() < len(criteria):
            raise NotReady(_("还有评分点没有评分，请全部填写后再提交。"))
        blind.handed_in_at = clock.now()
    blind.save(update_fields=["version", "handed_in_at"])
    # No points in the ledger: the office reads it, and it isn't to know them yet.
    verb = "sheet.blind_handed_in" if hand_in else "sheet.blind_saved"
    ledger.record(verb, sheet, by=by, unit=sheet.unit, scored=blind.scores.count())
    return blind


def is_member(user: User, sheet: Sheet) -> bool:
    """Is of the group the sheet is assigned to."""
    return sheet.group_id is not None and GroupMember.objects.filter(group=sheet.group_id, user=user).exists()


def is_opened(sheet: Sheet) -> bool:
    """Every member has handed in, or the group's work on the sheet is over: only now anybody reads what others found.

    A correction has nothing to be found alone: the group changes what it agreed on.
    """
    if sheet.group_id is None:
        return False
    is_past = sheet.revision > 1 or sheet.state in {SheetState.OBJECTION, SheetState.FINAL}
    return is_past or not waiting_members(sheet).exists()


def waiting_members(sheet: Sheet) -> QuerySet[GroupMember]:
    """Members of the group who have not handed in yet."""
    done = BlindSheet.objects.filter(sheet=sheet, handed_in_at__isnull=False).values("assessor")
    return GroupMember.objects.filter(group=sheet.group_id).exclude(user__in=done)


def may_compare(user: User, sheet: Sheet) -> bool:
    """May read what every assessor found, once it is opened: the group itself and the office that runs the assessment.

    Never somebody of the assessed unit, however high the office.
    """
    return may_assess(user, sheet.unit) and (is_member(user, sheet) or leads(user, sheet.unit))


def may_agree(user: User, sheet: Sheet) -> bool:
    """Leads the group, and every member has handed in: enters what the group agreed on."""
    return _leads_group(user, sheet) and may_assess(user, sheet.unit) and is_opened(sheet)


def require_agreeing(sheet: Sheet, by: User) -> None:
    """Points of a sheet with a group are entered by its leader only, after all members have handed in (SUP-4.3).

    Holds the group, so that nobody joins or leaves meanwhile. Raises NotAllowed, NotReady.
    """
    AssessmentGroup.objects.select_for_update(of=("self",), no_key=True).get(pk=sheet.group_id or 0)
    if not _leads_group(by, sheet):
        raise NotAllowed(_("这张考评表由考核小组评分，由组长填写商定的得分。"))
    if not is_opened(sheet):
        n = waiting_members(sheet).count()
        text = _("还有 %(n)s 位成员没有提交评分，全部提交后再填写商定的得分。")
        raise NotReady(text % {"n": n})


def require_in_time(sheet: Sheet) -> None:
    """Scoring ends with the round's deadline; corrections come after it. Raises NotReady."""
    round = sheet.round
    is_scoring = sheet.state in {SheetState.SELF_ASSESSING, SheetState.ASSESSING} and sheet.revision == 1
    if round is not None and is_scoring and is_over(round.scoring_until):
        text = _("考评已于%(until)s截止，不能再评分；确需延期的，请考评办公室办理。")
        raise NotReady(text % {"until": day_words(round.scoring_until)})


def _leads_group(user: User, sheet: Sheet) -> bool:
    members = GroupMember.objects.filter(group=sheet.group_id, leads=True)
    return sheet.group_id is not None and members.filter(user=user).exists()


def _require_member(sheet: Sheet, by: User) -> None:
    # Locked before it is asked: whoever is taken out of the group at this moment hands nothing in any more.
    if sheet.group_id is not None:
        AssessmentGroup.objects.select_for_update(of=("self",), no_key=True).get(pk=sheet.group_id)
    if not is_member(by, sheet) or not may_assess(by, sheet.unit):
        raise NotAllowed
    if sheet.state == SheetState.SELF_ASSESSING:
        raise NotReady(_("单位还在自评，提交或逾期后再评分。"))
    if sheet.state != SheetState.ASSESSING or sheet.revision > 1:
        raise NotReady(_("考评结果已经告知，不能再评分。"))


def _require_ranges(entries: Sequence[BlindEntry], criteria: dict[str, Criterion]) -> None:
    errors: dict[str, ScoringError] = {}
    for entry in entries:
        try:
            require_range(criteria[entry.code], entry.points)
        except PointsOutOfRange as error:
            errors[entry.code] = error
    if errors:
        raise ScoresRefused(errors)


def _write(blind: BlindSheet, entries: Sequence[BlindEntry], criteria: dict[str, Criterion]) -> None:
    touched = [criteria[entry.code].pk for entry in entries]
    blind.scores.filter(criterion__in=touched).delete()
    BlindScore.objects.bulk_create(
        BlindScore(
            blind_sheet=blind,
            criterion=criteria[entry.code],
            points=entry.points,
            note=entry.note.strip(),
        )
        for entry in entries
        if entry.points is not None
    )
