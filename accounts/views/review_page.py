"""The page of 待审核 as every answer of its views shows it: queue, form, toast of what was decided just now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.choices import UNDO_SECONDS, ReturnReason, StepKind, SubmissionStatus
from accounts.forms.review import PER_PAGE, ids_in
from accounts.models import Submission
from accounts.operations.desks import Desks
from accounts.pages import review as review_page
from accounts.pages.fill_tasks import timeline
from accounts.pages.review import AGAIN, ALL, CLEAN, DOUBTFUL
from orgs.http import whole_number
from orgs.kernel import clock
from orgs.permissions import REVIEW, may_anywhere

if TYPE_CHECKING:
    from django.http import HttpResponse

    from accounts.forms.review_typed import Typed
    from accounts.models import ReviewStep
    from accounts.pages.review import QueueCounts, Subject
    from orgs.http import LeagueRequest
    from orgs.models import OrgUnit

SORTS = (
    (ALL, gettext_lazy("全部")),
    (CLEAN, gettext_lazy("检查通过")),
    (DOUBTFUL, gettext_lazy("需核实")),
    (AGAIN, gettext_lazy("重新提交")),
)


def page(
    request: LeagueRequest, *, pk: int | None = None, status: int = 200, typed: Typed | None = None
) -> HttpResponse:
    """The queue left, one form right: the chosen one, else the first. `typed` stands there again after a refusal."""
    in_charge = request.user.units_in_charge().allowing(REVIEW)
    if not in_charge.spans:
        raise PermissionDenied
    own = in_charge.own_unit_ids()
    queue = Submission.objects.on_desks_of(in_charge)
    counts = review_page.counts(queue)
    show = request.GET.get("show", ALL)
    rows = list(review_page.of_sort(queue, show).for_queue()[:PER_PAGE])
    chosen = pk or whole_number(request.GET.get("id"))
    subject = _chosen(request, rows, chosen, typed)
    stands_in = _vacant_desk(subject, own) if subject else None
    context = {
        "counts": counts,
        "chips": _chips(counts, show),
        "show": show,
        "rows": rows,
        "own_desks": own,
        "n_pickable": sum(row.is_clean for row in rows),
        "subject": subject,
        "stands_in": stands_in,
        "is_open": subject is not None and _waits(subject) and (stands_in or subject.form.desk_id in own),
        "is_own": subject is not None and subject.form.filled_by_id == request.user.pk,
        "is_chosen": chosen is not None,
        "history": timeline(subject.form, subject.steps) if subject else [],
        "previous": _beside(rows, subject, -1),
        "next": _beside(rows, subject, 1),
        "reasons": ReturnReason.choices,
        "done": _done(request),
        "undo_seconds": UNDO_SECONDS,
    }
    return render(request, "accounts/review/list.html", context, status=status)


def address(**query: str | int | None) -> str:
    """The list, with what is to be shown of it."""
    given = {key: value for key, value in query.items() if value is not None and value != ""}
    return reverse("accounts:list-review") + (f"?{urlencode(given)}" if given else "")


def require_review(request: LeagueRequest) -> None:
    """403 for who reviews nowhere."""
    if not may_anywhere(request.user, REVIEW):
        raise PermissionDenied


def require_visible(request: LeagueRequest, pk: int) -> None:
    """What lies outside one's units, or where one reviews nothing, does not exist; 403 for who reviews nowhere."""
    if not Submission.objects.visible_to(request.user).filter(pk=pk).exists():
        raise Http404
    require_review(request)
    if not Submission.objects.actionable_by(request.user, REVIEW).filter(pk=pk).exists():
        raise Http404


def _chosen(
    request: LeagueRequest, rows: list[Submission], chosen: int | None, typed: Typed | None
) -> Subject | None:
    if chosen is not None:
        found = review_page.subject(chosen, reader=request.user, typed=typed)
        if found is None:
            raise Http404
        return found
    return review_page.subject(rows[0].pk, reader=request.user) if rows else None


def _waits(subject: Subject) -> bool:
    return subject.form.status == SubmissionStatus.SUBMITTED


def _vacant_desk(subject: Subject, own: frozenset[int]) -> OrgUnit | None:
    """The vacant desk below for which the reader may decide on this form (代为审核)."""
    form = subject.form
    if not _waits(subject) or form.desk_id in own:
        return None
    acting = Desks().acting_for(form)
    return form.desk if acting is not None and acting.pk in own else None


def _chips(counts: QueueCounts, show: str) -> list[tuple[str, str, bool]]:
    return [(f"{label} {counts.of(sort)}", address(show=sort), sort == show) for sort, label in SORTS]


def _beside(rows: list[Submission], subject: Subject | None, step: int) -> Submission | None:
    """The form before or after the one that is read, in the list as shown."""
    ids = [row.pk for row in rows]
    at = ids.index(subject.form.pk) + step if subject and subject.form.pk in ids else -1
    return rows[at] if 0 <= at < len(rows) else None


def _done(request: LeagueRequest) -> dict[str, object] | None:
    """The toast after a decision, or many: what was decided, and whether it can still be taken back."""
    bulk = ids_in(request.GET.get("bulk", ""))
    pk = whole_number(request.GET.get("done"))
    steps = review_page.own_decisions(bulk or ([pk] if pk else []), by=request.user)
    if not steps:
        return None
    url = reverse("accounts:undo-review", args=[steps[0].submission_id])
    words = _decision(steps[0]) % {"unit": steps[0].submission.unit.name}
    if bulk:
        url = reverse("accounts:undo-many")
        words = ngettext("已通过 %(n)d 份收集表。", "已通过 %(n)d 份收集表。", len(steps)) % {"n": len(steps)}
    open_to_undo = [step for step in steps if _may_undo(step)]
    return {
        "text": words,
        "url": url,
        "bulk": "-".join(str(step.submission_id) for step in open_to_undo) if bulk else "",
        "may_undo": bool(open_to_undo),
    }


def _decision(step: ReviewStep) -> str:
    if step.kind != StepKind.APPROVED:
        return _("已退回“%(unit)s”")
    # Why there is nothing to take it back with.
    return _("已通过“%(unit)s”，已登记入库") if step.is_final else _("已通过“%(unit)s”")


def _may_undo(step: ReviewStep) -> bool:
    return not step.is_final and (clock.now() - step.at).total_seconds() <= UNDO_SECONDS
