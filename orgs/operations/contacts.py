"""联系方式 of a unit's office: recorded by whoever may edit the unit; everybody else asks (requests.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from orgs.exceptions import InvalidUnit
from orgs.kernel import clock
from orgs.kernel.crypto import mask_mobile, normalise_mobile
from orgs.models import OrgUnit, UnitContact
from orgs.operations import ledger, placement

if TYPE_CHECKING:
    from orgs.models import User

LONGEST_TELEPHONE, LONGEST_ADDRESS = 40, 200
TELEPHONE_MARKS = frozenset("0123456789+-—()（）转 ,，、")


@transaction.atomic
def record_contact(
    unit: OrgUnit, *, telephone: str, email: str, address: str, by: User | None
) -> UnitContact:
    """Record how the office is reached; the same again changes nothing. The ledger names the fields, never what they hold.

    Raises NotAllowed, InvalidUnit.
    """
    unit = OrgUnit.objects.select_for_update(of=("self",), no_key=True).get(pk=unit.pk)
    placement.refuse_stranger(by, unit)
    placement.refuse_closed(unit)
    facts = cleaned(telephone=telephone, email=email, address=address)
    known = UnitContact.objects.filter(unit=unit).first()
    changed = [name for name, value in facts.items() if getattr(known, name, "") != value]
    if known and not changed:
        return known
    contact, _created = UnitContact.objects.update_or_create(
        unit=unit, defaults={**facts, "updated_at": clock.now()}
    )
    ledger.record("contact.recorded", contact, by=by, unit=unit, fields=changed)
    return contact


def cleaned(*, telephone: str, email: str, address: str) -> dict[str, str]:
    """The three facts as they are stored. Raises InvalidUnit where one can't be."""
    facts = {"telephone": telephone.strip(), "email": email.strip(), "address": address.strip()}
    if len(facts["telephone"]) > LONGEST_TELEPHONE or not set(facts["telephone"]) <= TELEPHONE_MARKS:
        raise InvalidUnit(_("办公电话只能写数字、区号和分机，例如 0898-12345678 转 8001。"))
    if len(facts["address"]) > LONGEST_ADDRESS:
        raise InvalidUnit(_("办公地址不能超过 %(n)s 个字，请缩短。") % {"n": LONGEST_ADDRESS})
    if facts["email"]:
        try:
            validate_email(facts["email"])
        except ValidationError as error:
            raise InvalidUnit(_("公务邮箱格式不正确，例如 tuanwei@example.edu.cn。")) from error
    return facts


def masked(telephone: str) -> str:
    """An office's number as it is; one that is somebody's mobile masked."""
    mobile = normalise_mobile(telephone)
    return mask_mobile(mobile) if mobile else telephone


def shown(unit: OrgUnit) -> dict[str, str] | None:
    """The contact as a page shows it: a telephone that is somebody's mobile is masked. None where nothing is recorded."""
    contact: UnitContact | None = getattr(unit, "contact", None)
    if contact is None or not (contact.telephone or contact.email or contact.address):
        return None
    return {"telephone": masked(contact.telephone), "email": contact.email, "address": contact.address}
