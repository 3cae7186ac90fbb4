"""What the page of a sheet's result shows: how the grade came about, who is to do what next, all that hangs on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from orgs import permissions
from orgs.kernel import clock
from orgs.kernel.numbers import points_text
from scoring import deadlines, grading
from scoring.choices import ObjectionState, SheetState
from scoring.forms.results import (
    AnswerForm,
    CorrectionForm,
    DecisionForm,
    ObjectionForm,
    ReviseForm,
    ScanForm,
)
from scoring.models import Sheet
from scoring.operations import finalising, notices, objections, scans, sheets, telling
from scoring.tallies import tally

if TYPE_CHECKING:
    from django.forms import Form

    from orgs.models import User
    from scoring.models import Criterion, Decision, SheetObjection, SignedScan

TONES = {ObjectionState.OPEN: "warn", ObjectionState.UPHELD: "ok", ObjectionState.REJECTED: "mute"}


@dataclass(frozen=True, slots=True)
class ObjectionEntry:
    """One objection with the forms that are open for it."""

    objection: SheetObjection
    tone: str
    answer_form: Form | None
    revise_form: Form | None


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of the sheet."""

    sheet: Sheet
    is_shown: bool
    stands: bool


@dataclass(frozen=True, slots=True)
class ResultPage:
    """Everything the page shows; a form is None where the person may not use it now."""

    sheet: Sheet
    total: str
    full: str
    steps: Sequence[grading.Step]
    facts: Sequence[tuple[str, str]]
    missing: Sequence[str]
    missing_notice: Sequence[str]
    may_assess: bool
    may_notify: bool
    may_propose: bool
    objections: Sequence[ObjectionEntry]
    objection_form: Form | None
    decisions: Sequence[Decision]
    decision_form: Form | None
    revisions: Sequence[Revision]
    correction_form: Form | None
    scans: Sequence[SignedScan]
    scan_form: Form | None
    bad_form: Form | None


def page_of(sheet: Sheet, user: User, forms: Mapping[str, Form] | None = None) -> ResultPage:
    """The page for this person; `forms` are those in error, by slot."""
    given = dict(forms or {})
    result = tally(telling.scores_of(sheet))
    criteria = [score.criterion for item in result.items for score in item.scores]
    consequences = list(sheet.consequences.all())
    found_decisions = list(sheet.decisions.all())
    may_assess = sheets.may_assess(user, sheet.unit)
    leads = may_assess and sheets.leads(user, sheet.unit)
    is_open = not sheet.is_final and not sheet.is_proposed
    notice = notices.missing_for_notice(sheet, result) if leads and sheet.round_id and is_open else []
    revisions = _revisions(sheet, user)
    is_newest = revisions[-1].sheet.pk == sheet.pk
    return ResultPage(
        sheet=sheet,
        total="" if sheet.is_withheld else points_text(result.total),
        full=points_text(result.full),
        steps=[]
        if sheet.is_withheld
        else grading.steps(sheet, result, consequences, found_decisions[-1] if found_decisions else None),
        facts=_facts(sheet),
        missing=finalising.missing_for_final(sheet, result, consequences) if may_assess and is_open else [],
        missing_notice=notice,
        may_assess=may_assess,
        may_notify=leads and is_open and bool(sheet.round_id) and sheet.state == SheetState.ASSESSING,
        may_propose=may_assess and is_open,
        objections=_objections(sheet, criteria, user, given, is_open=is_open),
        objection_form=_slot(given, "objection", lambda: ObjectionForm(None, criteria))
        if _may_object(sheet, user)
        else None,
        decisions=found_decisions,
        decision_form=_slot(given, "decision", DecisionForm)
        if leads and is_open and sheet.state != SheetState.SELF_ASSESSING
        else None,
        revisions=revisions,
        correction_form=_slot(given, "correction", CorrectionForm)
        if leads and sheet.is_final and is_newest
        else None,
        scans=list(sheet.scans.select_related("added_by")),
        scan_form=_slot(given, "scan", ScanForm) if scans.may_attach(user, sheet) else None,
        bad_form=next(iter(given.values()), None),
    )


def criteria_of(sheet: Sheet) -> list[Criterion]:
    """The criteria of the sheet, as on paper."""
    return [score.criterion for score in sheet.scores.in_sheet_order()]


def _slot(given: Mapping[str, Form], name: str, make: type[Form] | object) -> Form:
    made: Form = given.get(name) or make()  # type: ignore[operator]
    return made


def _may_object(sheet: Sheet, user: User) -> bool:
    is_within = sheet.state == SheetState.OBJECTION and not sheet.is_proposed
    if not is_within or sheet.objections_until is None or clock.now() >= sheet.objections_until:
        return False
    return sheet.unit_id in sheets.own_units(user, permissions.SELF_ASSESS)


def _objections(
    sheet: Sheet, criteria: Sequence[Criterion], user: User, given: Mapping[str, Form], *, is_open: bool
) -> list[ObjectionEntry]:
    found = list(sheet.objections.select_related("criterion", "raised_by", "answered_by"))
    may_answer = bool(found) and is_open and objections.may_answer(user, sheet)
    return [
        ObjectionEntry(
            each,
            TONES[ObjectionState(each.state)],
            _slot(given, f"answer-{each.pk}", lambda each=each: AnswerForm(None, each))
            if may_answer and each.state == ObjectionState.OPEN
            else None,
            _slot(given, f"revise-{each.pk}", lambda each=each: ReviseForm(None, each, criteria))
            if may_answer and each.state == ObjectionState.UPHELD
            else None,
        )
        for each in found
    ]


def _facts(sheet: Sheet) -> list[tuple[str, str]]:
    """What happened when, as far as it has come."""
    found = []
    if sheet.self_submitted_at:
        found.append((_("自评提交"), _moment(sheet.self_submitted_at)))
    elif sheet.no_self_reason:
        found.append((_("单位未交自评"), sheet.no_self_reason))
    if sheet.notified_at:
        found.append((_("结果告知"), _moment(sheet.notified_at)))
    if sheet.objections_until:
        # An end that came is no delay of anybody's.
        is_over = deadlines.is_over(sheet.objections_until)
        said = _("%(day)s 截止") % {"day": deadlines.day_words(sheet.objections_until)}
        found.append((_("异议期"), said if is_over else deadlines.words(sheet.objections_until)))
    if sheet.proposed_at and sheet.proposed_by:
        found.append((_("提出定稿"), f"{_moment(sheet.proposed_at)}　{sheet.proposed_by.display_name}"))
    if sheet.finalised_at:
        name = sheet.finalised_by.display_name if sheet.finalised_by else ""
        found.append((_("确认定稿"), f"{_moment(sheet.finalised_at)}　{name}"))
    if sheet.overall:
        found.append((_("总体评价"), sheet.overall))
    return found


def _moment(at: object) -> str:
    return f"{clock.local(at):%Y-%m-%d %H:%M}"  # type: ignore[arg-type]


def _revisions(sheet: Sheet, user: User) -> list[Revision]:
    """Every revision, the first one first."""
    same = Sheet.objects.filter(scheme=sheet.scheme_id, year=sheet.year, unit=sheet.unit_id)
    found = telling.shown_to(user, same.select_related("unit").order_by("revision"))
    final = [each.revision for each in found if each.is_final]
    newest = max(final, default=None)
    return [Revision(each, each.pk == sheet.pk, each.revision == newest) for each in found]
