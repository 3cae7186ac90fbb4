"""佐证材料: what stands behind a criterion's points: a named paper, a file, or a document the unit has handed in before.

One paper counts once on a sheet: the same file or hand-in, the same name of the same day is evidence of one criterion
only. The unit adds while it assesses itself, the assessment group while it assesses; once a sheet is proposed, told or final nothing is added.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.exceptions import NotAllowed
from orgs.kernel import clock
from orgs.operations import documents, ledger
from reporting.models import HandIn
from reporting.operations import hand_in_files
from scoring.choices import SheetState
from scoring.exceptions import EvidenceRefused, EvidenceTaken, NotReady, SheetFinal, SheetProposed
from scoring.models import Evidence, Score
from scoring.operations import sheets
from scoring.operations.document_stores import EVIDENCE

if TYPE_CHECKING:
    from datetime import date

    from orgs.kernel.document_guard import Format
    from orgs.models import User
    from orgs.operations.documents import Document
    from scoring.models import Sheet

LONGEST_TITLE = 120
MOST_PAPERS = 60  # of one criterion: more than a year has weekly meetings


def add_named(score: Score, title: str, *, dated_on: date | None = None, by: User) -> Evidence:
    """A paper that is only named; who checks it reads it on site. Raises EvidenceRefused without a name."""
    _require_open(score.sheet, by)
    title = title.strip()
    if not title:
        raise EvidenceRefused(_("请填写材料名称，或选择文件。"))
    return _written(score, {"title": title[:LONGEST_TITLE], "dated_on": dated_on}, by=by)


def add_file(
    score: Score, data: bytes, filename: str, *, title: str = "", dated_on: date | None = None, by: User
) -> Evidence:
    """A file, named after itself where no name is given; the same file twice is one.

    Raises FileRejected for one we don't take, EvidenceTaken where it is evidence of another criterion, NotReady,
    SheetFinal, SheetProposed, NotAllowed.
    """
    _require_open(score.sheet, by)
    # Outside the transaction: looking at a file takes a second, and nobody waits for it.
    document = documents.checked(data, filename)
    with EVIDENCE.held(document.data) as stored:
        made = _written(score, _of_file(document, stored, title, dated_on), by=by)
    if made.stored_name != stored:
        EVIDENCE.forget(stored)
    return made


def add_hand_in(score: Score, hand_in_id: int, *, by: User) -> Evidence:
    """A document the unit has handed in already, in one tap. Raises EvidenceRefused for one that is not its own or returned."""
    _require_open(score.sheet, by)
    own = HandIn.objects.standing().filter(unit=score.sheet.unit_id)
    found = own.filter(pk=hand_in_id).first()
    if found is None:
        raise EvidenceRefused(_("这份材料不是本单位报送的，或已被退回，不能作为佐证。"))
    dated_on = clock.local(found.handed_at).date()
    fields = {"title": found.original_name[:LONGEST_TITLE], "hand_in": found, "dated_on": dated_on}
    return _written(score, fields, by=by)


@transaction.atomic
def remove(evidence: Evidence, *, by: User) -> None:
    """Take a paper off again, while it may still be added: each side what it added itself; gone already is gone."""
    sheet = sheets.locked(evidence.score.sheet_id)
    _require_open(sheet, by)
    found = Evidence.objects.select_related("score__criterion").filter(pk=evidence.pk).first()
    if found is None:
        return
    if not may_remove(
        found, sheet, by
    ):  # the group adds beside what the unit handed in, and takes none of it away
        raise NotAllowed(_("只能撤下自己添加的佐证材料。"))
    code, digest = found.score.criterion.code, found.sha256
    found.delete()  # its file goes with the purge
    ledger.record("sheet.evidence_removed", sheet, by=by, criterion=code, digest=digest)


def content(evidence: Evidence, *, by: User) -> tuple[bytes, Format, str]:
    """The file, what it is and its name; the reading is recorded. Raises FileDamaged, EvidenceRefused where there is no file."""
    sheet, hand_in = evidence.score.sheet, evidence.hand_in
    if hand_in is not None:
        data, name = hand_in_files.read(hand_in), hand_in.original_name
    elif evidence.stored_name:
        data, name = EVIDENCE.read(evidence.stored_name, evidence.sha256), evidence.original_name
    else:
        raise EvidenceRefused(_("这份材料只有名称，没有文件。"))
    ledger.record("sheet.evidence_read", sheet, by=by, criterion=evidence.score.criterion.code)
    return data, documents.format_of(name), name


def may_add(sheet: Sheet, by: User) -> bool:
    """The unit while it assesses itself, the assessment group while it assesses; nobody once it is proposed or told."""
    if sheet.is_proposed:
        return False
    if sheet.state == SheetState.SELF_ASSESSING:
        return _is_own(sheet, by)
    return sheet.state == SheetState.ASSESSING and sheets.may_assess(by, sheet.unit)


def may_remove(evidence: Evidence, sheet: Sheet, by: User) -> bool:
    """While it may add: the unit whatever stands there, an assessor what he or she added; the unit's papers stay."""
    return is_own_paper(evidence, sheet, by) and may_add(sheet, by)


def is_own_paper(evidence: Evidence, sheet: Sheet, by: User) -> bool:
    """Of the side whose turn it is."""
    return sheet.state == SheetState.SELF_ASSESSING or evidence.added_by_id == by.pk


def _is_own(sheet: Sheet, by: User) -> bool:
    return sheet.unit_id in sheets.own_units(by, permissions.SELF_ASSESS)


def _require_open(sheet: Sheet, by: User) -> None:
    is_own = _is_own(sheet, by)
    if not is_own:
        sheets.require_assessor(by, sheet)
    if may_add(sheet, by):
        return
    if sheet.is_final:
        raise SheetFinal
    if sheet.is_proposed:
        raise SheetProposed
    if is_own:
        raise NotReady(_("自评已经提交，佐证材料不能再增减；需要补充请联系考核小组。"))
    if sheet.state == SheetState.SELF_ASSESSING:
        raise NotReady(_("单位还在自评，佐证材料由单位添加；提交自评后考核小组可以补充。"))
    raise NotReady(_("考评结果已经告知，佐证材料不能再增减。"))


def _of_file(document: Document, stored: str, title: str, dated_on: date | None) -> dict[str, object]:
    return {
        "title": (title.strip() or document.name)[:LONGEST_TITLE],
        "dated_on": dated_on,
        "stored_name": stored,
        "original_name": document.name,
        "size": document.size,
        "sha256": document.sha256,
    }


@transaction.atomic
def _written(score: Score, fields: dict[str, object], *, by: User) -> Evidence:
    # The sheet's row is held: two people who add the same file wait for one another here.
    sheet = sheets.locked(score.sheet_id)
    _require_open(sheet, by)
    made = Evidence(score=score, added_by=by, added_at=clock.now(), **fields)
    known = _same_paper(sheet, made)
    if known is not None:
        if known.score_id == score.pk:
            return known
        words = {"name": known.title, "criterion": str(known.score.criterion)}
        text = _("“%(name)s”已是“%(criterion)s”的佐证。一份材料只计一次，请换一份，或先从那里撤下。") % words
        is_named = made.hand_in is None and not made.sha256
        raise EvidenceTaken(
            text + (_("确是另一份的，请填写它的日期，或在名称中写明是哪一份。") if is_named else "")
        )
    if Evidence.objects.filter(score=score).count() >= MOST_PAPERS:
        raise EvidenceRefused(_("一个评分点最多 %(most)s 份佐证材料。") % {"most": MOST_PAPERS})
    made.save(force_insert=True)
    ledger.record("sheet.evidence_added", sheet, by=by, criterion=score.criterion.code, digest=made.sha256)
    return made


def _same_paper(sheet: Sheet, made: Evidence) -> Evidence | None:
    """The same file or hand-in on the sheet; of a paper that is only named, one of the same name and day, or of none."""
    on_sheet = Evidence.objects.filter(score__sheet=sheet).select_related("score__criterion", "hand_in")
    digest = made.hand_in.sha256 if made.hand_in is not None else made.sha256
    for each in on_sheet:
        known = each.hand_in.sha256 if each.hand_in is not None else each.sha256
        if digest and known == digest:
            return each
        is_named = not digest and not known
        if is_named and (each.title, each.dated_on) == (made.title, made.dated_on):
            return each
    return None
