"""临时代理: somebody acts for the holder of an office until a set day; it ends by itself.

Whoever holds an office in the appointer's own scope is appointed at once; anybody else is asked, by a link.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from orgs.exceptions import Conflict, InvalidUnit, MustAccept
from orgs.kernel import clock
from orgs.kernel.crypto import blind_index, normalise_mobile
from orgs.models import Appointment, User
from orgs.operations.acting import begin_acting, check_not_over
from orgs.operations.appointing_rights import check_may_manage
from orgs.operations.invitations import Invited, make_invitation, take_key
from orgs.operations.people import MOBILE, initial_password
from orgs.permissions import MANAGE_PEOPLE

if TYPE_CHECKING:
    from datetime import date

LONGEST = timedelta(days=183)


@dataclass(frozen=True, slots=True)
class StandIn:
    """The appointment, and the initial password where the person had no account: in clear only in this answer."""

    appointment: Appointment
    password: str | None


@transaction.atomic
def appoint_stand_in(appointment: Appointment, *, name: str, mobile: str, until: date, by: User) -> StandIn:
    """Somebody acts for the holder from today until the day, with the same role and lines; never the principal.

    A mobile names a person who holds an office in the appointer's own scope; for an unknown one an account is made.
    Raises NotAllowed, InvalidUnit, Conflict, and MustAccept for somebody from elsewhere (`invite_stand_in`).
    """
    check_may_manage(by, appointment)
    appointment = _locked(appointment)
    number = _checked(appointment, mobile, until)
    user, password = _known(number, name, by), None
    if user is None:
        password = initial_password()
        user = _created(number, name, password)
    if not user.is_active:
        raise InvalidUnit(_("该人员的账户已停用，请先启用，或请其他人代理。"))
    return StandIn(begin_acting(appointment, user, until, by=by), password)


@transaction.atomic
def invite_stand_in(
    appointment: Appointment, *, name: str, mobile: str, until: date, by: User, idempotency_key: str = ""
) -> Invited:
    """Ask a person, known here or not, by a one-time link to act for the holder until the day.

    Accepting gives the same role and lines and ends nothing. Raises NotAllowed, InvalidUnit, LinkAlreadyMade.
    """
    check_may_manage(by, appointment)
    appointment = _locked(appointment)
    number = _checked(appointment, mobile, until)
    if not name.strip():
        raise InvalidUnit(_("请填写代理人姓名，本人打开链接时据此核对。"))
    if number == appointment.user.mobile:
        raise InvalidUnit(_("该人员已担任这一职务，不需要代理。"))
    take_key(idempotency_key, by=by)
    return make_invitation(
        appointment.unit,
        role=appointment.role,
        name=name,
        mobile=number,
        by=by,
        title=appointment.title,
        department=appointment.department,
        stands_in_for=appointment,
        stands_in_until=until,
    )


def _locked(appointment: Appointment) -> Appointment:
    found = Appointment.objects.select_for_update(of=("self",)).select_related("unit", "user")
    return found.get(pk=appointment.pk)


def _checked(appointment: Appointment, mobile: str, until: date) -> str:
    today = clock.today()
    number = normalise_mobile(mobile)
    if number is None:
        raise InvalidUnit(_("手机号应为11位数字，请核对后重填。"))
    if not today <= until <= today + LONGEST:
        raise InvalidUnit(_("代理截止日应在今天起半年之内；需要更久的，请办理交接。"))
    if appointment.stands_in_for_id is not None:
        raise InvalidUnit(_("该职务本身是临时代理，请为原任职人安排代理。"))
    check_not_over(appointment)
    if not appointment.unit.is_open:
        raise InvalidUnit(_("该团组织已撤销，不能再任命人员。"))
    return number


def _known(number: str, name: str, by: User) -> User | None:
    """Who has this mobile. SECURITY: without a name, known and unknown get the same answer; nobody from elsewhere is
    given an office without accepting it, nor named."""
    user = User.objects.filter(mobile_index=blind_index(number, MOBILE)).first()
    if user is not None:
        own = Appointment.objects.actionable_by(by, MANAGE_PEOPLE).in_force().filter(user=user)
        if own.exists():
            return user
    if not name.strip():
        raise InvalidUnit(_("该手机号不是您管理范围内现任人员的，请填写姓名。"))
    if user is not None:
        raise MustAccept
    return None


def _created(number: str, name: str, password: str) -> User:
    try:
        with transaction.atomic():
            return User.objects.create_user(
                f"u{secrets.token_hex(6)}",
                password,
                name=name.strip(),
                mobile=number,
                must_change_password=True,
            )
    except IntegrityError as error:
        raise Conflict(_("刚才已有人用这个手机号办理，请刷新页面查看后再办。")) from error
