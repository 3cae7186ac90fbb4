"""Taking in a sheet that was filled on site: recognised by its hidden id, compared cell by cell, taken by choice (SUP-4.0).

Nothing is taken because it stands in the file: what the portal holds is shown beside it, and a person chooses. What is taken
goes through `scores.enter_scores`, in one transaction and under the version that was shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from orgs import permissions
from orgs.exceptions import NotAllowed
from orgs.kernel.sheets import Limits
from orgs.kernel.texts import clean
from orgs.kernel.xlsx import read_guarded
from orgs.operations import ledger
from scoring.choices import SheetState
from scoring.excel import filled, stamp
from scoring.excel.filled import ASSESSED, SELF
from scoring.exceptions import (
    NotReady,
    ResultNotified,
    ScoresRefused,
    SheetFileRefused,
    SheetFinal,
    SheetProposed,
)
from scoring.models import Score, Sheet
from scoring.operations import alone, blind_scores, given_cells, scores, sheets, stamps, telling
from scoring.operations.given_cells import Given
from scoring.rule_words import provenance_words

if TYPE_CHECKING:
    from orgs.kernel.sheets import SheetValues
    from orgs.models import User
    from scoring.excel.stamp import Stamp
    from scoring.operations.given_cells import GivenCell

CHANGED, CONFLICT, REFUSED, FOREIGN = "changed", "conflict", "refused", "foreign"


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell whose value is another one than the portal's, with who entered that and when."""

    cell: GivenCell
    label: str
    kind: str
    portal: Decimal | None
    portal_reason: str = ""
    entered_by: str = ""
    entered_at: datetime | None = None
    remedy: str = ""
    provenance: str = ""

    @property
    def key(self) -> str:
        """How a choice names it."""
        return f"{self.cell.code}:{self.cell.column}"

    @property
    def is_takeable(self) -> bool:
        """Whether a person may choose the file's value."""
        return self.kind in {CHANGED, CONFLICT}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs, cell by cell; `n_same` cells agree, `n_newer` the portal has changed while the file has not."""

    differences: Sequence[Difference]
    n_same: int
    n_newer: int

    @property
    def takeable(self) -> list[Difference]:
        """Those a person chooses about."""
        return [each for each in self.differences if each.is_takeable]


def receive(data: bytes, filename: str, *, by: User, sheet: Sheet | None = None) -> tuple[Sheet, Given]:
    """Read a file and find its sheet; nothing is written. `sheet`: it must be of this one.

    Raises FileRejected, SheetFileRefused, SheetFinal, NotAllowed.
    """
    found = read_guarded(data, filename, Limits(**settings.UPLOAD_LIMITS))
    own, given = recognise(found, by=by, sheet=sheet)
    return own, replace(given, digest=hashlib.sha256(data).hexdigest())


def recognise(found: Sequence[SheetValues], *, by: User, sheet: Sheet | None = None) -> tuple[Sheet, Given]:
    """The same of a workbook that has been read."""
    mark = stamp.read(found)
    if mark is None:
        raise SheetFileRefused(
            _("文件里没有考评表的识别码。请从系统下载这张考评表，直接在下载的文件里填写、保存后上传。")
        )
    if not stamps.is_genuine(mark):
        raise SheetFileRefused(_("文件的识别码与系统发出的不一致。请重新从系统下载这张考评表，填写后上传。"))
    own = _sheet_of(mark, by=by, wanted=sheet)
    rows = list(Score.objects.filter(sheet=own).in_sheet_order())
    contents = filled.read(found, given_cells.expected_rows(rows))
    given = given_cells.settle(contents, mark.exported)
    return own, replace(given, version=mark.version)


def compare(sheet: Sheet, given: Given, *, by: User) -> Comparison:
    """Every cell of the file beside the portal's value, as it stands now. Raises NotAllowed, NotReady, SheetFinal."""
    column = column_of(sheet, by)
    rows = Score.objects.filter(sheet=sheet).in_sheet_order().select_related("scored_by")
    # SECURITY: beside a file of the unit no points stand that it hasn't been told.
    hides = telling.is_withheld(by.units_in_charge(), sheet)
    is_alone = alone.scores_alone(by, sheet)
    if is_alone:
        read = alone.laid_over(rows, alone.own_points(by, sheet), by, hides_computed=True)
    else:
        read = telling.stripped(rows) if hides else list(rows)
    by_code = {each.criterion.code: each for each in read}
    differences, n_same, n_newer = [], 0, 0
    for cell in given.cells:
        score = by_code[cell.code]
        # What is printed as computed and left so is what the assessor gives, where nothing was given yet.
        is_first = is_alone and cell.column == ASSESSED and score.assessed_points is None
        if _is_same(cell, score):
            n_same += 1
        elif is_first and cell.points is not None:
            found = _difference(sheet, cell, score, column)
            differences.append(replace(found, kind=CHANGED) if found.kind == CONFLICT else found)
        elif not cell.is_changed:
            n_newer += 1
        else:
            differences.append(_difference(sheet, cell, score, column))
    return Comparison(_with_refusals(sheet, differences, by), n_same, n_newer)


@transaction.atomic
def take(sheet: Sheet, given: Given, chosen: Collection[str], *, version: int, by: User) -> list[str]:
    """Take the chosen cells (`Difference.key`), all or none; the others stay as the portal has them. Returns what was taken.

    Raises ScoresRefused, Conflict when the sheet was saved since it was compared, SheetFinal, NotReady, NotAllowed.
    """
    sheets.locked(sheet.pk, version=version)
    comparison = compare(sheet, given, by=by)
    taken = [each for each in comparison.takeable if each.key in chosen]
    if taken:
        _enter(sheet, taken, version=version, by=by)
    kept = [each.key for each in comparison.differences if each not in taken]
    keys = [each.key for each in taken]
    ledger.record(
        "sheet.imported", sheet, by=by, taken=keys, kept=kept, digest=given.digest, exported=given.version
    )
    return keys


def column_of(sheet: Sheet, by: User) -> str:
    """Which column of the file the person may fill: the unit 自评得分, assessors 考评得分.

    Raises SheetFinal, SheetProposed, ResultNotified, NotReady once the self-assessment is handed in, NotAllowed.
    """
    if sheet.is_final:
        raise SheetFinal
    if sheet.is_proposed:
        raise SheetProposed
    if sheet.state == SheetState.OBJECTION:
        raise ResultNotified
    if sheets.may_assess(by, sheet.unit):
        _require_turn(sheet, by)
        return ASSESSED
    if sheet.unit_id not in sheets.own_units(by, permissions.SELF_ASSESS):
        raise NotAllowed
    if sheet.self_submitted_at is not None or sheet.no_self_reason:
        raise NotReady(_("自评已经提交，不能再改；需要更正请联系考核小组。"))
    return SELF


def _require_turn(sheet: Sheet, by: User) -> None:
    """A sheet with a group takes its members' own points first, then what the leader enters for all."""
    if sheet.group_id is None or alone.scores_alone(by, sheet) or blind_scores.may_agree(by, sheet):
        return
    if not blind_scores.is_member(by, sheet):
        raise NotAllowed(_("这张考评表由考核小组评分，由组长填写商定的得分。"))
    raise NotReady(
        _("单位提交自评以后才能评分；自己的评分已经提交的，等全部成员提交后由组长填写商定的得分。")
    )


def _sheet_of(mark: Stamp, *, by: User, wanted: Sheet | None) -> Sheet:
    """SECURITY: a sheet that the person doesn't see is told from no other one."""
    visible = Sheet.objects.actionable_by(by, permissions.VIEW_SHEET).select_related("scheme", "unit")
    sheet = visible.filter(pk=int(mark.sheet_id)).first()
    if sheet is None:
        raise SheetFileRefused(_("这不是您能看到的考评表的文件，请核对是否选错了文件。"))
    if wanted is not None and sheet.pk != wanted.pk:
        words = {"unit": sheet.unit.name, "year": sheet.year, "n": sheet.revision}
        text = _("这是%(unit)s%(year)s年考评表（第%(n)s次修订）的文件，请到那张考评表导入，或重新选择文件。")
        raise SheetFileRefused(text % words)
    if sheet.is_final:
        raise SheetFinal
    scheme = sheet.scheme
    if (mark.scheme, mark.edition, mark.digest) != (scheme.code, str(scheme.version), scheme.content_hash):
        words = {"old": mark.edition, "new": scheme.version}
        text = _(
            "文件按考评方案第%(old)s版导出，这张考评表现在用第%(new)s版（内容有变化）。请重新下载，把得分填到新文件。"
        )
        raise SheetFileRefused(text % words)
    return sheet


def _standing(cell: GivenCell, score: Score) -> Decimal | None:
    return score.self_points if cell.column == SELF else score.points


def _is_same(cell: GivenCell, score: Score) -> bool:
    if not cell.is_number or cell.points != _standing(cell, score):
        return False
    # A reason only counts where the points differ from the computed ones.
    deviates = score.computed_points is not None and cell.points != score.computed_points
    return cell.column == SELF or not deviates or cell.reason == clean(score.reason)


def _difference(sheet: Sheet, cell: GivenCell, score: Score, column: str) -> Difference:
    standing = _standing(cell, score)
    is_newer = filled.number(cell.exported) != standing
    if cell.column == ASSESSED:
        is_newer = is_newer or clean(score.reason) != cell.exported_reason
    kind = CONFLICT if is_newer else CHANGED
    words = provenance_words(score.criterion.provenance)
    found = Difference(cell, str(score.criterion), kind, standing, provenance=words)
    if cell.column == SELF:
        found = replace(found, entered_by=sheet.unit.name, entered_at=sheet.self_submitted_at)
    elif score.assessed_points is not None:
        who = score.scored_by.display_name if score.scored_by else ""
        found = replace(found, entered_by=who, entered_at=score.scored_at, portal_reason=score.reason)
    elif score.is_computed:
        found = replace(found, entered_by=_("系统计算"), entered_at=sheet.computed_at)
    if cell.column != column:
        text = (
            _("自评得分由被考核单位填写，不导入。")
            if cell.column == SELF
            else _("考评得分由考核小组填写，不导入。")
        )
        return replace(found, kind=FOREIGN, remedy=text)
    return _refused(found, score)


def _refused(found: Difference, score: Score) -> Difference:
    """With what the file itself is wrong about: two places that differ, no number, an erased computed score."""
    cell, remedy = found.cell, ""
    if cell.fault:
        remedy = cell.fault
    elif not cell.is_number:
        text = _("%(place)s“%(text)s”不是分数，请填写数字，如 0.5；没有评分的留空。")
        remedy = text % {"place": cell.place, "text": cell.text[:20]}
    elif cell.points is None and cell.column == ASSESSED and score.assessed_points is None:
        remedy = _("系统计算的得分不能清空；要改动请填写分数和调整理由。")
    return replace(found, kind=REFUSED, remedy=remedy) if remedy else found


def _with_refusals(sheet: Sheet, differences: list[Difference], by: User) -> list[Difference]:
    """What `enter_scores` would refuse, asked of itself and undone: range, step, reason."""
    takeable = [each for each in differences if each.is_takeable]
    if not takeable:
        return differences
    errors = {}
    with transaction.atomic():
        try:
            _enter(sheet, takeable, version=None, by=by)
        except ScoresRefused as refused:
            errors = refused.errors
        transaction.set_rollback(True)
    checked = []
    for each in differences:
        error = errors.get(each.cell.code) if each.is_takeable else None
        if error is not None:
            text = _("%(place)s“%(text)s”：%(error)s")
            words = {"place": each.cell.place, "text": each.cell.text[:20], "error": error.message}
            checked.append(replace(each, kind=REFUSED, remedy=text % words))
        else:
            checked.append(each)
    return checked


def _enter(sheet: Sheet, taken: Sequence[Difference], *, version: int | None, by: User) -> None:
    """`version` None: whichever stands."""
    if taken[0].cell.column == ASSESSED and alone.scores_alone(by, sheet):
        own = [blind_scores.BlindEntry(each.cell.code, each.cell.points, each.cell.reason) for each in taken]
        alone.enter(sheet, own, by=by)
        return
    entries = [scores.Entry(each.cell.code, each.cell.points, each.cell.reason) for each in taken]
    if version is None:
        version = Sheet.objects.only("version").get(pk=sheet.pk).version
    if taken[0].cell.column == SELF:
        scores.enter_scores(sheet, self_scores=entries, version=version, by=by)
    else:
        scores.enter_scores(sheet, assessed=entries, version=version, by=by)
