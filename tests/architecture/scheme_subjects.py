"""Schemes for the matrix: one of the unit's own."""

from __future__ import annotations

from orgs.models import OrgUnit
from scoring.models import Item, Scheme
from scoring.operations.schemes import SHIPPED, store
from scoring.scheme_files import parse
from tests.cast import Cast


def scheme(unit: OrgUnit, cast: Cast) -> int:
    """A draft of the unit, with the items of the sheet of 2013."""
    known = Scheme.objects.filter(unit=unit).first()
    if known is not None:
        return known.pk
    text = (SHIPPED / "sup-a-2013.yaml").read_text(encoding="utf-8")
    file = parse(text.replace("code: sup-a", f"code: own-{unit.pk}", 1))
    return store(file, source=text, unit=unit).pk


def item_of(scheme_pk: int) -> int:
    """An item of the scheme; the same number where there is no such scheme."""
    found = Item.objects.filter(section__scheme=scheme_pk).order_by("pk").first()
    return found.pk if found else scheme_pk
