"""Who answers for a unit: the principal responsible and the administrators, mobiles masked and for the direct superior only."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.models import Administratorship
from orgs.kernel.crypto import mask_mobile
from orgs.models import Appointment
from orgs.permissions import REVEAL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orgs.querysets.scope import UnitsInCharge


@dataclass(frozen=True, slots=True)
class Contact:
    """A person as the page may show one: the mobile is masked already, or empty."""

    name: str
    role: str
    short_role: str
    mobile_masked: str
    is_principal: bool


def contacts(
    in_charge: UnitsInCharge,
    parents: dict[int, int | None],
    *,
    administrators_of: Iterable[int] | None = None,
    most_administrators: int = 1,
) -> dict[int, list[Contact]]:
    """Principal responsible and administrators of each unit of `parents` (unit -> its superior today); two statements.

    `administrators_of` narrows the administrators to these units.
    """
    superiors = in_charge.allowing(REVEAL).own_unit_ids()
    # SECURITY: mobiles, masked at that, are for the direct superior only.
    may_call = {unit for unit, parent in parents.items() if parent in superiors}
    found: dict[int, list[Contact]] = defaultdict(list)
    terms = _administrators(in_charge, parents if administrators_of is None else administrators_of)
    for appointment in _principals(in_charge, parents):
        unit_id, person = appointment.unit_id, appointment.user
        same = [term for term in terms.get(unit_id, []) if term.mobile_index == (person.mobile_index or None)]
        title = appointment.title or _("书记")
        role = _("第一责任人（%(title)s）") % {"title": title}
        short = _("%(title)s、管理员") % {"title": title} if same else title
        mobile = mask_mobile(person.mobile) if unit_id in may_call else ""
        found[unit_id].append(Contact(person.display_name, role, short, mobile, is_principal=True))
        terms[unit_id] = [term for term in terms.get(unit_id, []) if term not in same]
    for unit_id, others in terms.items():
        for term in others[:most_administrators]:
            mobile = mask_mobile(term.mobile) if unit_id in may_call else ""
            role, short = _("联络员（管理员）"), _("管理员")
            found[unit_id].append(Contact(term.name, role, short, mobile, is_principal=False))
    return dict(found)


def _principals(in_charge: UnitsInCharge, units: Iterable[int]) -> Iterable[Appointment]:
    """第一责任人 of these units, as appointed today."""
    appointments = Appointment.objects.within(in_charge).in_force().filter(unit_id__in=list(units))
    principals = appointments.filter(is_principal=True).select_related("user")
    return principals.order_by("unit_id", "starts_on", "pk")


def _administrators(in_charge: UnitsInCharge, units: Iterable[int]) -> dict[int, list[Administratorship]]:
    """Terms in office by unit, each person once."""
    found: dict[int, list[Administratorship]] = defaultdict(list)
    seen: set[tuple[int, str]] = set()
    terms = Administratorship.objects.within(in_charge).in_office().filter(unit_id__in=list(units))
    for term in terms.order_by("started_at", "pk"):
        key = (term.unit_id, term.mobile_index or str(term.pk))
        if key not in seen:
            seen.add(key)
            found[term.unit_id].append(term)
    return found
