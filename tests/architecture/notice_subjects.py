"""Notices for the matrix: a draft, a published one, one that was received."""

from __future__ import annotations

from orgs.kernel import clock
from orgs.models import OrgUnit
from reporting.models import Notice, NoticeRecipient
from tests.cast import Cast


def notice_draft(unit: OrgUnit, cast: Cast) -> int:
    """A draft of the unit."""
    return _made(unit, cast, f"{unit.code}的草稿")


def notice(unit: OrgUnit, cast: Cast) -> int:
    """A published notice of the unit that went to nobody else."""
    return _made(unit, cast, f"{unit.code}的通知", state="published", published_at=clock.now())


def notice_received(unit: OrgUnit, cast: Cast) -> int:
    """A published notice of a unit that none of the recipient's people see, the province aside."""
    issuer = OrgUnit.objects.get(code="aq-zy" if unit.code in {"ah", "aq"} else "vol")
    pk = _made(issuer, cast, f"发给{unit.code}", state="published", published_at=clock.now())
    NoticeRecipient.objects.get_or_create(notice_id=pk, unit=unit)
    return pk


def _made(unit: OrgUnit, cast: Cast, title: str, **facts: object) -> int:
    known = Notice.objects.filter(unit=unit, title=title).first()
    written = {"text": "请按要求办理。", "under": unit, "made_by": cast["nobody"], "made_at": clock.now()}
    return (known or Notice.objects.create(unit=unit, title=title, **written, **facts)).pk
