"""Bulletins for the matrix: a draft, a published one, one that was received, a notice."""

from __future__ import annotations

from dataclasses import asdict

from orgs.kernel import clock
from orgs.models import OrgUnit
from reporting import scopes
from reporting.models import Bulletin, BulletinNotice, BulletinRecipient, ClosedWeek
from reporting.operations import bulletin_figures, bulletins
from reporting.operations.weekly import close_week
from tests.cast import Cast

PUBLISHERS = {"cn": "national", "hi": "province", "qh": "city", "hnu": "university", "qzu": "outsider"}


def bulletin_draft(unit: OrgUnit, cast: Cast) -> int | None:
    """A draft about W46 of a committee that may publish."""
    return _drafted(unit, cast, "2026-W46")


def _drafted(unit: OrgUnit, cast: Cast, week: str) -> int | None:
    if unit.code not in PUBLISHERS:
        return None
    closed = close_week(clock.Week.parse(week))
    return bulletins.draft(unit, closed, by=cast[PUBLISHERS[unit.code]]).pk


def bulletin(unit: OrgUnit, cast: Cast) -> int | None:
    """A published bulletin of the unit that went to nobody: about W45, as a week is reported on once."""
    known = Bulletin.objects.published().filter(unit=unit).first()
    pk = None if known else _drafted(unit, cast, "2026-W45")
    if pk is None:
        return known.pk if known else None
    draft = Bulletin.objects.get(pk=pk)
    made = {"state": "published", "year": 2026, "number": 1, "published_at": clock.now()}
    Bulletin.objects.filter(pk=draft.pk).update(**made)
    return draft.pk


def bulletin_received(unit: OrgUnit, cast: Cast) -> int:
    """A published bulletin of the other province's city that went to this unit."""
    week = ClosedWeek.objects.published().first() or close_week(clock.Week.parse("2026-W46"))
    facts = {"title": f"发给{unit.code}", "closed_week": week, "state": "published", "year": 2026}
    facts |= {"number": unit.pk, "published_at": clock.now(), "created_by": cast["nobody"]}
    facts |= {"created_at": clock.now()}
    issuer = OrgUnit.objects.get(code="aq-zy" if unit.code in {"ah", "aq"} else "vol")
    figures = bulletin_figures.read(week, issuer, scope=scopes.ALL, lines=[])
    everybody = asdict(bulletins.Recipients(kinds=[]))
    facts |= {
        "body": {
            "scope": scopes.ALL,
            "lines": [],
            "text": "",
            "generated": "",
            "tables": [],
            "recipients": everybody,
        }
    }
    facts |= {"figures": figures.as_json() if figures else {}}
    made = Bulletin.objects.filter(unit=issuer, number=unit.pk).first()
    made = made or Bulletin.objects.create(unit=issuer, **facts)
    BulletinRecipient.objects.get_or_create(bulletin=made, unit=unit, defaults={"sent_at": clock.now()})
    return made.pk


def bulletin_notice(unit: OrgUnit, cast: Cast) -> int:
    """The province's draft names the unit, or so it has been told."""
    draft = bulletin_draft(OrgUnit.objects.get(code="hi"), cast)
    facts = {"told_at": clock.now(), "told_by": cast["province"]}
    return BulletinNotice.objects.get_or_create(bulletin_id=draft, unit=unit, defaults=facts)[0].pk
