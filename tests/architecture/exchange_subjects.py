"""Content to pass on and contributions for the matrix."""

from __future__ import annotations

from orgs.kernel import clock
from orgs.models import OrgUnit
from reporting.models import Contribution, DirectedMessage, Material
from tests.cast import Cast

WORDS = {"title": "暑期技能培训报名", "text": "各村青年可在村团支部报名。"}


def material(unit: OrgUnit, cast: Cast) -> int:
    """A withdrawn one of the unit: what is in force is read by everybody below, which the matrix does not know."""
    known = Material.objects.filter(unit=unit).first()
    facts = {"kind": "skill", "published_at": clock.now(), "published_by": cast["nobody"], **WORDS}
    facts |= {"withdrawn_at": clock.now()}
    return (known or Material.objects.create(unit=unit, **facts)).pk


def contribution(unit: OrgUnit, cast: Cast) -> int:
    """From the unit to its superior."""
    known = Contribution.objects.filter(unit=unit).first()
    facts = {"addressed_to": unit.parent or OrgUnit.objects.get(code="cn"), "sent_at": clock.now()}
    return (known or Contribution.objects.create(unit=unit, sent_by=cast["nobody"], **facts, **WORDS)).pk


def directed_message(unit: OrgUnit, cast: Cast) -> int | None:
    """To the unit, from one that nobody of the cast works in. Superiors don't read it, so only some units have readers here."""
    if unit.code not in {"hnu-law-1201", "qh-hs-jl", "qzu-sci-1201"}:
        return None
    facts = {"from_unit": OrgUnit.objects.get(code="hnu-tour"), "about_type": "unit", "about_id": unit.pk}
    facts |= {"text": "请核对账号。", "sent_at": clock.now(), "sent_by": cast["nobody"]}
    return DirectedMessage.objects.get_or_create(to_unit=unit, defaults=facts)[0].pk
