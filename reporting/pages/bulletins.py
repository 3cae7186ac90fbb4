"""What the pages of bulletins show: the archive with its filters, one bulletin on its paper, who has signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from reporting import bulletin_paper, bulletin_quotes, bulletin_words
from reporting.bulletin_figures import Figures
from reporting.choices import BulletinState
from reporting.models import Bulletin, BulletinNotice, BulletinRecipient
from reporting.operations import bulletin_notices, bulletin_recipients
from reporting.operations import bulletin_quotes as operations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orgs.models import User
    from reporting.bulletin_figures import UnitFigures
    from reporting.bulletin_paper import Paper
    from reporting.models import Contribution
    from reporting.querysets.bulletins import BulletinQuerySet

ISSUED, RECEIVED, WAITING, DRAFTS = "issued", "received", "waiting", "drafts"
BOXES = (ISSUED, RECEIVED, WAITING, DRAFTS)
SHOWN_RECIPIENTS = 8
SHOWN_CONTRIBUTIONS = 30

Chip = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """What the address asks for; a wrong value filters nothing."""

    box: str = ""
    year: str = ""
    text: str = ""

    @classmethod
    def of(cls, box: str, year: str, text: str) -> Filter:
        known_year = year if year.isascii() and year.isdigit() and len(year) == 4 else ""
        return cls(box if box in BOXES else "", known_year, text.strip()[:60])

    def apply(self, bulletins: BulletinQuerySet, user: User) -> BulletinQuerySet:
        """The bulletins of the box, year and words."""
        if self.text:
            bulletins = bulletins.published().matching(self.text)
        if self.year:
            bulletins = bulletins.filter(year=int(self.year))
        if self.box == DRAFTS:
            return bulletins.drafts()
        if self.box == ISSUED:
            return bulletins.published().filter(unit_id__in=user.units_in_charge().own_unit_ids())
        if self.box in {RECEIVED, WAITING}:
            rows = BulletinRecipient.objects.of_own_units(user).filter(bulletin=OuterRef("pk"))
            return bulletins.filter(Exists(rows.waiting() if self.box == WAITING else rows))
        return bulletins

    @property
    def is_set(self) -> bool:
        return bool(self.box or self.year or self.text)

    def chips(self, years: Iterable[int], *, may_write: bool) -> tuple[list[Chip], list[Chip]]:
        """Boxes and years: text, address, chosen."""
        boxes = [("", _("全部")), (ISSUED, _("本单位发布")), (RECEIVED, _("收到的")), (WAITING, _("待签收"))]
        if may_write:
            boxes.append((DRAFTS, _("草稿")))
        in_years = [("", _("全部年度")), *((str(year), _("%(year)d年") % {"year": year}) for year in years)]
        return (
            [(word, Filter(key, self.year, self.text).address(), key == self.box) for key, word in boxes],
            [(word, Filter(self.box, key, self.text).address(), key == self.year) for key, word in in_years],
        )

    def address(self) -> str:
        return "?" + urlencode(
            [
                (key, value)
                for key, value in (("box", self.box), ("year", self.year), ("q", self.text))
                if value
            ]
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One bulletin in the list."""

    bulletin: Bulletin
    number: str
    tone: str
    state: str
    waits_for_me: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A unit that the draft names, and what came of telling it."""

    unit: UnitFigures
    notice: BulletinNotice | None


@dataclass(frozen=True, slots=True)
class Page:
    """One bulletin: the paper, and what this reader may do with it."""

    bulletin: Bulletin
    paper: Paper
    is_draft: bool
    is_edited: bool
    may_write: bool
    n_recipients: int
    n_signed: int
    recipients: list[str]
    waits_for_me: bool
    signed_by_me: bool
    corrected_by: Bulletin | None
    told: list[Told]
    contributions: list[Contribution]
    n_untold: int
    must_tell: bool

    @property
    def blocks_publishing(self) -> bool:
        """Somebody named has not been told yet, and the portal demands it (BULLETIN_NOTICE)."""
        return self.must_tell and bool(self.n_untold)


def lines(bulletins: Iterable[Bulletin], user: User) -> list[Line]:
    """In the order of the queryset; one statement."""
    listed = list(bulletins)
    rows = BulletinRecipient.objects.of_own_units(user).waiting()
    waiting = set(
        rows.filter(bulletin__in=[each.pk for each in listed]).values_list("bulletin_id", flat=True)
    )
    return [_line(each, waits_for_me=each.pk in waiting) for each in listed]


def years(bulletins: BulletinQuerySet) -> list[int]:
    """Years in which something was published, the newest first."""
    found = set(bulletins.published().order_by().values_list("year", flat=True))
    return sorted((year for year in found if year is not None), reverse=True)


def page(bulletin: Bulletin, user: User) -> Page:
    """At most seven statements: own rows and counts, recipients, notices, contributions, a correction, the right to write."""
    is_draft = bulletin.state == BulletinState.DRAFT
    may_write = Bulletin.objects.actionable_by(user).filter(pk=bulletin.pk).exists()
    told = _told(bulletin) if may_write else []
    names, n_recipients = _recipients(bulletin) if is_draft else ([], 0)
    counted = _counts(bulletin, user) if not is_draft else {}
    newer = bulletin.corrections.published().order_by("correction").first() if not is_draft else None
    return Page(
        bulletin,
        bulletin_paper.of(bulletin),
        is_draft,
        is_edited=not bulletin_quotes.is_untouched(bulletin.body),
        may_write=may_write,
        n_recipients=counted.get("sent", n_recipients),
        n_signed=counted.get("signed", 0),
        recipients=names,
        waits_for_me=bool(counted.get("waiting")),
        signed_by_me=bool(counted.get("mine")) and not counted.get("waiting"),
        corrected_by=newer,
        told=told,
        contributions=_contributions(bulletin, user) if is_draft and may_write else [],
        n_untold=sum(each.notice is None for each in told),
        must_tell=settings.BULLETIN_NOTICE,
    )


def notice_lines(notice: BulletinNotice) -> list[str]:
    """What is said about this unit, and nothing about any other."""
    bulletin = notice.bulletin
    text = f"{bulletin.title}\n{bulletin.body['text']}"
    return bulletin_words.said_about(Figures.of(bulletin.figures), notice.unit_id, text)


def _line(bulletin: Bulletin, *, waits_for_me: bool) -> Line:
    number = bulletin_words.number_text(bulletin.year, bulletin.number, bulletin.correction)
    if bulletin.state == BulletinState.DRAFT:
        return Line(bulletin, "", "info", bulletin.get_state_display(), waits_for_me=False)
    if waits_for_me:
        return Line(bulletin, number, "warn", _("待签收"), waits_for_me=True)
    return Line(bulletin, number, "ok", bulletin.get_state_display(), waits_for_me=False)


def _counts(bulletin: Bulletin, user: User) -> dict[str, int]:
    mine = Q(pk__in=BulletinRecipient.objects.of_own_units(user).filter(bulletin=bulletin).values("pk"))
    return bulletin.recipients.aggregate(
        sent=Count("pk"),
        signed=Count("pk", filter=Q(received_at__isnull=False)),
        mine=Count("pk", filter=mine),
        waiting=Count("pk", filter=mine & Q(received_at__isnull=True)),
    )


def _contributions(bulletin: Bulletin, user: User) -> list[Contribution]:
    """Adopted ones of the week and since, which the draft quotes or may quote (WB-3.3)."""
    found = operations.quotable(bulletin, user).select_related("unit").defer("text")
    return list(found[:SHOWN_CONTRIBUTIONS])


def _recipients(bulletin: Bulletin) -> tuple[list[str], int]:
    units = bulletin_recipients.units_for(bulletin)
    return list(units.values_list("name", flat=True)[:SHOWN_RECIPIENTS]), units.count()


def _told(bulletin: Bulletin) -> list[Told]:
    notices = {each.unit_id: each for each in BulletinNotice.objects.filter(bulletin=bulletin)}
    return [Told(each, notices.get(each.unit_id)) for each in bulletin_notices.named(bulletin)]
