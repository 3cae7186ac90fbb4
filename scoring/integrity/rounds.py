"""Q2, Q6–Q8 of a year's round: phases with their moments, groups, what assessors found alone, and the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.kernel.integrity import Check, Found, check
from scoring.choices import RoundState, SheetState
from scoring.models import (
    AssessmentGroup,
    AssessmentRound,
    BlindScore,
    BlindSheet,
    Criterion,
    Evidence,
    Sheet,
    SignedScan,
)
from scoring.operations.document_stores import EVIDENCE, SCANS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orgs.kernel.integrity import Run

BACKUP = gettext_lazy("请停止写入，从最近的备份恢复，并查明是谁、何时改动的。")
AGAIN = gettext_lazy(
    "请由考评办公室核对考核小组和分派，必要时更换成员、重新分派；已告知的，从最近的备份恢复。"
)
FILES = gettext_lazy("请从最近的备份恢复该文件；恢复前不要办理与它有关的异议。")


@check("round-phases", "Q6 Q7", gettext_lazy("年度考评的阶段与告知、公布的时间相符"), remedy=BACKUP)
def phases(run: Run) -> Iterator[Found]:
    """Told and published rounds say when and by whom, earlier ones don't; published, none of its first sheets is open."""
    told = Q(notified_at__isnull=False, objections_until__isnull=False)
    out = Q(published_at__isnull=False, published_by__isnull=False)
    wrong = Q(state__in=[RoundState.SELF, RoundState.SCORING]) & (
        Q(notified_at__isnull=False) | Q(published_at__isnull=False)
    )
    wrong |= Q(state__in=[RoundState.OBJECTION, RoundState.PUBLISHED]) & ~told
    wrong |= Q(state=RoundState.OBJECTION, published_at__isnull=False) | (
        Q(state=RoundState.PUBLISHED) & ~out
    )
    unfinished = Sheet.objects.open().filter(round=OuterRef("pk"), revision=1)
    wrong |= Q(state=RoundState.PUBLISHED) & Q(Exists(unfinished))
    for pk in AssessmentRound.objects.filter(wrong).order_by("pk").values_list("pk", flat=True):
        yield Found(_("年度考评 %(id)s") % {"id": pk}, _("阶段与时间不符，或已公布而考评表没有定稿"), pk)


@check("round-sheets", "Q8", gettext_lazy("考评表与所在的年度考评、考核小组相符"), remedy=AGAIN)
def sheets(run: Run) -> Iterator[Found]:
    """A sheet's year and scheme are those of its round, its group is one of that round."""
    wrong = Q(round__isnull=False) & (~Q(year=F("round__year")) | ~Q(scheme__code=F("round__scheme__code")))
    wrong |= Q(group__isnull=False) & (Q(round__isnull=True) | ~Q(group__round=F("round")))
    for pk in Sheet.objects.filter(wrong).order_by("pk").values_list("pk", flat=True):
        yield Found(_("考评表 %(id)s") % {"id": pk}, _("年度、方案或考核小组与年度考评不符"), pk)


@check(
    "sheets-told", "Q6", gettext_lazy("告知了结果的考评表有告知时间和异议期，没有告知的没有"), remedy=BACKUP
)
def told(run: Run) -> Iterator[Found]:
    """Within a round no sheet is final that its unit wasn't told of; before it is told, nothing says it was."""
    unsaid = Q(notified_at__isnull=True) | Q(objections_until__isnull=True)
    wrong = Q(state=SheetState.OBJECTION) & unsaid
    wrong |= Q(state=SheetState.FINAL, round__isnull=False) & unsaid
    wrong |= Q(state__in=[SheetState.SELF_ASSESSING, SheetState.ASSESSING], notified_at__isnull=False)
    for pk in Sheet.objects.filter(wrong).order_by("pk").values_list("pk", flat=True):
        yield Found(_("考评表 %(id)s") % {"id": pk}, _("状态与告知时间不符"), pk)


@check("assessment-groups", "Q8", gettext_lazy("考核小组有两名以上成员，组长一名"), remedy=AGAIN)
def groups(run: Run) -> Iterator[Found]:
    """Two or more people, one of whom leads."""
    leading = Count("members", filter=Q(members__leads=True))
    known = AssessmentGroup.objects.annotate(n=Count("members"), n_leading=leading)
    for pk in known.exclude(n__gte=2, n_leading=1).order_by("pk").values_list("pk", flat=True):
        yield Found(_("考核小组 %(id)s") % {"id": pk}, _("成员少于两人，或组长不是一人"), pk)


@check("blind-sheets", "Q2 Q8", gettext_lazy("独立评分提交时各评分点都有分，且在分值之内"), remedy=BACKUP)
def blind(run: Run) -> Iterator[Found]:
    """What was handed in is whole; every point is of the sheet's scheme and within the criterion's range."""
    asked = Criterion.objects.filter(item__section__scheme=OuterRef("sheet__scheme"))
    given = BlindScore.objects.filter(blind_sheet=OuterRef(OuterRef("pk")))
    beyond = Q(points__gt=F("criterion__max_points")) | Q(points__lt=F("criterion__min_points"))
    beyond |= ~Q(criterion__item__section__scheme=F("blind_sheet__sheet__scheme"))
    wrong = Q(handed_in_at__isnull=False) & Q(Exists(asked.exclude(pk__in=given.values("criterion"))))
    wrong |= Q(Exists(BlindScore.objects.filter(beyond, blind_sheet=OuterRef("pk"))))
    found = BlindSheet.objects.filter(wrong)
    for pk, sheet_id in found.order_by("pk").values_list("pk", "sheet_id"):
        yield Found(
            _("考评表 %(id)s") % {"id": sheet_id}, _("独立评分 %(id)s 不齐或超出范围") % {"id": pk}, pk
        )


@check("assessment-files", "Q6 C6", gettext_lazy("佐证材料和扫描件的文件都在，内容没有改变"), remedy=FILES)
def files(run: Run) -> Iterator[Found]:
    """Every row has its file; with `files` it is read and its digest compared too."""
    stored = Evidence.objects.exclude(stored_name="")
    for store, rows, word in (
        (EVIDENCE, stored, _("佐证材料 %(id)s")),
        (SCANS, SignedScan.objects.all(), _("扫描件 %(id)s")),
    ):
        for pk, name, digest in rows.order_by("pk").values_list("pk", "stored_name", "sha256").iterator():
            if not store.has(name):
                yield Found(word % {"id": pk}, _("文件不见了"), pk)
            elif run.files and not store.is_intact(name, digest):
                yield Found(word % {"id": pk}, _("文件打不开，或与上传时不同"), pk)


CHECKS: tuple[Check, ...] = (phases, sheets, told, groups, blind, files)
