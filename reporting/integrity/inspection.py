"""Inspection: grades follow from counts, draws can be drawn again, what is voided says why (P1, P2, P4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Case, CharField, F, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orgs.kernel.integrity import Check, Found, check
from reporting import grading
from reporting.models import DailyRecord, Draw, SpotCheck, VerifiedCount
from reporting.operations import replaying

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orgs.kernel.integrity import Run

VOID = gettext_lazy("抽查结果不能改写。请作废这次抽查并写明原因，重新抽查。")


@check("check-grades", "P1", gettext_lazy("抽查等次与发布条数相符"), remedy=VOID)
def grades(run: Run) -> Iterator[Found]:
    """≥ 10 优秀, 6–9 良好, 3–5 一般, < 3 差."""
    steps = [When(posts__gte=least, then=Value(name)) for least, name in grading.STEPS]
    proper = Case(*steps, output_field=CharField())
    wrong = SpotCheck.objects.annotate(proper=proper).exclude(grade=F("proper"))
    for pk in wrong.order_by("pk").values_list("pk", flat=True).iterator():
        yield Found(_("抽查 %(id)s") % {"id": pk}, _("等次与发布条数不符"), pk)


@check("checks-voided", "P4", gettext_lazy("作废的抽查、核减写明原因"), remedy=VOID)
def voided(run: Run) -> Iterator[Found]:
    """Nothing is deleted: what doesn't count any more says why."""
    for model in (SpotCheck, VerifiedCount):
        wrong = model.objects.filter(voided_at__isnull=False, void_reason="")
        for pk in wrong.order_by("pk").values_list("pk", flat=True):
            place = _("%(model)s %(id)s") % {"model": model._meta.verbose_name, "id": pk}
            yield Found(place, _("已作废，没有原因"), pk)


@check(
    "draws",
    "P2",
    gettext_lazy("每次抽样能用保存的抽样框和编号重新抽出同样的样本"),
    remedy=gettext_lazy(
        "请运行 manage.py replay_draw <编号> 查看差别；不一致的抽样不能作为依据，应重抽并写明理由。"
    ),
)
def draws(run: Run) -> Iterator[Found]:
    """Frame, seed and sample belong together."""
    for draw in Draw.objects.order_by("pk").iterator():
        for text in replaying.differences(draw):
            yield Found(_("抽样 %(number)s") % {"number": draw.number}, text, draw.pk)


@check(
    "daily-records",
    "A3 R6",
    gettext_lazy("日常记录属于渠道所在的团组织或其以前所在的团组织，没有未来的日期"),
    remedy=gettext_lazy("请在“活动登记”中核对该渠道该日的条数。"),
)
def records(run: Run) -> Iterator[Found]:
    """No day is recorded before it came."""
    ahead = DailyRecord.objects.filter(day__gt=F("recorded_at__date"))
    for pk in ahead.order_by("pk").values_list("pk", flat=True).iterator():
        yield Found(_("日常记录 %(id)s") % {"id": pk}, _("日期晚于登记时间"), pk)


CHECKS: tuple[Check, ...] = (grades, voided, draws, records)
