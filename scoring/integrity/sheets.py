"""P3, Q1–Q4, Q6, Q7, Q9, Q10: schemes add up, scores are in range, totals follow from the scores, and what follows from them is there."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, F, OuterRef, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.kernel.integrity import Check, Found, check
from orgs.models import AuditEntry
from scoring.choices import THREE_POOR, Grade, SchemeState, SheetState
from scoring.models import Consequence, Decision, Scheme, Score, Section, Sheet
from scoring.operations.consequences import BELOW_SIX
from scoring.operations.sheets import tally_of
from scoring.rules.sums import BEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orgs.kernel.integrity import Run

N_OF_FAIL = 3  # criticism, written explanation, no award
AGAIN = gettext_lazy("未定稿的，请重新计算或改分；已定稿的不能改写，请从最近的备份恢复。")


def _sheet(pk: int) -> str:
    return _("考评表 %(id)s") % {"id": pk}


@check(
    "scheme-points",
    "Q1",
    gettext_lazy("已核定方案各部分的分值之和等于总分"),
    remedy=gettext_lazy("请载入更正后的方案版本并核定；已用旧版的考评表按旧版保留。"),
)
def points(run: Run) -> Iterator[Found]:
    """Sections of an approved scheme add up to its full score, which isn't nothing."""
    for scheme in Scheme.objects.filter(state=SchemeState.APPROVED).order_by("pk"):
        found = Section.objects.filter(scheme=scheme).aggregate(points=Sum("max_points"))["points"]
        if found != scheme.full_points:
            words = {"sum": found or Decimal(0), "full": scheme.full_points}
            text = _("各部分合计 %(sum)s 分，总分 %(full)s 分") % words
            yield Found(_("考评方案 %(id)s") % {"id": scheme.pk}, text, scheme.pk)


@check(
    "scheme-grades",
    "Q4",
    gettext_lazy("等次从高到低，覆盖每个总分"),
    remedy=gettext_lazy("请载入更正后的方案版本。"),
)
def grades(run: Run) -> Iterator[Found]:
    """The bands begin at ever lower totals, so that each total has one grade."""
    for scheme in Scheme.objects.order_by("pk"):
        lows = [Decimal(str(row[1])) for row in scheme.bands if row[1] is not None]
        if not lows or lows != sorted(set(lows), reverse=True):
            yield Found(_("考评方案 %(id)s") % {"id": scheme.pk}, _("等次的分数线不是从高到低"), scheme.pk)


@check("score-range", "Q2", gettext_lazy("每项得分在最低分与分值之间"), remedy=AGAIN)
def ranges(run: Run) -> Iterator[Found]:
    """Self, computed and assessed points lie within the criterion's range."""
    wrong = Q(pk__in=[])
    for name in ("self_points", "computed_points", "assessed_points"):
        wrong |= Q(**{f"{name}__gt": F("criterion__max_points")})
        wrong |= Q(**{f"{name}__lt": F("criterion__min_points")})
    for pk, sheet_id in Score.objects.filter(wrong).order_by("pk").values_list("pk", "sheet_id").iterator():
        yield Found(_sheet(sheet_id), _("得分 %(id)s 超出范围") % {"id": pk}, pk)


@check("sheet-scores", "Q7", gettext_lazy("考评表对方案的每个评分点各有一项得分"), remedy=AGAIN)
def scores(run: Run) -> Iterator[Found]:
    """As many scores as criteria, all of the sheet's own scheme."""
    asked = dict(
        Scheme.objects.annotate(n=Count("sections__items__criteria")).values_list("pk", "n").order_by()
    )
    known = Sheet.objects.annotate(
        n=Count("scores"),
        n_own=Count("scores", filter=Q(scores__criterion__item__section__scheme=F("scheme"))),
    )
    for pk, scheme_id, n, n_own in known.order_by("pk").values_list("pk", "scheme_id", "n", "n_own"):
        if not n == n_own == asked[scheme_id]:
            yield Found(_sheet(pk), _("评分点与方案不符：应有 %(n)s 项") % {"n": asked[scheme_id]}, pk)


@check("sheet-totals", "Q3 Q10", gettext_lazy("总分由各项得分相加而来"), remedy=AGAIN)
def totals(run: Run) -> Iterator[Found]:
    """Adding up the stored scores again gives the stored total."""
    for sheet in Sheet.objects.select_related("scheme").order_by("pk").iterator():
        if sheet.total_points is None:
            continue
        total = tally_of(sheet).total
        if total != sheet.total_points:
            words = {"stored": sheet.total_points, "total": total}
            yield Found(_sheet(sheet.pk), _("登记总分 %(stored)s，各项相加 %(total)s") % words, sheet.pk)


@check("sheets-final", "Q6 Q7 J1", gettext_lazy("定稿的考评表评分齐全，定稿一次"), remedy=AGAIN)
def final(run: Run) -> Iterator[Found]:
    """A final sheet is complete, dated, and was finalised once."""
    lines = AuditEntry.objects.filter(verb="sheet.finalised", object_type=Sheet._meta.label_lower)
    noted = list(lines.values_list("object_id", flat=True))
    for sheet in Sheet.objects.filter(state=SheetState.FINAL).order_by("pk"):
        is_whole = sheet.finalised_at and sheet.total_points is not None and sheet.grade
        unscored = Score.objects.filter(sheet=sheet, assessed_points__isnull=True).exists()
        if not is_whole or unscored or noted.count(str(sheet.pk)) != 1:
            yield Found(_sheet(sheet.pk), _("已定稿，但得分、时间不齐，或定稿不止一次"), sheet.pk)


@check(
    "sheet-notices",
    "Q9",
    gettext_lazy("不合格的考评表有通报批评、书面情况说明和取消评优资格的记录，其他的没有"),
    remedy=AGAIN,
)
def notices(run: Run) -> Iterator[Found]:
    """What follows from 不合格 is on record and confirmed, exactly where the grade is that (SUP-4.4.3)."""
    confirmed = Q(consequences__clause=BELOW_SIX, consequences__is_confirmed=True)
    known = Sheet.objects.filter(state=SheetState.FINAL).annotate(n=Count("consequences", filter=confirmed))
    for pk, grade, n in known.order_by("pk").values_list("pk", "grade", "n"):
        if n != (N_OF_FAIL if grade == Grade.FAIL else 0):
            yield Found(_sheet(pk), _("等次和考评后果的记录不一致：%(n)s 条") % {"n": n}, pk)


@check("poor-flags", "P3", gettext_lazy("连续三次抽查为“差”的考评表有记录，确认后不是优秀"), remedy=AGAIN)
def poor_flags(run: Run) -> Iterator[Found]:
    """Flag and record go together; once confirmed, no total makes the unit 优秀 (SUP-4.1c). The committee may decide otherwise."""
    record = Consequence.objects.filter(sheet=OuterRef("pk"), clause=THREE_POOR)
    told = Sheet.objects.annotate(
        is_recorded=Exists(record),
        is_confirmed=Exists(record.filter(is_confirmed=True)),
        is_decided=Exists(Decision.objects.filter(sheet=OuterRef("pk"))),
    )
    acts = Q(has_poor_flag=True, poor_flag_confirmed_at__isnull=False)
    apart = Q(has_poor_flag=True, is_recorded=False) | Q(has_poor_flag=False, is_recorded=True)
    unmoved = acts & Q(grade=BEST, is_decided=False)
    for pk in (
        told.filter(apart | unmoved | (acts & Q(is_confirmed=False)))
        .order_by("pk")
        .values_list("pk", flat=True)
    ):
        yield Found(_sheet(pk), _("连续三次抽查为“差”：标记、记录和等次不一致"), pk)


CHECKS: tuple[Check, ...] = (points, grades, ranges, scores, totals, final, notices, poor_flags)
