"""抽查登记: a check per sample, fewer people than declared, 群找不到 (SUP-4.1b). What a phone sends twice is recorded once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs.choices import NotificationKind
from orgs.exceptions import IllegalMove, NotAllowed
from orgs.kernel import clock
from orgs.models import IdempotencyKey
from orgs.operations import ledger
from reporting.choices import DrawState
from reporting.exceptions import ReportingError
from reporting.models import Draw, DrawItem, VerifiedCount
from reporting.objecting import last_day
from reporting.operations.check_photos import add_photo
from reporting.operations.draws import LONGEST_REASON
from reporting.operations.inspection import write_check
from reporting.operations.texts import checked
from reporting.operations.verified_counts import MOST_MEMBERS, verify

if TYPE_CHECKING:
    from datetime import date

    from orgs.models import User
    from reporting.models import SpotCheck
    from reporting.operations.check_photos import Photo

_RECORDED = "reporting.drawitem/"


@dataclass(frozen=True, slots=True)
class Counted:
    """How many people the inspector found in the group, where that was counted, and how."""

    members: int
    note: str = ""


@transaction.atomic
def record_item(
    item_id: int,
    *,
    posts: int,
    by: User,
    counted_on: date | None = None,
    counted: Counted | None = None,
    photo: Photo | None = None,
    key: str = "",
) -> DrawItem:
    """登记: how many items the group posted on the last full day (yesterday, unless said otherwise); the grade follows.

    Fewer people than declared leave a verified figure. The same `key` twice is one record. Raises NotAllowed, IllegalMove,
    ReportingError.
    """
    claim = _claim(key, by)
    known = recorded(key, by=by)
    if known is not None:
        return known
    item = _to_inspect(item_id, by=by)
    day = counted_on or clock.today() - timedelta(days=1)
    first = clock.local(item.draw.drawn_at).date() - timedelta(days=1)
    if day < first:
        # Whoever inspects must not pick a day long past on which the group happened to post.
        raise ReportingError(_("抽查日不能早于抽取的前一天（%(day)s），请更正。") % {"day": first})
    check = write_check(item.group, draw=item.draw.number, counted_on=day, posts=posts, by=by)
    item.check_made = check
    item.save(update_fields=["check_made"])
    if photo is not None:
        add_photo(check, photo, by=by)
    if counted is not None:
        _verify_smaller(item, counted, by=by)
    _tell(check)
    _close_if_done(item.draw, by=by)
    _settle(claim, item)
    return item


@transaction.atomic
def mark_missing(item_id: int, *, note: str, by: User, key: str = "") -> VerifiedCount:
    """群找不到: what was declared is verified as none; both numbers are kept. Raises NotAllowed, IllegalMove, ReportingError."""
    claim = _claim(key, by)
    known = recorded(key, by=by)
    if known is not None:
        return known.verified_count
    why = checked(note, label=_("查找情况"), longest=LONGEST_REASON)
    if not why:
        raise ReportingError(_("请说明怎样查找过这个群。"))
    item = _to_inspect(item_id, by=by)
    item.missing_at, item.note = clock.now(), why
    item.save(update_fields=["missing_at", "note"])
    count = verify(item, verified=0, reason=why, by=by)
    ledger.record("draw.missing", item, by=by, reason=why, group=item.group_id, declared=count.declared)
    _close_if_done(item.draw, by=by)
    _settle(claim, item)
    return count


def recorded(key: str, *, by: User) -> DrawItem | None:
    """What the person has recorded under the key, as it stands: the phone may not have heard the answer."""
    claim = IdempotencyKey.objects.filter(user=by, key=key).first() if key else None
    if claim is None or not claim.location.startswith(_RECORDED):
        return None
    rows = DrawItem.objects.filter(inspector=by).select_related("check_made", "verified_count")
    return rows.filter(pk=claim.location.removeprefix(_RECORDED)).first()


def _verify_smaller(item: DrawItem, counted: Counted, *, by: User) -> None:
    """A smaller number is 核减; the declared one or a larger changes nothing."""
    if not 0 <= counted.members <= MOST_MEMBERS:
        raise ReportingError(_("核实人数应为 0 到 %(most)d 的整数，请更正。") % {"most": MOST_MEMBERS})
    declared = item.group.members
    if declared is not None and counted.members >= declared:
        return
    why = checked(counted.note, label=_("核实说明"), longest=LONGEST_REASON)
    if not why:
        raise ReportingError(_("核实人数少于申报人数时，请写明核实说明（怎样清点的）。"))
    VerifiedCount.objects.filter(item=item).update(item=None)  # of a check that was voided
    verify(item, verified=counted.members, reason=why, by=by)


def _claim(key: str, by: User) -> IdempotencyKey | None:
    """The key, for writing: who sends the same meanwhile waits."""
    if not key:
        return None
    found, _made = IdempotencyKey.objects.get_or_create(
        user=by, key=key, defaults={"created_at": clock.now()}
    )
    return IdempotencyKey.objects.select_for_update().get(pk=found.pk)


def _settle(claim: IdempotencyKey | None, item: DrawItem) -> None:
    if claim is not None:
        claim.location = f"{_RECORDED}{item.pk}"
        claim.save(update_fields=["location"])


def _to_inspect(item_id: int, *, by: User) -> DrawItem:
    """The sample for writing; its draw is locked first, as the triggers on its samples ask for."""
    known = DrawItem.objects.readable_by(by).only("draw").get(pk=item_id)
    draw = Draw.objects.select_for_update(of=("self",)).get(pk=known.draw_id)
    items = DrawItem.objects.select_for_update(of=("self",)).select_related("group__unit", "check_made")
    item = items.get(pk=item_id)
    item.draw = draw
    if item.inspector_id != by.pk:
        raise NotAllowed(_("这个样本没有分派给您。"))
    if draw.state != DrawState.ASSIGNED:
        raise IllegalMove(_("这次抽样已办结或已重抽，不能再登记。"))
    is_voided = item.check_made is not None and item.check_made.voided_at is not None
    if item.missing_at is not None or (item.check_made is not None and not is_voided):
        raise IllegalMove(_("这个样本已经登记过，请刷新页面。"))
    return item


def _tell(check: SpotCheck) -> None:
    """The unit reads its result, and until when it may object."""
    words = {
        "name": str(check.group or check.account),
        "day": check.counted_on,
        "posts": check.posts,
        "grade": check.get_grade_display(),
        "until": last_day(check),
    }
    text = (
        _("抽查“%(name)s”：%(day)s 发布 %(posts)d 条，%(grade)s。有异议请在%(until)s 24:00前提出。") % words
    )
    ledger.notify(check.unit, NotificationKind.CHECK_RECORDED, text, link=f"/spot/checks/{check.pk}/")


def _close_if_done(draw: Draw, *, by: User) -> None:
    if draw.items.open().exists():
        return
    draw.state, draw.closed_at = DrawState.CLOSED, clock.now()
    draw.save(update_fields=["state", "closed_at"])
    ledger.record("draw.closed", draw, by=by)
