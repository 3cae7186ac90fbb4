"""Forms under review: state, desk, time line and package say the same (F1–F9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import PackageStatus, StepKind, SubmissionStatus
from accounts.models import (
    CellReturn,
    Expected,
    ExpectedVersion,
    Package,
    ReviewStep,
    Submission,
    SubmissionRow,
)
from orgs.kernel.integrity import Check, Found, check, rows
from orgs.kernel.version_checks import overlaps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from orgs.kernel.integrity import Run

LOOK = gettext_lazy("请打开这份收集表的审核记录核对；状态不对的，由审核单位退回，填报单位重新提交。")
# After which steps of the time line a form is in which state.
AFTER: dict[str, frozenset[str]] = {
    SubmissionStatus.SUBMITTED: frozenset({StepKind.SUBMITTED, StepKind.APPROVED, StepKind.UNDONE}),
    SubmissionStatus.RETURNED: frozenset({StepKind.RETURNED, StepKind.WITHDRAWN}),
    SubmissionStatus.APPROVED: frozenset({StepKind.APPROVED}),
}


def _forms(found: QuerySet[Submission], text: str) -> Iterator[Found]:
    for pk in found.order_by("pk").values_list("pk", flat=True).iterator():
        yield Found(_("收集表 %(id)s") % {"id": pk}, text, pk)


@check("form-steps", "F1 F2", gettext_lazy("收集表的状态与最后一步相符"), remedy=LOOK)
def steps(run: Run) -> Iterator[Found]:
    """The last step of the time line led to the state the form is in."""
    last = ReviewStep.objects.filter(submission=OuterRef("pk")).exclude(kind=StepKind.SAVED)
    forms = Submission.objects.annotate(last=Subquery(last.order_by("-at", "-pk").values("kind")[:1]))
    for state, kinds in AFTER.items():
        wrong = forms.filter(status=state).exclude(last__in=kinds)
        yield from _forms(wrong | forms.filter(status=state, last__isnull=True), _("状态与审核记录不符"))


@check("form-moments", "F2", gettext_lazy("提交、通过的收集表有时间"), remedy=LOOK)
def moments(run: Run) -> Iterator[Found]:
    """What was submitted or approved says when; only an approved form has the moment of approval."""
    submitted = Q(
        status__in=[SubmissionStatus.SUBMITTED, SubmissionStatus.APPROVED], submitted_at__isnull=True
    )
    approved = Q(status=SubmissionStatus.APPROVED, approved_at__isnull=True)
    early = Q(status=SubmissionStatus.SUBMITTED, approved_at__isnull=False)
    backwards = Q(approved_at__lt=F("submitted_at"))
    wrong = Submission.objects.filter(submitted | approved | early | backwards)
    yield from _forms(wrong, _("提交或通过的时间缺少，或先后颠倒"))


@check("form-final-step", "F1 R4", gettext_lazy("通过的收集表有入库的一步"), remedy=LOOK)
def final_step(run: Run) -> Iterator[Found]:
    """An approved form entered the registry by a final step."""
    final = ReviewStep.objects.filter(submission=OuterRef("pk"), is_final=True, kind=StepKind.APPROVED)
    yield from _forms(
        Submission.objects.filter(~Exists(final), status=SubmissionStatus.APPROVED),
        _("已通过，但没有入库的一步"),
    )


@check("form-desks", "F3 F8", gettext_lazy("待审核的收集表在上级单位"), remedy=LOOK)
def desks(run: Run) -> Iterator[Found]:
    """Whose turn it is, is a superior of the unit, or the national office."""
    statement = (
        "SELECT s.id FROM accounts_submission s JOIN orgs_orgunit u ON u.id = s.unit_id"
        " JOIN orgs_orgunit d ON d.id = s.desk_id"
        " WHERE s.status = 'submitted' AND d.kind_id <> 'national'"
        " AND NOT (d.tree_id = u.tree_id AND d.lft < u.lft AND d.rght > u.rght) ORDER BY s.id"
    )
    for (pk,) in rows(statement):
        yield Found(_("收集表 %(id)s") % {"id": pk}, _("在审单位不是填报单位的上级"), pk)
    astray = Submission.objects.exclude(status=SubmissionStatus.SUBMITTED).filter(desk__isnull=False)
    yield from _forms(astray, _("不在审核中，却有在审单位"))


@check(
    "own-approvals",
    "F3",
    gettext_lazy("审核人不是填报人"),
    remedy=gettext_lazy("请由其他审核人复核这份收集表，并报上级团委。"),
)
def own_approvals(run: Run) -> Iterator[Found]:
    """Nobody decides on a form that they filled in themselves."""
    own = ReviewStep.objects.filter(
        submission=OuterRef("pk"), kind=StepKind.APPROVED, is_final=True, by=OuterRef("filled_by")
    )
    own = own.filter(at__gte=OuterRef("submitted_at"))
    yield from _forms(
        Submission.objects.filter(Exists(own), status=SubmissionStatus.APPROVED), _("由填报人本人审核通过")
    )


@check("form-rows", "F4", gettext_lazy("收集表的行从第一行起，续行前有主行"), remedy=LOOK)
def form_rows(run: Run) -> Iterator[Found]:
    """A further administrator follows an account; a handed-in form isn't empty."""
    before = SubmissionRow.objects.filter(
        submission=OuterRef("submission"), position__lt=OuterRef("position"), continues=False
    )
    orphans = SubmissionRow.objects.filter(~Exists(before), continues=True)
    for pk, form in orphans.order_by("pk").values_list("pk", "submission_id").iterator():
        yield Found(_("收集表 %(id)s") % {"id": form}, _("续行前没有账号：行 %(row)s") % {"row": pk}, form)
    strays = CellReturn.objects.filter(fixed_at__lt=F("returned_at"))
    for form in strays.order_by("submission_id").values_list("submission_id", flat=True).distinct():
        yield Found(_("收集表 %(id)s") % {"id": form}, _("标出的内容改正早于退回"), form)


@check(
    "forms-expected",
    "F7",
    gettext_lazy("收集任务（不含日常变更）的收集表在应填名单中"),
    remedy=gettext_lazy("应填名单在发起时确定。请核对该任务的名单，不该填的收集表由审核单位退回。"),
)
def forms_expected(run: Run) -> Iterator[Found]:
    """A form of a round belongs to a unit the round expects."""
    asked = Expected.objects.filter(round=OuterRef("round"), unit=OuterRef("unit"))
    yield from _forms(
        Submission.objects.filter(~Exists(asked), round__is_standing=False), _("填报单位不在应填名单中")
    )


@check(
    "packages",
    "F5",
    gettext_lazy("上报的数与未报名单相符"),
    remedy=gettext_lazy("请退回这份上报，由直属单位重新上报。"),
)
def packages(run: Run) -> Iterator[Found]:
    """Expected = approved + those named as missing; what was reported or decided says when."""
    sent = Package.objects.exclude(status=PackageStatus.PREPARING).order_by("pk")
    for package in sent.iterator():
        n_missing = len(package.missing_unit_ids)
        is_dated = package.reported_at is not None and (
            package.decided_at is not None or package.status == PackageStatus.REPORTED
        )
        if package.n_expected != package.n_approved + n_missing or not is_dated:
            yield Found(
                _("上报 %(id)s") % {"id": package.pk}, _("应填、已通过与未报数不符，或缺少时间"), package.pk
            )


@check(
    "expected-versions",
    "T9 F6",
    gettext_lazy("应填的团组织有一条与现状一致的版本"),
    remedy=gettext_lazy("周报按版本统计应填和逾期。请在该任务中重新办理一次延期或免报。"),
)
def expected_versions(run: Run) -> Iterator[Found]:
    """Until when a unit is expected to report, and whether at all, is what the current version says."""
    current = ExpectedVersion.objects.current().filter(
        expected=OuterRef("pk"), deadline_at=OuterRef("deadline_at")
    )
    due = Expected.objects.filter(exempt_reason="").filter(~Exists(current.filter(is_due=True)))
    exempt = Expected.objects.exclude(exempt_reason="").filter(~Exists(current.filter(is_due=False)))
    for found in (due, exempt):
        for pk in found.order_by("pk").values_list("pk", flat=True).iterator():
            yield Found(_("应填 %(id)s") % {"id": pk}, _("没有与现状一致的版本"), pk)


expected_overlaps = overlaps("expected-versions-overlap", ExpectedVersion)
CHECKS: tuple[Check, ...] = (
    *(steps, moments, final_step, desks, own_approvals, form_rows, forms_expected, packages),
    *(expected_versions, expected_overlaps),
)
