"""The hash chain over the audit ledger (B5, J2): lines are sealed in batches behind those who write, and verified.

Why not at the moment of writing: a link needs the one before it, so every writing transaction of the whole country
would wait for every other until its commit. A line waits a few minutes for its link instead (SEALED_WITHIN), and the
status page says how many wait. What the chain cannot tell, a line that vanished before it was sealed and a chain cut
off at its end, is seen by comparing the head with one noted elsewhere: the log, the nightly backup (`vouched`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from django.db import connection, transaction
from django.db.models import Count, Min
from django.utils.translation import gettext as _

from orgs.kernel import clock
from orgs.kernel.chain import NO_BODY, START, Line, body_digest, link_digest
from orgs.models import AuditEntry, AuditLink

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date


ERASED = "person.erased"  # its detail names the lines of whose bodies something was erased
ERASED_LINES = "lines"
SEALED_WITHIN = timedelta(hours=1)
CHAIN_KEY = 0x0C0DE_C4A19  # any number that no other advisory lock of ours uses
AT_ONCE = 1_000
NOTED_DIGITS = 16  # of a digest, as the status page shows it; the log says all 64
RECENT = 100_000  # lines; older ones, of transactions that took very long, are looked for once a day
LINE = ("pk", "at", "by_id", "verb", "object_type", "object_id", "unit_id", "request_id")
BODY = ("body__salt", "body__reason", "body__detail", "body__erased_at")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the chain does not hold: the line of the ledger, where there is one, its link, and what is wrong."""

    text: str
    entry_id: int | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Tail:
    """What waits for its link: how many lines, whether one waits too long; and the last link there is."""

    n_lines: int
    is_late: bool
    head: AuditLink | None = None


def seal() -> int:
    """Give every line that has none its link; returns how many. May run anywhere, at any time, several at once."""
    n_sealed, after = 0, _floor()
    while found := _seal_some(after):
        n_sealed, after = n_sealed + len(found), found[-1]
    if n_sealed and (head := AuditLink.objects.head()):
        log.info("audit sealed", lines=n_sealed, number=head.number, digest=head.digest)
    return n_sealed


def _floor() -> int:
    """Above which line to look: at the first time of a day all, else the newest."""
    last = AuditLink.objects.head()
    return 0 if last is None or clock.today() > last.day else last.entry_id - RECENT


@transaction.atomic
def _seal_some(after: int) -> list[int]:
    """The next lines above this one that have no link: their ids, once they have."""
    _lock()
    last = AuditLink.objects.head()
    number, previous, day = (last.number, last.digest, last.day) if last else (0, START, clock.today())
    # A demo's clock may be put back; the chain goes on.
    day = max(clock.today(), day)
    links = []
    waiting = AuditEntry.objects.unsealed().filter(pk__gt=after).order_by("pk")
    for row in waiting.values_list(*LINE, *BODY)[:AT_ONCE]:
        number += 1
        body = _body_of(*row[len(LINE) : -1])
        previous = link_digest(previous, number, day, Line(*row[: len(LINE)]), body)
        links.append(AuditLink(number=number, entry_id=row[0], day=day, body_digest=body, digest=previous))
    AuditLink.objects.bulk_create(links, batch_size=500)
    return [link.entry_id for link in links]


def _lock() -> None:
    # SQLite has one writer anyway.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_KEY])


def _body_of(salt: str | None, reason: str | None, detail: Any) -> str:
    return NO_BODY if salt is None else body_digest(salt, reason or "", detail)


def tail(*, whole: bool = False) -> Tail:
    """What waits to be sealed: among the newest lines, or among all."""
    last = None if whole else AuditLink.objects.head()
    waiting = AuditEntry.objects.unsealed().filter(pk__gt=last.entry_id - RECENT if last else 0)
    found = waiting.aggregate(n=Count("pk"), oldest=Min("at"))
    is_late = bool(found["oldest"]) and clock.now() - found["oldest"] > SEALED_WITHIN
    return Tail(found["n"], is_late, last)


def verify(since: date | None = None) -> Iterator[Break]:
    """Every place where the chain does not hold, from the first link of that day on, or of all. Reads only."""
    before = AuditLink.objects.filter(day__lt=since).head() if since else None
    number, previous = (before.number, before.digest) if before else (0, START)
    erased = _told_as_erased()
    while links := list(AuditLink.objects.filter(number__gt=number).order_by("number")[:AT_ONCE]):
        lines = _lines(link.entry_id for link in links)
        for link in links:
            if link.number != number + 1:
                missing = {"first": number + 1, "last": link.number - 1}
                yield Break(_("第 %(first)s 至 %(last)s 环缺失") % missing, None, number + 1)
            for text in _faults(link, previous, lines.get(link.entry_id), erased):
                yield Break(text, link.entry_id, link.number)
            number, previous = link.number, link.digest


def _lines(pks: Iterable[int]) -> dict[int, tuple[Line, tuple[Any, ...]]]:
    found = AuditEntry.objects.filter(pk__in=list(pks)).values_list(*LINE, *BODY)
    return {row[0]: (Line(*row[: len(LINE)]), row[len(LINE) :]) for row in found}


def _faults(
    link: AuditLink, previous: str, found: tuple[Line, tuple[Any, ...]] | None, erased: set[int]
) -> Iterator[str]:
    if found is None:
        yield _("操作记录被删除")
        return
    line, (*body, erased_at) = found
    if link_digest(previous, link.number, link.day, line, link.body_digest) != link.digest:
        yield _("操作记录或它的环被改动")
    if erased_at is None:
        if _body_of(*body) != link.body_digest:
            yield _("原因或内容被改动或删除")
    elif link.entry_id not in erased:
        yield _("内容被清除，但没有删除个人信息的操作记录")


def _told_as_erased() -> set[int]:
    """The lines of which operations say that they erased something of their bodies."""
    told = AuditEntry.objects.filter(verb=ERASED).values_list("body__detail", flat=True)
    return {pk for detail in told for pk in (detail or {}).get(ERASED_LINES, ())}


def vouched(number: int, digest: str) -> bool:
    """Whether the chain still holds the link whose digest, or its beginning, was noted elsewhere."""
    return AuditLink.objects.filter(number=number, digest__startswith=digest).exists()
