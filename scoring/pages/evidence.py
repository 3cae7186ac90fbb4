"""The evidence of a sheet as the panel shows it: the papers of each criterion, and whether as many stand there as were counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from reporting.models import HandIn
from scoring.forms.evidence import EvidenceForm
from scoring.models import Evidence
from scoring.operations import evidence as operations
from scoring.operations import telling

if TYPE_CHECKING:
    from orgs.models import User
    from scoring.models import Score, Sheet

MOST_HAND_INS = 30


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper; `may_remove`: the reader may take it off again."""

    evidence: Evidence
    has_file: bool
    size: str
    may_remove: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """The papers of one criterion; `form` None where nothing may be added."""

    score: Score
    papers: Sequence[Paper]
    word: str  # where the count entered and the papers differ
    form: EvidenceForm | None
    handed_in: Sequence[HandIn]

    @property
    def anchor(self) -> str:
        return f"evidence-of-{self.score.pk}"


@dataclass(frozen=True, slots=True)
class OnSheet:
    """All evidence of a sheet, read once."""

    of_score: Mapping[int, Sequence[Evidence]]
    handed_in: Sequence[HandIn]
    may_add: bool

    def panel(self, score: Score, sheet: Sheet, user: User, bad: EvidenceForm | None = None) -> Panel:
        """Of one criterion; `bad` is its form with the errors."""
        found = self.of_score.get(score.pk, ())
        own = EvidenceForm(score) if bad is None or bad.owner != f"evidence-{score.pk}" else bad
        return Panel(
            score,
            [
                _paper(each, may_remove=self.may_add and operations.is_own_paper(each, sheet, user))
                for each in found
            ],
            count_word(score, len(found)),
            own if self.may_add else None,
            self.handed_in,
        )


def read(sheet: Sheet, user: User) -> OnSheet:
    """Two statements; the second only for who may add."""
    of_score: dict[int, list[Evidence]] = {}
    found = telling.papers_of_unit(sheet) if sheet.is_withheld else Evidence.objects.of_sheet(sheet.pk)
    for each in found:
        of_score.setdefault(each.score_id, []).append(each)
    may_add = operations.may_add(sheet, user)
    if not may_add:
        return OnSheet(of_score, (), may_add)
    taken = {each.hand_in_id for row in of_score.values() for each in row if each.hand_in_id}
    standing = HandIn.objects.standing().filter(unit=sheet.unit_id, handed_at__year=sheet.year)
    return OnSheet(of_score, list(standing.exclude(pk__in=taken)[:MOST_HAND_INS]), may_add)


def count_word(score: Score, n_papers: int) -> str:
    """What is wrong where the number entered is not that of the papers; "" where it is right or nothing was entered."""
    if not score.criterion.is_counted or score.entered_count is None:
        return ""
    wanted = score.entered_count + bool(score.has_rule_document)
    if wanted == n_papers:
        return ""
    words = {"wanted": wanted, "n": n_papers, "gap": abs(wanted - n_papers)}
    if n_papers < wanted:
        return _("登记 %(wanted)s 份，佐证材料 %(n)s 份，少 %(gap)s 份，请补齐材料或更正份数。") % words
    return _("登记 %(wanted)s 份，佐证材料 %(n)s 份，多 %(gap)s 份，请更正份数。") % words


def place_of(score: Score) -> str:
    """The criterion's papers on the sheet's page."""
    item, anchor = score.criterion.item_id, f"evidence-of-{score.pk}"
    return f"{score.sheet.get_absolute_url()}?item={item}#{anchor}"


def _paper(evidence: Evidence, *, may_remove: bool) -> Paper:
    hand_in = evidence.hand_in
    size = hand_in.size if hand_in is not None else evidence.size
    has_file = hand_in is not None or bool(evidence.stored_name)
    return Paper(evidence, has_file, filesizeformat(size) if size else "", may_remove)
