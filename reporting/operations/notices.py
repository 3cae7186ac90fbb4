"""通知: drafted, sent down the own subtree, withdrawn. What was sent never changes; withdrawn it stays readable, marked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from orgs.exceptions import Conflict, IllegalMove
from orgs.kernel import clock
from orgs.models import OrgUnit
from orgs.operations import ledger
from reporting.choices import NoticeState
from reporting.exceptions import ReportingError
from reporting.models import Notice
from reporting.operations import notice_recipients
from reporting.operations.texts import checked

if TYPE_CHECKING:
    from datetime import datetime

    from orgs.models import User

LONGEST_TITLE, LONGEST_TEXT, LONGEST_REASON = 120, 5_000, 200


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person writes: the words, to whom (empty kinds, lines and levels: all), what is asked until when."""

    title: str
    text: str
    under: OrgUnit
    kinds: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    must_sign: bool = True
    sign_by: datetime | None = None
    pinned_until: datetime | None = None
    levels: list[int] = field(default_factory=list)


@transaction.atomic
def draft(unit: OrgUnit, given: Draft, *, by: User) -> Notice:
    """A new draft in the name of the unit. Raises NotAllowed, ReportingError."""
    facts = _checked(unit, given, by=by)
    made = Notice.objects.create(unit=unit, made_by=by, made_at=clock.now(), **facts)
    ledger.record("notice.drafted", made, by=by)
    return made


@transaction.atomic
def save_draft(notice_id: int, given: Draft, *, version: int, by: User) -> Notice:
    """Keep what was edited. Raises Conflict when somebody saved meanwhile: then nothing is written."""
    notice = _locked(notice_id, version, by=by)
    facts = _checked(notice.unit, given, by=by)
    for name, value in facts.items():
        setattr(notice, name, value)
    _write(notice, *facts)
    ledger.record("notice.saved", notice, by=by)
    return notice


@transaction.atomic
def discard(notice_id: int, *, by: User) -> None:
    """删除草稿. Raises IllegalMove for one that was sent."""
    notice = _locked(notice_id, None, by=by)
    ledger.record("notice.discarded", notice, by=by)
    notice.delete()


@transaction.atomic
def publish(notice_id: int, *, version: int, by: User) -> Notice:
    """发布 to the units in operation that the draft reaches at this moment (WB-3.3).

    Raises Conflict when it was saved since it was looked at, IllegalMove for one that was sent, ReportingError where it
    reaches nobody or too many, or a day in it is over.
    """
    notice = _locked(notice_id, version, by=by)
    now = clock.now()
    for day, name in ((notice.sign_by, _("签收截止")), (notice.pinned_until, _("置顶至"))):
        if day is not None and day <= now:
            raise ReportingError(_("“%(name)s”已经过了，请先在“编辑”中更改。") % {"name": name})
    notice.state, notice.published_at, notice.published_by = NoticeState.PUBLISHED, now, by
    _write(notice, "state", "published_at", "published_by")
    n_recipients = notice_recipients.send(notice, by=by)
    ledger.record("notice.published", notice, by=by, n_recipients=n_recipients)
    return notice


@transaction.atomic
def withdraw(notice_id: int, *, reason: str, by: User) -> Notice:
    """撤回: it asks nothing of anybody any more; text, recipients and signatures stay, with the reason.

    Raises IllegalMove for one that is not in force, ReportingError without a reason.
    """
    notice = _held(notice_id, by=by)
    if notice.state != NoticeState.PUBLISHED:
        raise IllegalMove(_("只有已发布的通知才能撤回，请刷新页面后再看。"))
    why = checked(reason, label=_("撤回原因"), longest=LONGEST_REASON)
    if not why:
        raise ReportingError(_("请填写撤回原因，不超过%(n)d个字。") % {"n": LONGEST_REASON})
    notice.state, notice.withdrawn_at, notice.withdraw_reason = NoticeState.WITHDRAWN, clock.now(), why
    _write(notice, "state", "withdrawn_at", "withdraw_reason")
    ledger.record("notice.withdrawn", notice, by=by, reason=why)
    return notice


def _checked(unit: OrgUnit, given: Draft, *, by: User) -> dict[str, Any]:
    """The columns of a draft. Raises NotAllowed, ReportingError."""
    title, text = " ".join(given.title.split()), given.text.strip()
    if not title or len(title) > LONGEST_TITLE:
        raise ReportingError(_("请填写标题，不超过%(n)d个字。") % {"n": LONGEST_TITLE})
    if not text or len(text) > LONGEST_TEXT:
        raise ReportingError(_("请填写正文，不超过%(n)d个字。") % {"n": LONGEST_TEXT})
    if not notice_recipients.reach(unit, by=by).covers(given.under):
        raise ReportingError(_("发送范围不在本单位所属团组织之内，请重新选择。"))
    if not set(given.levels) <= set(range(1, notice_recipients.DEEPEST + 1)):
        raise ReportingError(_("请从列表中选择收件单位层级。"))
    return {
        "title": title,
        "text": text,
        "under": given.under,
        "kinds": given.kinds,
        "lines": given.lines,
        "levels": sorted(set(given.levels)),
        "must_sign": given.must_sign,
        "sign_by": given.sign_by if given.must_sign else None,
        "pinned_until": given.pinned_until,
    }


def _held(notice_id: int, *, by: User) -> Notice:
    rows = Notice.objects.actionable_by(by).select_for_update(of=("self",))
    return rows.select_related("unit", "under").get(pk=notice_id)


def _locked(notice_id: int, version: int | None, *, by: User) -> Notice:
    """The draft for writing, as the person saw it. Raises Conflict, IllegalMove for one that was sent."""
    notice = _held(notice_id, by=by)
    if notice.state != NoticeState.DRAFT:
        raise IllegalMove(_("这份通知已经发布，不能再改；如需更改，请撤回后另发一份。"))
    if version is not None and notice.version != version:
        raise Conflict(_("这份草稿刚才已被他人修改，请核对现在的内容。"))
    return notice


def _write(notice: Notice, *changed: str) -> None:
    notice.version += 1
    notice.save(update_fields=[*changed, "version"])
