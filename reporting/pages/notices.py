"""What the pages of notices show: the list with its boxes, one notice, who has signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from orgs.choices import Kind
from orgs.choices import Line as Front
from orgs.kernel import clock
from reporting.choices import NoticeState
from reporting.models import Notice, NoticeRecipient
from reporting.operations import notice_recipients

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orgs.models import User
    from reporting.querysets.notices import NoticeQuerySet

RECEIVED, WAITING, SENT, DRAFTS = "received", "waiting", "sent", "drafts"
BOXES = (RECEIVED, WAITING, SENT, DRAFTS)
PER_PAGE = 50
SHOWN_RECIPIENTS = 8
PINNED_SHOWN = 3
TONES = {NoticeState.DRAFT: "info", NoticeState.PUBLISHED: "ok", NoticeState.WITHDRAWN: "mute"}

Chip = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """What the address asks for; a wrong value filters nothing."""

    box: str = ""
    text: str = ""

    @classmethod
    def of(cls, box: str, text: str) -> Filter:
        return cls(box if box in BOXES else "", text.strip()[:60])

    @property
    def is_set(self) -> bool:
        return bool(self.box or self.text)

    def apply(self, notices: NoticeQuerySet, user: User) -> NoticeQuerySet:
        """The notices of the box with the words in title, text or the issuer's names."""
        notices = notices.matching(self.text)
        if self.box == DRAFTS:
            return notices.drafts()
        if self.box == SENT:
            return notices.sent().filter(unit_id__in=user.units_in_charge().own_unit_ids())
        if self.box == RECEIVED:
            return notices.received_by(user.units_in_charge())
        if self.box == WAITING:
            waiting = NoticeRecipient.objects.of_own_units(user).waiting().filter(notice=OuterRef("pk"))
            return notices.filter(Exists(waiting))
        return notices

    def chips(self, *, may_write: bool) -> list[Chip]:
        """Boxes: text, address, chosen."""
        boxes = [("", _("全部")), (RECEIVED, _("收到的")), (WAITING, _("待签收"))]
        if may_write:
            boxes += [(SENT, _("本单位发布")), (DRAFTS, _("草稿"))]
        return [(word, Filter(key, self.text).address(), key == self.box) for key, word in boxes]

    def address(self) -> str:
        return "?" + urlencode(
            [(key, value) for key, value in (("box", self.box), ("q", self.text)) if value]
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One notice in the list; the numbers of recipients for those who write for the unit, None for others."""

    notice: Notice
    tone: str
    state: str
    waits_for_me: bool
    is_pinned: bool
    n_recipients: int | None
    n_signed: int


@dataclass(frozen=True, slots=True)
class Page:
    """One notice, and what this reader may do with it."""

    notice: Notice
    tone: str
    is_draft: bool
    is_withdrawn: bool
    is_pinned: bool
    may_write: bool
    whom: str
    n_recipients: int
    n_signed: int
    recipients: list[str]
    waits_for_me: bool
    signed_by_me: bool


@dataclass(frozen=True, slots=True)
class Pinned:
    """A notice that stands on the home page for a while."""

    notice: Notice
    waits_for_me: bool


def lines(notices: Iterable[Notice], user: User) -> list[Line]:
    """In the order of the queryset; three statements however many there are."""
    listed = list(notices)
    pks = [each.pk for each in listed]
    of_own = NoticeRecipient.objects.of_own_units(user).waiting().filter(notice__in=pks)
    waiting = set(of_own.values_list("notice_id", flat=True))
    own = Notice.objects.actionable_by(user).sent().filter(pk__in=pks)
    counts = own.annotate(n=Count("recipients"), n_signed=_signed()).order_by()
    known = {pk: (n, n_signed) for pk, n, n_signed in counts.values_list("pk", "n", "n_signed")}
    return [
        Line(
            each,
            "warn" if each.pk in waiting else TONES[NoticeState(each.state)],
            _("待签收") if each.pk in waiting else each.get_state_display(),
            each.pk in waiting,
            _is_pinned(each),
            *known.get(each.pk, (None, 0)),
        )
        for each in listed
    ]


def page(notice: Notice, user: User) -> Page:
    """At most four statements."""
    is_draft = notice.state == NoticeState.DRAFT
    may_write = Notice.objects.actionable_by(user).filter(pk=notice.pk).exists()
    names, n_recipients = _reached(notice, user) if is_draft else ([], 0)
    counted = {} if is_draft else _counts(notice, user)
    return Page(
        notice,
        TONES[NoticeState(notice.state)],
        is_draft,
        is_withdrawn=notice.state == NoticeState.WITHDRAWN,
        is_pinned=_is_pinned(notice),
        may_write=may_write,
        whom=whom(notice),
        n_recipients=counted.get("sent", n_recipients),
        n_signed=counted.get("signed", 0),
        recipients=names,
        waits_for_me=bool(counted.get("waiting")),
        signed_by_me=bool(counted.get("mine")) and not counted.get("unsigned"),
    )


def whom(notice: Notice) -> str:
    """To whom it goes, in words: under which unit, of which kinds, lines and levels."""
    kinds = [str(Kind(each).label) for each in notice.kinds]
    fronts = [str(Front(each).label) for each in notice.lines]
    levels = [notice_recipients.level_word(each) for each in notice.levels]
    chosen = filter(None, map("、".join, (kinds, fronts, levels)))
    return "；".join([_("%(unit)s所属") % {"unit": notice.under.name}, *chosen])


def pinned(user: User) -> list[Pinned]:
    """What stands on top now of the notices that went to the person's own units or come from them; one statement."""
    waiting = NoticeRecipient.objects.of_own_units(user).waiting().filter(notice=OuterRef("pk"))
    found = Notice.objects.pinned_for(user.units_in_charge(), clock.now()).annotate(waits=Exists(waiting))
    shown = found.select_related("unit").defer("text")[:PINNED_SHOWN]
    return [Pinned(each, each.waits) for each in shown]  # type: ignore[attr-defined]


def _is_pinned(notice: Notice) -> bool:
    is_in_force = notice.state == NoticeState.PUBLISHED
    return is_in_force and notice.pinned_until is not None and notice.pinned_until > clock.now()


def _signed() -> Count:
    return Count("recipients", filter=Q(recipients__received_at__isnull=False))


def _counts(notice: Notice, user: User) -> dict[str, int]:
    own = user.units_in_charge().own_unit_ids()
    mine = Q(unit_id__in=own)
    to_sign = Q(
        pk__in=NoticeRecipient.objects.of_own_units(user).waiting().filter(notice=notice).values("pk")
    )
    return notice.recipients.aggregate(
        sent=Count("pk"),
        signed=Count("pk", filter=Q(received_at__isnull=False)),
        mine=Count("pk", filter=mine),
        unsigned=Count("pk", filter=mine & Q(received_at__isnull=True)),
        waiting=Count("pk", filter=to_sign),
    )


def _reached(notice: Notice, user: User) -> tuple[list[str], int]:
    units = notice_recipients.units_for(notice, by=user)
    return list(units.values_list("name", flat=True)[:SHOWN_RECIPIENTS]), units.count()
