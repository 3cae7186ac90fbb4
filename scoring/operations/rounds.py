"""年度考评工作: a committee opens the assessment of the level below it and keeps its calendar (SUP-4.0, SUP-2.2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger
from scoring.choices import RoundState, SheetState
from scoring.deadlines import day_words, is_over
from scoring.exceptions import NotReady, ScoringError
from scoring.models import AssessmentRound, Scheme, Sheet
from scoring.operations import self_notices
from scoring.operations.finalising import cleaned_reason
from scoring.operations.sheets import create_sheets

if TYPE_CHECKING:
    from datetime import datetime

    from orgs.models import User
    from orgs.querysets.tree import OrgUnitQuerySet

MOST_DAYS = 60
SELF, SCORING = "self_until", "scoring_until"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a round is opened with; deadlines are first moments that are too late."""

    scheme: Scheme
    year: int
    title: str
    self_until: datetime
    scoring_until: datetime
    objection_days: int = 7


def default_deadlines(year: int) -> tuple[date, date]:
    """Last days of self-assessment and of scoring: the end of December (SUP-4.2), and a month later."""
    return date(year, 12, 31), date(year + 1, 1, 31)


def usable_schemes(unit: OrgUnit) -> list[Scheme]:
    """Newest editions the unit can assess the level below with: its own, and those that came with the product."""
    kinds = set(OrgUnit.objects.children_of(unit).values_list("kind", flat=True))
    found = Scheme.objects.latest_editions().filter(Q(unit=unit) | Q(unit__isnull=True)).order_by("pk")
    return [scheme for scheme in found if kinds & set(scheme.target_kinds)]


@transaction.atomic
def open_round(unit: OrgUnit, plan: Plan, *, by: User | None) -> AssessmentRound:
    """Open the round with a sheet for each unit directly below of the scheme's kinds; sheets there are, are taken in.

    `by` None is the operator. Raises NotAllowed for who isn't of the unit's own office, ScoringError for a scheme of
    somebody else, for a second round of the scheme and year, and where there is no unit to assess.
    """
    if by is not None and unit.pk not in _own_units(by):
        raise NotAllowed
    # Two who press the button at once: the second one waits, and finds the round.
    OrgUnit.objects.select_for_update(of=("self",), no_key=True).get(pk=unit.pk)
    _require_sound(unit, plan)
    round = AssessmentRound.objects.create(
        unit=unit,
        scheme=plan.scheme,
        year=plan.year,
        title=plan.title,
        self_until=plan.self_until,
        scoring_until=plan.scoring_until,
        objection_days=plan.objection_days,
        opened_at=clock.now(),
        opened_by=by,
    )
    n_sheets = _take_in(round, by)
    if not n_sheets:
        text = _("没有适用“%(scheme)s”而且今年还没有考评表的下级单位，请换一个考评方案。")
        raise ScoringError(text % {"scheme": plan.scheme.title})
    ledger.record("assessment.opened", round, by=by, unit=unit, year=plan.year, sheets=n_sheets)
    return round


@transaction.atomic
def add_units(round: AssessmentRound, *, by: User) -> int:
    """补入: sheets for units that came below the unit, or into the person's charge, since; how many. Raises NotAllowed."""
    round = locked(round.pk, by=by)
    if round.state not in {RoundState.SELF, RoundState.SCORING}:
        raise NotReady(_("考评结果已经告知，不能再补入单位。"))
    n_sheets = _take_in(round, by)
    if n_sheets:
        ledger.record("assessment.units_added", round, by=by, unit=round.unit, sheets=n_sheets)
    return n_sheets


@transaction.atomic
def start_scoring(round: AssessmentRound, *, reason: str, version: int, by: User) -> int:
    """自评 ends: the office goes on without the self-assessments that are missing, for a reason each sheet keeps.

    Returns how many were missing. Raises NotReady before the deadline while any is missing, ReasonRequired, Conflict,
    NotAllowed.
    """
    round = locked(round.pk, by=by)
    round.require_version(version)
    if round.state != RoundState.SELF:
        raise NotReady(_("自评阶段已经结束，请刷新页面。"))
    missing = round.sheets.select_for_update().filter(state=SheetState.SELF_ASSESSING)
    late = list(missing)
    if late and not is_over(round.self_until):
        text = _("还有 %(n)s 个单位没有提交自评，自评%(until)s才截止；请等到截止，或逐个登记未交自评的原因。")
        raise NotReady(text % {"n": len(late), "until": day_words(round.self_until)})
    if late:
        reason = cleaned_reason(reason, _("请填写单位未交自评的原因。"))
        missing.update(state=SheetState.ASSESSING, no_self_reason=reason, version=F("version") + 1)
        ledger.record_many("sheet.self_waived", late, by=by, reason=reason)
    round.state = RoundState.SCORING
    _save(round, "state")
    ledger.record(
        "assessment.scoring_started", round, by=by, unit=round.unit, reason=reason, missing=len(late)
    )
    return len(late)


@transaction.atomic
def extend(
    round: AssessmentRound, which: str, until: datetime, *, reason: str, version: int, by: User
) -> AssessmentRound:
    """延期: a later end of self-assessment or of scoring, for a reason in the ledger; scoring never ends before it.

    Raises NotReady for a phase that is over, ScoringError for an earlier day, ReasonRequired, Conflict, NotAllowed.
    """
    round = locked(round.pk, by=by)
    round.require_version(version)
    phases = {SELF: {RoundState.SELF}, SCORING: {RoundState.SELF, RoundState.SCORING}}[which]
    if round.state not in phases:
        raise NotReady(_("这个阶段已经结束，不能再延期。"))
    before = getattr(round, which)
    if until <= before or is_over(until):
        raise ScoringError(_("新的截止日期须晚于原来的截止日期，而且不能已经过去。"))
    reason = cleaned_reason(reason, _("请填写延期的理由。"))
    setattr(round, which, until)
    round.scoring_until = max(round.scoring_until, round.self_until)
    _save(round, "self_until", "scoring_until")
    if which == SELF:
        self_notices.tell_extended(round)
    else:
        self_notices.tell_scoring_extended(round)
    words = {"which": which, "before": before.isoformat(), "until": until.isoformat()}
    ledger.record("assessment.extended", round, by=by, unit=round.unit, reason=reason, **words)
    return round


def locked(pk: int, *, by: User) -> AssessmentRound:
    """The round for writing. Raises NotAllowed for who isn't of the office that runs all of it."""
    # Without the key: whoever saves a sheet of the round meanwhile only looks at that (PostgreSQL), and no two wait in a ring.
    rounds = AssessmentRound.objects.select_for_update(of=("self",), no_key=True).select_related(
        "unit", "scheme"
    )
    round = rounds.get(pk=pk)
    if not runs(by, round):
        raise NotAllowed
    return round


def runs(user: User, round: AssessmentRound) -> bool:
    """Is of the committee that runs the round; of a department, where every assessed unit is of its lines (SUP-1.0)."""
    charge = user.units_in_charge().allowing(permissions.RUN_ASSESSMENT)
    own = [span for span in charge.spans if span.unit_id == round.unit_id]
    if any(not span.lines for span in own):
        return True
    lines = {line for span in own for line in span.lines}
    return bool(own) and not round.sheets.exclude(unit__line__in=lines).exists()


def _own_units(user: User) -> frozenset[int]:
    return user.units_in_charge().allowing(permissions.RUN_ASSESSMENT).own_unit_ids()


def _require_sound(unit: OrgUnit, plan: Plan) -> None:
    if plan.scheme not in usable_schemes(unit):
        raise ScoringError(_("这个考评方案不适用本单位的下级，请选择对应的方案。"))
    known = AssessmentRound.objects.filter(unit=unit, scheme__code=plan.scheme.code, year=plan.year).first()
    if known is not None:
        text = _("%(year)s年已经用这个方案建立了“%(title)s”，不必重复建立。")
        raise ScoringError(text % {"year": plan.year, "title": known.title})
    if plan.scoring_until < plan.self_until:
        raise ScoringError(_("考评截止不能早于自评截止，请修改日期。"))
    if not 1 <= plan.objection_days <= MOST_DAYS:
        raise ScoringError(_("异议期请填写 1 至 %(most)s 天。") % {"most": MOST_DAYS})


def _take_in(round: AssessmentRound, by: User | None) -> int:
    """Sheets for the units that have none yet; open ones of the scheme that stand alone come in as they are."""
    units = assessable(round, by)
    present = Sheet.objects.of_year(round.year).filter(unit__in=units)
    alone = present.open().filter(round__isnull=True, scheme__code=round.scheme.code)
    taken = list(alone.select_for_update(of=("self",)))
    Sheet.objects.filter(pk__in=[each.pk for each in taken]).update(round=round, version=F("version") + 1)
    ledger.record_many("sheet.taken_in", taken, by=by)
    new = list(units.exclude(pk__in=present.values("unit_id")).in_official_order())
    create_sheets(round.scheme, round.year, new, by=by, round=round)
    begun = Sheet.objects.filter(round=round, state=SheetState.SELF_ASSESSING).order_by("unit_id")
    self_notices.tell_opened(round, begun.filter(Q(pk__in=[each.pk for each in taken]) | Q(unit__in=new)))
    return len(taken) + len(new)


def assessable(round: AssessmentRound, by: User | None) -> OrgUnitQuerySet:
    """Units in operation directly below the round's unit, of the scheme's kinds, the person is in charge of."""
    units: OrgUnitQuerySet = OrgUnit.objects.children_of(round.unit).filter(
        kind__in=round.scheme.target_kinds
    )
    return units if by is None else units.actionable_by(by, permissions.RUN_ASSESSMENT)


def _save(round: AssessmentRound, *fields: str) -> None:
    round.version += 1
    round.save(update_fields=[*fields, "version"])
