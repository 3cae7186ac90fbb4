"""接口令牌: made by a person for a program, shown once, withdrawn at any time; reads what the person may read."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from orgs.exceptions import InvalidUnit, LinkAlreadyMade, NotAllowed
from orgs.kernel import clock
from orgs.models import ApiToken, IdempotencyKey, User
from orgs.operations import ledger
from orgs.permissions import EXPORT, may

if TYPE_CHECKING:
    from orgs.models import OrgUnit

BYTES = 30
SHOWN = 6
LONGEST = timedelta(days=366)
MOST = 20


@dataclass(frozen=True, slots=True)
class Issued:
    """The token's row, and the token itself: in clear only in this answer."""

    token: ApiToken
    text: str


@transaction.atomic
def issue(unit: OrgUnit, *, title: str, days: int, by: User, idempotency_key: str = "") -> Issued:
    """A token that reads what the person may export, within the subtree of the unit, for so many days.

    Raises NotAllowed without the right to export there, InvalidUnit for what can't be, LinkAlreadyMade for a form that
    was sent twice.
    """
    if not may(by, EXPORT, unit):
        raise NotAllowed
    if not title.strip():
        raise InvalidUnit(_("请填写令牌的用途，如“周报表格”。"))
    if not 0 < days <= LONGEST.days:
        raise InvalidUnit(_("有效期应为1至366天。"))
    User.objects.select_for_update().get(pk=by.pk)  # who counts waits for who adds
    if ApiToken.objects.in_force().filter(user=by).count() >= MOST:
        raise InvalidUnit(_("在用的令牌已有%(n)d个，请先停用不用的。") % {"n": MOST})
    _take_key(idempotency_key, by=by)
    text, now = secrets.token_urlsafe(BYTES), clock.now()
    token = ApiToken.objects.create(
        user=by,
        unit=unit,
        title=title.strip(),
        token_hash=_hashed(text),
        prefix=text[:SHOWN],
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    ledger.record("token.issued", token, by=by, unit=unit, days=days)
    return Issued(token, text)


@transaction.atomic
def revoke(token_id: int, *, by: User) -> ApiToken:
    """停用: at once. A token that is over already stays as it is. Raises NotAllowed for another person's."""
    token = ApiToken.objects.select_for_update(of=("self",)).select_related("unit").get(pk=token_id)
    if token.user_id != by.pk:
        raise NotAllowed
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        token.save(update_fields=["revoked_at"])
        ledger.record("token.revoked", token, by=by, unit=token.unit)
    return token


def revoke_all(user: User) -> None:
    """Whatever ends a person's sessions ends the tokens: a new password, an account switched off. No line of its own."""
    ApiToken.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=clock.now())


def reader(text: str) -> User | None:
    """The person a token reads for, with the scope narrowed to the token's unit; None for one that opens nothing.

    The right to export is asked at every request: it ends with the office.
    """
    found = (
        ApiToken.objects.in_force().filter(token_hash=_hashed(text)).select_related("user", "unit").first()
    )
    if found is None:
        return None
    found.user.narrow_scope(found.unit, EXPORT)
    if not found.user.units_in_charge().spans:
        return None
    today = clock.today()
    # Once a day: a read should write nothing more often.
    if found.last_used_on != today:
        ApiToken.objects.filter(pk=found.pk).update(last_used_on=today)
    return found.user


def _take_key(key: str, *, by: User) -> None:
    facts = {"created_at": clock.now()}
    if key and not IdempotencyKey.objects.get_or_create(user=by, key=key, defaults=facts)[1]:
        raise LinkAlreadyMade(_("令牌刚才已经生成，并且只显示过一次；没有保存的，请停用后重新申领。"))


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
